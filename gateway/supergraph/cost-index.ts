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
  /** By `Type.field`. */
  readonly listSizes: ReadonlyMap<string, ListSize>
}

export function costIndex(document: DocumentNode): CostIndex {
  const names = directiveNames(document)
  const weights = new Map<string, number>()
  const listSizes = new Map<string, ListSize>()
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
    }
  }
  return { weights, listSizes }
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
