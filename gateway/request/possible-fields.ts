/** A field by its coordinates: on an abstract type it may be that of any type behind it. */
import {
  isAbstractType,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql'

/** The type itself, and the object types that may stand behind an abstract one. */
export const possibleTypes = (
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
): readonly GraphQLNamedType[] =>
  isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type]

export const possibleFields = (
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  field: string,
): readonly string[] => possibleTypes(schema, type).map(({ name }) => `${name}.${field}`)
