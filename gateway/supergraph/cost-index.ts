/**
 * What a supergraph says of costs: `@cost` and `@listSize` of the IBM specification "GraphQL Cost
 * Directives", which composition carries into it (Federation 2.9), under whatever name they have there.
 */
import {
  Kind,
  valueFromASTUntyped,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type TypeNode,
} from 'graphql'
import { importedAs, schemaLinks, textArgument } from '#shared/rules/directives.ts'

/** How many items a list has. */
export interface ListSize {
  readonly assumedSize: number | undefined
  /** Arguments that say it; the largest counts. A list counts by its length. */
  readonly slicingArguments: readonly string[]
  /** The fields of what is answered that have this size, instead of the field itself. */
  readonly sizedFields: readonly string[]
}

export interface CostIndex {
  /** By `Type`, `Type.field` or `Type.field(argument:)`. */
  readonly weights: ReadonlyMap<string, number>
  /** Whatever has a weight, by the same names, and inputs that can hold something with one. */
  readonly weighed: ReadonlySet<string>
  /** By `Type.field`. */
  readonly listSizes: ReadonlyMap<string, ListSize>
}

export function costIndex(document: DocumentNode): CostIndex {
  const names = directiveNames(document)
  const weights = new Map<string, number>()
  const listSizes = new Map<string, ListSize>()
  const inputs = new Map<string, readonly InputField[]>()
  const weigh = (coordinate: string, directives: readonly ConstDirectiveNode[] = []) => {
    const weight = argumentsOf(directives, names.cost)?.['weight']
    if (typeof weight === 'number') weights.set(coordinate, weight)
  }
  const readField = (type: string, field: FieldDefinitionNode) => {
    const coordinate = `${type}.${field.name.value}`
    weigh(coordinate, field.directives)
    const size = argumentsOf(field.directives ?? [], names.listSize)
    if (size !== undefined) listSizes.set(coordinate, listSizeOf(size))
    for (const argument of field.arguments ?? []) {
      weigh(`${coordinate}(${argument.name.value}:)`, argument.directives)
    }
  }
  for (const definition of document.definitions) {
    if (
      definition.kind === Kind.OBJECT_TYPE_DEFINITION ||
      definition.kind === Kind.INTERFACE_TYPE_DEFINITION
    ) {
      weigh(definition.name.value, definition.directives)
      for (const field of definition.fields ?? []) readField(definition.name.value, field)
    } else if (
      definition.kind === Kind.SCALAR_TYPE_DEFINITION ||
      definition.kind === Kind.ENUM_TYPE_DEFINITION
    ) {
      weigh(definition.name.value, definition.directives)
    } else if (definition.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) {
      const fields = (definition.fields ?? []).map(({ name, type, directives }) => {
        const coordinate = `${definition.name.value}.${name.value}`
        weigh(coordinate, directives)
        return { coordinate, type: namedType(type) }
      })
      inputs.set(definition.name.value, fields)
    }
  }
  return { weights, weighed: weighedOf(weights, inputs), listSizes }
}

interface InputField {
  readonly coordinate: string
  /** The name of its type, without list and non-null. */
  readonly type: string
}

const namedType = (type: TypeNode): string =>
  type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type)

/** Inputs may hold each other, so it is looked until nothing new is found. */
function weighedOf(
  weights: ReadonlyMap<string, number>,
  inputs: ReadonlyMap<string, readonly InputField[]>,
): ReadonlySet<string> {
  const weighed = new Set(weights.keys())
  let before: number
  do {
    before = weighed.size
    for (const [name, fields] of inputs) {
      if (fields.some(({ coordinate, type }) => weighed.has(coordinate) || weighed.has(type)))
        weighed.add(name)
    }
  } while (weighed.size > before)
  return weighed
}

const listSizeOf = (given: Readonly<Record<string, unknown>>): ListSize => ({
  assumedSize: typeof given['assumedSize'] === 'number' ? given['assumedSize'] : undefined,
  slicingArguments: texts(given['slicingArguments']),
  sizedFields: texts(given['sizedFields']),
})

const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []

function argumentsOf(
  directives: readonly ConstDirectiveNode[],
  name: string,
): Readonly<Record<string, unknown>> | undefined {
  const found = directives.find((each) => each.name.value === name)
  return (
    found &&
    Object.fromEntries(
      (found.arguments ?? []).map((each) => [each.name.value, valueFromASTUntyped(each.value)]),
    )
  )
}

/** What the two directives are called in this document. */
function directiveNames(document: DocumentNode) {
  const names = { cost: 'cost', listSize: 'cost__listSize' }
  for (const link of schemaLinks(document)) {
    if (!/\/cost\/v\d/.test(textArgument(link, 'url') ?? '')) continue
    const feature = textArgument(link, 'as') ?? 'cost'
    names.cost = importedAs(link, 'cost') ?? feature
    names.listSize = importedAs(link, 'listSize') ?? `${feature}__listSize`
  }
  return names
}
