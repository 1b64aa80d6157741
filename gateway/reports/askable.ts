/** Of saved questions those that a schema has everything for: of others not even the title is told. */
import { parse, validate, type GraphQLSchema } from 'graphql'
import type { Report } from './library.ts'

const known = new WeakMap<GraphQLSchema, WeakMap<readonly Report[], readonly Report[]>>()

/** Looked for once for a schema. */
export function askable(reports: readonly Report[], schema: GraphQLSchema): readonly Report[] {
  const ofSchema = known.get(schema) ?? new WeakMap<readonly Report[], readonly Report[]>()
  known.set(schema, ofSchema)
  const before = ofSchema.get(reports)
  if (before !== undefined) return before
  const found = reports.filter(
    ({ operation }) => validate(schema, parse(operation), undefined, { maxErrors: 1 }).length === 0,
  )
  ofSchema.set(reports, found)
  return found
}
