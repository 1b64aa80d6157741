/** What kinds of types the schema has, told by their shape alone: so that a new one is known by itself. */
import {
  getNamedType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql'

export type Field = GraphQLField<unknown, unknown>

export const fieldsOf = (type: GraphQLObjectType): readonly Field[] =>
  Object.values(type.getFields())

/** A page of rows: `nodes`, `edges` and `pageInfo`. */
export const isConnection = (type: unknown): type is GraphQLObjectType =>
  isObjectType(type) && ['nodes', 'edges', 'pageInfo'].every((name) => name in type.getFields())

/** Groups: `rows` and whether there are more. */
export const isGroups = (type: unknown): type is GraphQLObjectType =>
  isObjectType(type) && ['rows', 'truncated'].every((name) => name in type.getFields())

/** The bucket that a field with groups by time cannot do without. */
export const bucketOf = ({ args }: Field): Readonly<Record<string, string>> =>
  args.some(({ name }) => name === 'bucket') ? { bucket: 'MONTH' } : {}

/** The type of a connection's rows or of the groups. */
export function rowType(type: GraphQLObjectType): GraphQLObjectType {
  const { nodes, rows } = type.getFields()
  const inner = getNamedType((nodes ?? rows)?.type)
  if (!isObjectType(inner)) throw new Error(`${type.name} has no rows of a type`)
  return inner
}

/** An amount, a period, an address: no more than its parts, so it is no step of a path. */
export const isValue = (type: unknown): type is GraphQLObjectType =>
  isObjectType(type) &&
  fieldsOf(type).every((field) => isLeafType(getNamedType(field.type)) && field.args.length === 0)

export const isList = (type: GraphQLOutputType): boolean =>
  isListType(isNonNullType(type) ? type.ofType : type)
