/**
 * A random graph while it is made: its entities with their keys, which subgraph owns what, and the
 * types that each subgraph can refer to.
 */
import type { Draw } from './draw.ts'
import {
  addField,
  subgraphBuilder,
  typeBuilder,
  type FieldOptions,
  type SubgraphBuilder,
  type TypeBuilder,
} from './schema-builder.ts'

export interface Key {
  /** What stands in `@key(fields: …)`. */
  readonly text: string
  readonly fields: readonly { readonly name: string; readonly type: string }[]
}

/** A field of an entity that is no key, with all subgraphs that resolve it. */
export interface OwnField {
  readonly name: string
  readonly type: string
  readonly args: string
  readonly owners: readonly SubgraphBuilder[]
  /** The named type when it is an object; null for leaves. */
  readonly target: string | null
  readonly isComputed: boolean
  /** Whether something depends on its being as it is, so that it is not moved or hidden. */
  isPinned: boolean
}

export interface Entity {
  readonly name: string
  readonly keys: readonly Key[]
  /** The subgraphs that resolve its references, with their keys. */
  readonly owners: ReadonlyMap<SubgraphBuilder, readonly Key[]>
  readonly fields: OwnField[]
  /** Known to its second owner by a key that may be null. */
  readonly isCrosswalk: boolean
  /** It stands behind an interface object, and is known where that interface is. */
  readonly interfaceObject: string | null
}

export interface World {
  readonly draw: Draw
  readonly subgraphs: readonly SubgraphBuilder[]
  readonly entities: Entity[]
  /** Value types, the same in every subgraph that has them: name → fields. */
  readonly values: Map<string, readonly { readonly name: string; readonly type: string }[]>
  /** The type that a field name has in most places, so that names meet in fragments. */
  readonly usualTypes: Map<string, string>
}

export const createWorld = (draw: Draw): World => ({
  draw,
  subgraphs: draw
    .shuffled(['red', 'blue', 'green', 'gold', 'grey'])
    .slice(0, draw.pick([2, 2, 3, 3, 3, 4, 4, 5]))
    .map(subgraphBuilder),
  entities: [],
  values: new Map(),
  usualTypes: new Map(),
})

const leafNames = [
  'name', 'title', 'rank', 'note', 'status', 'price', 'weight', 'label', 'total', 'kind',
] as const // prettier-ignore
const refNames = ['owner', 'parts', 'next', 'group', 'links', 'origin', 'related', 'rows'] as const

const enums = {
  Status: 'enum Status { NEW OPEN DONE }',
  Unit: 'enum Unit { KG LB }',
} as const
export const enumValues: Readonly<Record<string, readonly string[]>> = {
  Status: ['NEW', 'OPEN', 'DONE'],
  Unit: ['KG', 'LB'],
}
const range = 'input Range { min: Int max: Int = 9 unit: Unit inner: Range }'

const leafType = (draw: Draw): string => {
  const name = draw.pick([
    'String', 'String', 'String', 'Int', 'Int', 'Int', 'Float', 'Boolean', 'ID', 'Status', 'Status', 'Json',
  ]) // prettier-ignore
  return draw.pick([name, name, name, `${name}!`, `[${name}]`, `[${name}!]!`, `[[${name}]]`])
}

/** A free field name, and a type for it. */
export function leaf({ draw, usualTypes }: World, isTaken: (name: string) => boolean) {
  const free = leafNames.filter((name) => !isTaken(name))
  const name = draw.maybe(free) ?? freeName('extra', isTaken)
  const usual = usualTypes.get(name) ?? leafType(draw)
  usualTypes.set(name, usual)
  return { name, type: draw.chance(0.8) ? usual : leafType(draw) }
}

export const refName = ({ draw }: World, isTaken: (name: string) => boolean): string =>
  draw.maybe(refNames.filter((name) => !isTaken(name))) ?? freeName('ref', isTaken)

export function freeName(start: string, isTaken: (name: string) => boolean): string {
  let count = 1
  while (isTaken(`${start}${count}`)) count += 1
  return `${start}${count}`
}

