/** Keys of rows, own and of others, for the roots that find one row: taken from the tables by plain SQL. */
import type { Graph, SqlRow } from '../../support/graph.ts'
import type { Question } from './questions.ts'
import { keyColumns, type KeyColumns } from './tables.ts'

export type Variables = Readonly<Record<string, string | number | null>>

export interface Keys {
  readonly own: readonly SqlRow[]
  readonly others: readonly SqlRow[]
}

/** Keys of a type by these fields. */
export type FindKeys = (type: string, fields: readonly string[]) => Keys

/**
 * Finds keys of rows that are in `part`, so that each of their columns and each table that refers to
 * them says something of one of them, and of rows that are in the whole only. Without a part all rows
 * are own. What was found once is kept: the part must not change meanwhile.
 */
export function keyFinder(whole: Graph, part: Graph | null): FindKeys {
  const kept = new Map<string, Keys>()
  return (type, fields) => {
    const name = `${type} ${fields.join(' ')}`
    const keys = kept.get(name) ?? keysOf(keyColumns(type, fields), whole, part)
    kept.set(name, keys)
    return keys
  }
}

/** The variables with which a question is asked, once each: keys of own rows and of others. */
export function keyedVariables({ key }: Question, find: FindKeys): readonly Variables[] {
  if (key === null) return [{}]
  const { own, others } = find(key.type, key.fields)
  const variables = [...own, ...others].map((row) =>
    Object.fromEntries(key.fields.map((field, at) => [field, Object.values(row)[at] ?? null])),
  )
  if (variables.length === 0) throw new Error(`the demo data has no key of ${key.type}`)
  return variables
}

function keysOf({ database, table, columns }: KeyColumns, whole: Graph, part: Graph | null): Keys {
  const every = (condition: string) =>
    `SELECT DISTINCT ${columns.join(', ')} FROM ${table} WHERE ${condition} ORDER BY ${columns.join(', ')}`
  const isKey = columns.map((column) => `${column} IS NOT NULL`).join(' AND ')
  const rowsIn = (graph: Graph) => graph.sql(database, every(isKey))
  const belongs = part ?? whole
  const own = rowsIn(belongs)
  const known = new Set(own.map(textOf))
  const told = belongs
    .sql(database, `SELECT name FROM pragma_table_info('${table}')`)
    .flatMap(({ name }) =>
      belongs.sql(database, `${every(`${isKey} AND ${String(name)} IS NOT NULL`)} LIMIT 1`),
    )
  const [column = ''] = columns
  const referred =
    columns.length > 1
      ? []
      : databases.flatMap((each) => firstReferences(belongs, each, column, known))
  const others = part === null ? [] : rowsIn(whole).filter((row) => !known.has(textOf(row)))
  return { own: distinct([...own.slice(-1), ...told, ...referred]), others: distinct(ends(others)) }
}

const databases = ['crm', 'erp', 'hr', 'finance']

/** The first row to which each table of a database refers by a column of this name. */
function firstReferences(
  belongs: Graph,
  database: string,
  column: string,
  known: ReadonlySet<string>,
): readonly SqlRow[] {
  return belongs
    .sql(
      database,
      `SELECT name FROM sqlite_master WHERE type = 'table'
       AND EXISTS (SELECT 1 FROM pragma_table_info(sqlite_master.name) AS info WHERE info.name = ?)`,
      column,
    )
    .flatMap(({ name }) => {
      const referred = `SELECT DISTINCT ${column} FROM ${String(name)} ORDER BY 1 LIMIT 100`
      return belongs
        .sql(database, referred)
        .filter((row) => known.has(textOf(row)))
        .slice(0, 1)
    })
}

/** The first and the last. */
const ends = (rows: readonly SqlRow[]): readonly SqlRow[] => [
  ...rows.slice(0, 1),
  ...rows.slice(-1),
]

const textOf = (row: SqlRow): string => JSON.stringify(row)

const distinct = (rows: readonly SqlRow[]): readonly SqlRow[] => [
  ...new Map(rows.map((row) => [textOf(row), row])).values(),
]
