/**
 * Whole rows of a relation by the values of one column: what loaders of entities and of small child
 * lists run, one statement for all keys. Must not know a business noun.
 */
import type { Kysely } from 'kysely'
import { columnsOf } from './columns.ts'
import { capped } from './limits.ts'
import type { AnyDatabase, Relation, Where } from './relations.ts'

export interface RowsOptions {
  readonly where?: Where | undefined
  /** Columns to sort by before the key; `-column` sorts down. */
  readonly orderBy?: readonly string[]
}

/** A statement that would answer more rows than this is refused. */
const maxRows = 100_000

export async function rowsBy<DB, Name extends keyof DB & string>(
  db: Kysely<DB>,
  name: Name,
  relation: Relation,
  column: string,
  keys: readonly (string | number)[],
  { where, orderBy = [] }: RowsOptions = {},
): Promise<readonly DB[Name][]> {
  // One function serves every relation, so the statement is built without the database's type.
  const table: string = name
  let query = (db as unknown as Kysely<AnyDatabase>)
    .selectFrom(table)
    .select(columnsOf(relation, table))
    .where(`${table}.${column}`, 'in', keys)
  if (where !== undefined) query = query.where((eb) => where(eb))
  for (const each of [...orderBy, ...relation.key]) {
    query = each.startsWith('-')
      ? query.orderBy(`${table}.${each.slice(1)}`, 'desc')
      : query.orderBy(`${table}.${each}`)
  }
  const rows = await query.limit(maxRows + 1).execute()
  return capped(rows, maxRows, `The rows of ${name}`) as readonly DB[Name][] // columns of the relation
}

/**
 * The row with more properties, without reading those it has: what a company's database lacks of it is
 * an error only where it is read.
 */
export const withMore = <Row extends object, More extends object>(
  row: Row,
  more: More,
): Row & More => Object.assign(Object.create(row) as Row, more)
