/** Of saved questions those that a schema has everything for: of others not even the title is told. */
import { parse, validate, type GraphQLSchema } from 'graphql'
import type { Report } from './library.ts'

/** Looked for once for a schema. */
export function createAskable(
  reports: readonly Report[],
): (schema: GraphQLSchema) => readonly Report[] {
  const known = new WeakMap<GraphQLSchema, readonly Report[]>()
  return (schema) => {
    const before = known.get(schema)
    if (before !== undefined) return before
    const found = reports.filter(
      ({ operation }) =>
        validate(schema, parse(operation), undefined, { maxErrors: 1 }).length === 0,
    )
    known.set(schema, found)
    return found
  }
}
