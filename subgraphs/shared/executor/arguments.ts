/**
 * The arguments of a field: read once where the document says them all, otherwise once per request.
 */
import { getArgumentValues, Kind, visit, type FieldNode, type GraphQLField } from 'graphql'
import type { Arguments, Variables } from './operation.ts'

export function argumentsOf(
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
): (variables: Variables) => Arguments {
  const read = (variables: Variables) => getArgumentValues(definition, node, variables)
  if (hasVariables(node)) return read
  let known: Arguments | null = null
  return (variables) => (known ??= frozen(read(variables)))
}

function hasVariables(field: FieldNode): boolean {
  let found = false
  for (const argument of field.arguments ?? []) {
    visit(argument, { [Kind.VARIABLE]: () => void (found = true) })
  }
  return found
}

/** Requests share them, so no resolver may change them. */
function frozen<Value>(value: Value): Value {
  const isPlain = Array.isArray(value) || isRecord(value)
  if (!isPlain) return value
  for (const each of Object.values(value as object)) frozen(each)
  return Object.freeze(value)
}

function isRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
