/** How values of scalars and enums are written into the answer. */
import { GraphQLBoolean, GraphQLID, GraphQLString, type GraphQLLeafType } from 'graphql'
import type { Serialize } from './operation.ts'

/** The type's own `serialize`; text and truth values, which are most values, pass as they are. */
export function serializer(type: GraphQLLeafType): Serialize {
  if (type === GraphQLString || type === GraphQLID) {
    return (value) => (typeof value === 'string' ? value : serialized(type, value))
  }
  if (type === GraphQLBoolean) {
    return (value) => (typeof value === 'boolean' ? value : serialized(type, value))
  }
  return (value) => serialized(type, value)
}

function serialized(type: GraphQLLeafType, value: unknown): unknown {
  const written: unknown = type.serialize(value)
  if (written === null || written === undefined) {
    throw new Error(
      `Expected \`${type.name}.serialize(${JSON.stringify(value)})\` to return non-nullable value, returned: ${written}`,
    )
  }
  return written
}
