/** Questions about types that plans and answers ask at run time, answered once for each schema. */
import {
  isAbstractType,
  isInterfaceType,
  isObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql'

export interface TypeConditions {
  /** Whether a value that calls itself `typename` meets the condition. */
  meets(typename: string, condition: string): boolean
  isAbstract(typename: unknown): boolean
  /** The type of a field, when it is known. */
  typeOf(typename: string, field: string): GraphQLOutputType | undefined
}

export function typeConditions(schema: GraphQLSchema): TypeConditions {
  return {
    meets: (typename, condition) => {
      if (typename === condition) return true
      const type = schema.getType(typename)
      const wanted = schema.getType(condition)
      return (
        isAbstractType(wanted) &&
        (isObjectType(type) || isInterfaceType(type)) &&
        schema.isSubType(wanted, type)
      )
    },
    typeOf: (typename, field) => {
      const type = schema.getType(typename)
      return isObjectType(type) || isInterfaceType(type) ? type.getFields()[field]?.type : undefined
    },
    isAbstract: (typename) =>
      typeof typename === 'string' && isAbstractType(schema.getType(typename)),
  }
}
