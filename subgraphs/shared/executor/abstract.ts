/** Which concrete type the value of an interface or a union has. */
import {
  GraphQLError,
  isObjectType,
  type GraphQLAbstractType,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql'
import type { Field } from './operation.ts'

/** Turns the name that a value gave for its type into the type; throws where it is not one. */
export const typeChecker =
  (schema: GraphQLSchema, abstract: GraphQLAbstractType) =>
  (name: unknown, value: unknown, { parentType, definition, nodes }: Field): GraphQLObjectType => {
    const refuse = (problem: string) => new GraphQLError(problem, { nodes: [...nodes] })
    const must = `Abstract type "${abstract.name}" must resolve to an Object type at runtime for field "${parentType.name}.${definition.name}"`
    if (name === null || name === undefined) {
      throw refuse(
        `${must}. Either the "${abstract.name}" type should provide a "resolveType" function or each possible type should provide an "isTypeOf" function.`,
      )
    }
    if (typeof name !== 'string') {
      throw refuse(
        `${must} with value ${JSON.stringify(value)}, received "${JSON.stringify(name)}".`,
      )
    }
    const type = schema.getType(name)
    if (type === undefined) {
      throw refuse(
        `Abstract type "${abstract.name}" was resolved to a type "${name}" that does not exist inside the schema.`,
      )
    }
    if (!isObjectType(type)) {
      throw refuse(`Abstract type "${abstract.name}" was resolved to a non-object type "${name}".`)
    }
    if (!schema.isSubType(abstract, type)) {
      throw refuse(`Runtime Object type "${name}" is not a possible type for "${abstract.name}".`)
    }
    return type
  }
