/**
 * An operation as a tree of what each field costs, compiled once: the weights are looked up, and what
 * depends on variables is a small function of them.
 *
 * Points, as the "GraphQL Cost Directives" specification counts them: an object is 1, a scalar or enum
 * 0, unless `@cost` says otherwise; a list is its items; what a field is given costs what `@cost` says.
 */
import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql'
import { fieldsFor } from '../engine/selections.ts'
import { typeConditions, type TypeConditions } from '../engine/types.ts'
import type { CostIndex, ListSize } from '../supergraph/cost-index.ts'
import { compileArguments, type Points } from './input-cost.ts'

type Values = Readonly<Record<string, unknown>>
export type Size = number | ((values: Values) => number)

export interface CostNode {
  readonly name: string
  /** Points of one item, never negative; a field that is no list is one item. */
  readonly weight: number
  /** Points of the arguments and what is in them. */
  readonly once: Points
  /** Items; null when it is no list. */
  readonly size: Size | null
  /** Whether the caller says how many. */
  readonly isPaged: boolean
  /** By type: what is selected of an item of it. One entry where the type is not abstract. */
  readonly selected: ReadonlyMap<string, readonly CostNode[]>
}

/** Items of a list of which nothing is declared, as in graphs of others. */
export const undeclaredListSize = 10

export interface CostTreeOptions {
  readonly schema: GraphQLSchema
  readonly costs: CostIndex
}

export function compileSelections(
  selectionSet: SelectionSetNode,
  type: GraphQLCompositeType,
  options: CostTreeOptions,
): CostNode['selected'] {
  const types = typeConditions(options.schema)
  return compileFor([selectionSet], { type, sizes: new Map(), options, types })
}

interface Place {
  readonly type: GraphQLCompositeType
  /** Sizes that the field above gives to fields here. */
  readonly sizes: ReadonlyMap<string, { readonly size: Size; readonly isPaged: boolean }>
  readonly options: CostTreeOptions
  readonly types: TypeConditions
}

function compileFor(
  selectionSets: readonly SelectionSetNode[],
  place: Place,
): CostNode['selected'] {
  const { schema } = place.options
  const possible = isAbstractType(place.type) ? schema.getPossibleTypes(place.type) : [place.type]
  return new Map(
    possible.map((type) => [
      type.name,
      [...fieldsFor(type.name, selectionSets, place.types)].flatMap(([name, nodes]) => {
        const node = compileField(name, nodes, { ...place, type })
        return node === null ? [] : [node]
      }),
    ]),
  )
}

/**
 * Null where there is nothing to count: `__typename`, what the schema does not have, and a value that
 * costs nothing, as most do.
 */
function compileField(name: string, nodes: readonly FieldNode[], place: Place): CostNode | null {
  const [node] = nodes
  const { type, sizes, options, types } = place
  const field =
    node && (isObjectType(type) || isInterfaceType(type))
      ? type.getFields()[node.name.value]
      : undefined
  if (node === undefined || field === undefined) return null
  const coordinate = `${type.name}.${field.name}`
  const { weights, listSizes } = options.costs
  const named = getNamedType(field.type)
  const below = nodes.flatMap((each) => each.selectionSet ?? [])
  const declared = listSizes.get(coordinate)
  const own = declared && sizeOf(declared, node, field)
  const isList = isListType(getNullableType(field.type))
  const given = sizes.get(field.name) ?? own
  const weight =
    weights.get(coordinate) ?? weights.get(named.name) ?? (isCompositeType(named) ? 1 : 0)
  const once = compileArguments(node, field, coordinate, options.costs)
  if (weight === 0 && once === 0 && !isList && !isCompositeType(named)) return null
  return {
    name,
    // Less than nothing for an item would make a short list dearer than a long one.
    weight: Math.max(0, weight),
    once,
    size: isList ? (given?.size ?? undeclaredListSize) : null,
    isPaged: isList && given?.isPaged === true,
    selected: isCompositeType(named)
      ? compileFor(below, {
          type: named,
          sizes: new Map(own && declared.sizedFields.map((each) => [each, own] as const)),
          options,
          types,
        })
      : nothingSelected,
  }
}

const nothingSelected: CostNode['selected'] = new Map()

function sizeOf(
  { assumedSize = undeclaredListSize, slicingArguments }: ListSize,
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
): { readonly size: Size; readonly isPaged: boolean } {
  const slices = slicingArguments.flatMap((name): Size[] => {
    const definition = field.args.find((each) => each.name === name)
    if (definition === undefined) return []
    const written = node.arguments?.find((each) => each.name.value === name)?.value
    const fallback = itemsIn(definition.defaultValue) ?? assumedSize
    if (written === undefined) return [fallback]
    return [
      written.kind === Kind.VARIABLE
        ? fromVariable(written.name.value, fallback, assumedSize)
        : (itemsWritten(written) ?? assumedSize),
    ]
  })
  const [first] = slices
  if (first === undefined) return { size: assumedSize, isPaged: false }
  if (slices.every((each) => typeof each === 'number'))
    return { size: Math.max(...slices), isPaged: true }
  const size: Size =
    slices.length === 1
      ? first
      : (values) =>
          Math.max(...slices.map((each) => (typeof each === 'number' ? each : each(values))))
  return { size, isPaged: true }
}

/** A variable without a value leaves the argument's default; null says nothing of the size. */
const fromVariable =
  (name: string, fallback: number, assumedSize: number): Size =>
  (values) =>
    values[name] === undefined ? fallback : (itemsIn(values[name]) ?? assumedSize)

function itemsIn(value: unknown): number | undefined {
  if (typeof value === 'number') return Math.max(0, value)
  return Array.isArray(value) ? value.length : undefined
}

function itemsWritten(value: ValueNode): number | undefined {
  if (value.kind === Kind.INT) return Math.max(0, Number(value.value))
  return value.kind === Kind.LIST ? value.values.length : undefined
}
