/** Keys of rows, own and of others, for the roots that find one row: taken from the tables by plain SQL. */
import type { Graph, SqlRow } from '../../support/graph.ts'
import type { Question } from './questions.ts'
import { keyColumns } from './tables.ts'

export type Variables = Readonly<Record<string, string | number | null>>

/**
 * The variables with which a question is asked, once each: of rows that are in `part`, and of rows that
 * are in the whole only. Without a part all rows are own.
 */
export function keyedVariables(
  { key }: Question,
  whole: Graph,
  part: Graph | null,
): readonly Variables[] {
  if (key === null) return [{}]
  const { own, others } = keysOf(key.type, key.fields, whole, part)
  const variables = [...own, ...others].map((row) =>
    Object.fromEntries(key.fields.map((field, at) => [field, Object.values(row)[at] ?? null])),
  )
  if (variables.length === 0) throw new Error(`the demo data has no key of ${key.type}`)
  return variables
}

export function keysOf(
  type: string,
  fields: readonly string[],
  whole: Graph,
  part: Graph | null,
): { readonly own: readonly SqlRow[]; readonly others: readonly SqlRow[] } {
  const { database, table, columns } = keyColumns(type, fields)
  const key = columns.join(', ')
  const present = columns.map((column) => `${column} IS NOT NULL`).join(' AND ')
  // Those with the most to tell first.
  const absent = whole
    .sql(database, `SELECT name FROM pragma_table_info('${table}')`)
    .map(({ name }) => `(${name} IS NULL)`)
  const statement = `SELECT ${key} FROM ${table} WHERE ${present}
    GROUP BY ${key} ORDER BY min(${absent.join(' + ')}), ${key}`
  const all = whole.sql(database, statement)
  if (part === null) return { own: ends(all), others: [] }
  const own = part.sql(database, statement)
  const known = new Set(own.map((row) => JSON.stringify(row)))
  const others = all.filter((row) => !known.has(JSON.stringify(row)))
  return { own: ends(own), others: ends(others) }
}

/** The first and the last. */
const ends = (rows: readonly SqlRow[]): readonly SqlRow[] =>
  rows.length < 2 ? rows : [...rows.slice(0, 1), ...rows.slice(-1)]
