/** A subgraph schema while it is made: types with fields and directives, printed as SDL. */

export interface FieldBuilder {
  readonly name: string
  readonly type: string
  /** The arguments as SDL, without the brackets. */
  readonly args: string
  readonly directives: Set<string>
}

export interface TypeBuilder {
  readonly kind: 'type' | 'interface'
  readonly name: string
  readonly directives: Set<string>
  readonly interfaces: Set<string>
  readonly fields: Map<string, FieldBuilder>
}

export interface SubgraphBuilder {
  readonly name: string
  readonly types: Map<string, TypeBuilder>
  readonly unions: Map<string, Set<string>>
  /** Enums and inputs, as SDL. */
  readonly others: Set<string>
  readonly query: TypeBuilder
}

export interface FieldOptions {
  readonly args?: string
  readonly directives?: readonly string[]
}

export function typeBuilder(name: string, kind: TypeBuilder['kind'] = 'type'): TypeBuilder {
  return { kind, name, directives: new Set(), interfaces: new Set(), fields: new Map() }
}

export const subgraphBuilder = (name: string): SubgraphBuilder => ({
  name,
  types: new Map(),
  unions: new Map(),
  others: new Set(),
  query: typeBuilder('Query'),
})

/** Adds a field, or directives to the one that is there. */
export function addField(
  type: TypeBuilder,
  name: string,
  fieldType: string,
  { args = '', directives = [] }: FieldOptions = {},
): FieldBuilder {
  const field = type.fields.get(name) ?? {
    name,
    type: fieldType,
    args,
    directives: new Set<string>(),
  }
  type.fields.set(name, field)
  for (const directive of directives) field.directives.add(directive)
  return field
}

const imports = [
  '@key',
  '@external',
  '@requires',
  '@provides',
  '@shareable',
  '@override',
  '@inaccessible',
  '@interfaceObject',
]

export function print({ types, unions, others, query }: SubgraphBuilder): string {
  const link = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports
    .map((name) => `"${name}"`)
    .join(', ')}])`
  const all = query.fields.size === 0 ? [...types.values()] : [query, ...types.values()]
  return [
    link,
    ...all.map(printType),
    ...[...unions].map(([name, members]) => `union ${name} = ${[...members].join(' | ')}`),
    ...others,
  ].join('\n\n')
}

function printType({ kind, name, directives, interfaces, fields }: TypeBuilder): string {
  const of = interfaces.size === 0 ? '' : ` implements ${[...interfaces].join(' & ')}`
  const lines = [...fields.values()].map((field) => {
    const args = field.args === '' ? '' : `(${field.args})`
    return `  ${[`${field.name}${args}: ${field.type}`, ...field.directives].join(' ')}`
  })
  return `${[`${kind} ${name}${of}`, ...directives].join(' ')} {\n${lines.join('\n')}\n}`
}
