/**
 * Points of what a field is given: of its arguments, and of the fields of inputs within them. As in the
 * "GraphQL Cost Directives" specification, a weight counts each time that its argument, field or type is
 * given; a default of the schema is as if it were given. Where no weight can be met there is no function.
 */
import {
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  valueFromAST,
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
} from 'graphql'
import { isObject } from '#shared/json.ts'
import type { CostIndex } from '../supergraph/cost-index.ts'

type Values = Readonly<Record<string, unknown>>
type OfValues = (values: Values) => number
/** A number, unless variables decide. May be negative. */
export type Points = number | OfValues

export function compileArguments(
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  coordinate: string,
  costs: CostIndex,
): Points {
  let always = 0
  const varying: OfValues[] = []
  for (const { name, type, defaultValue } of field.args) {
    const place = `${coordinate}(${name}:)`
    if (!isWeighed(place, type, costs)) continue
    const given = (value: unknown) =>
      pointsAt(place, type, value === undefined ? defaultValue : value, costs)
    const written = node.arguments?.find((each) => each.name.value === name)?.value
    if (written === undefined) always += given(undefined)
    else varying.push((values) => given(valueFromAST(written, type, values)))
  }
  if (varying.length === 0) return always
  return (values) => varying.reduce((sum, each) => sum + each(values), always)
}

const isWeighed = (place: string, type: GraphQLInputType, { weighed }: CostIndex): boolean =>
  weighed.has(place) || weighed.has(getNamedType(type).name)

/** Of an argument or an input's field. Its own weight takes the place of that of its scalar or enum. */
function pointsAt(place: string, type: GraphQLInputType, value: unknown, costs: CostIndex): number {
  if (value === undefined || !isWeighed(place, type, costs)) return 0
  const own = costs.weights.get(place)
  const named = getNamedType(type)
  const items = itemsOf(type, value)
  if (!isInputObjectType(named)) {
    return own ?? items.length * (costs.weights.get(named.name) ?? 0)
  }
  const fields = Object.values(named.getFields())
  return items
    .filter(isObject)
    .reduce(
      (sum, item) =>
        fields.reduce(
          (all, { name, type: inner }) =>
            all + pointsAt(`${named.name}.${name}`, inner, item[name], costs),
          sum,
        ),
      own ?? 0,
    )
}

/** What is in a list, and in lists within it; null is nothing. */
function itemsOf(type: GraphQLInputType, value: unknown): readonly unknown[] {
  if (value === null || value === undefined) return []
  if (isNonNullType(type)) return itemsOf(type.ofType, value)
  if (!isListType(type)) return [value]
  return Array.isArray(value)
    ? value.flatMap((item) => itemsOf(type.ofType, item))
    : itemsOf(type.ofType, value)
}