/** Wraps the name of an object type. */
export const objectType = (draw: Draw, name: string): string =>
  draw.pick([name, name, name, `${name}!`, `[${name}]`, `[${name}!]`, `[${name}!]!`, `[[${name}]]`])

export const maybeArgs = (draw: Draw, probability: number): string =>
  draw.chance(probability)
    ? draw.pick([
        'n: Int',
        'n: Int = 3',
        'unit: Unit = KG',
        'unit: Unit!',
        'tag: String',
        'tags: [String!]',
        'range: Range',
        'n: Int!, tag: String = "t"',
        'on: Boolean, id: ID',
      ])
    : ''

/** Sees to it that a subgraph has the enums and inputs that a field of it uses. */
export function useLeafTypes(subgraph: SubgraphBuilder, ...texts: readonly string[]): void {
  const words = new Set(texts.join(' ').match(/\w+/g))
  if (words.has('Range')) {
    subgraph.others.add(range)
    subgraph.others.add(enums.Unit)
  }
  if (words.has('Json')) subgraph.others.add('scalar Json')
  for (const [name, sdl] of Object.entries(enums)) if (words.has(name)) subgraph.others.add(sdl)
}

/** Adds a field with everything that its types need. */
export function put(
  subgraph: SubgraphBuilder,
  type: TypeBuilder,
  name: string,
  fieldType: string,
  options: FieldOptions = {},
): void {
  addField(type, name, fieldType, options)
  useLeafTypes(subgraph, fieldType, options.args ?? '')
}

export const keyFieldsOf = (world: World, subgraph: SubgraphBuilder, key: Key, to: TypeBuilder) => {
  for (const { name, type } of key.fields) {
    put(subgraph, to, name, type)
    if (world.values.has(baseOf(type))) ensure(world, subgraph, baseOf(type))
  }
}

export const baseOf = (type: string): string => type.replaceAll(/[[\]!]/g, '')

/** The type as a subgraph knows it: its own, or a stub by a key that it does not resolve. */
export function ensure(world: World, subgraph: SubgraphBuilder, name: string): TypeBuilder | null {
  const known = subgraph.types.get(name)
  if (known !== undefined) return known
  if (subgraph.unions.has(name)) return null
  const type = typeBuilder(name)
  const value = world.values.get(name)
  if (value !== undefined) {
    type.directives.add('@shareable')
    subgraph.types.set(name, type)
    for (const field of value) {
      put(subgraph, type, field.name, field.type)
      const target = baseOf(field.type)
      if (world.values.has(target) || world.entities.some((each) => each.name === target)) {
        ensure(world, subgraph, target)
      }
    }
    return type
  }
  const entity = world.entities.find((each) => each.name === name)
  if (entity === undefined) throw new TypeError(`no type ${name}`)
  subgraph.types.set(name, type)
  const keys = entity.isCrosswalk ? entity.keys.slice(0, 1) : entity.keys
  const key = world.draw.pick(keys)
  type.directives.add(`@key(fields: "${key.text}", resolvable: false)`)
  keyFieldsOf(world, subgraph, key, type)
  return type
}

/** Names of the types that a subgraph may refer to. */
export function targets(world: World, subgraph: SubgraphBuilder): readonly string[] {
  const own = [...subgraph.types.keys(), ...subgraph.unions.keys()]
  const open = world.entities.flatMap(({ name, interfaceObject }) =>
    interfaceObject === null ? [name] : [],
  )
  return [...new Set([...own, ...own, ...open])]
}

/** The entity's type in a subgraph that owns it. */
export function ownType(entity: Entity, subgraph: SubgraphBuilder): TypeBuilder {
  const type = subgraph.types.get(entity.name)
  if (type === undefined) throw new TypeError(`${subgraph.name} does not own ${entity.name}`)
  return type
}

/** Whether any subgraph has that field on one of the types, or on an interface object of theirs. */
export function taken({ subgraphs, entities }: World, ...types: readonly string[]) {
  const all = new Set(types)
  for (const { name, interfaceObject } of entities) {
    if (interfaceObject !== null && all.has(name)) all.add(interfaceObject)
  }
  return (name: string): boolean =>
    subgraphs.some((subgraph) =>
      [...all].some((type) => subgraph.types.get(type)?.fields.has(name) === true),
    )
}
