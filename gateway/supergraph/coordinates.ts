/** Schema coordinates: the names of a schema's parts, as its rules and tags use them. */
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql'
import type { GraphQLSchema } from 'graphql'

/** Whether a schema has `Type`, `Type.field`, `Type.field(argument:)`, `Input.field` or `Enum.VALUE`. */
export function isInSchema(schema: GraphQLSchema, coordinate: string): boolean {
  const [path = '', argument] = coordinate.split('(')
  const [name = '', part] = path.split('.')
  const type = schema.getType(name)
  if (type === undefined || part === undefined) return type !== undefined
  if (isEnumType(type)) return type.getValue(part) !== undefined
  if (isInputObjectType(type)) return part in type.getFields()
  if (!isObjectType(type) && !isInterfaceType(type)) return false
  const field = type.getFields()[part]
  return (
    field !== undefined &&
    (argument === undefined || field.args.some((each) => argument === `${each.name}:)`))
  )
}
