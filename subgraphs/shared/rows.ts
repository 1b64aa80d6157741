/**
 * Whole rows of a relation by the values of one column: what loaders of entities and of small child
 * lists run, one statement for all keys. Must not know a business noun.
 */
import type { Kysely, OrderByItemBuilder } from 'kysely'
import { rowsFrom } from './columns.ts'
import { capped } from './limits.ts'
import type { AnyDatabase, Relation, Where } from './relations.ts'

export interface RowsOptions {
  readonly where?: Where | undefined
  /** Columns to sort by before the key; `-column` sorts down. */
  readonly orderBy?: readonly string[]
}

/** Rows without a value count as the smallest, whatever a database would do by itself. */
function ordered(
  item: OrderByItemBuilder,
  isDown: boolean,
  isNullable: boolean,
): OrderByItemBuilder {
  if (!isNullable) return isDown ? item.desc() : item
  return isDown ? item.desc().nullsLast() : item.asc().nullsFirst()
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
  let query = rowsFrom(db as unknown as Kysely<AnyDatabase>, relation, table).where(
    `${table}.${column}`,
    'in',
    keys,
  )
  if (where !== undefined) query = query.where((eb) => where(eb))
  for (const each of [...orderBy, ...relation.key]) {
    const [sorted, isDown] = each.startsWith('-') ? [each.slice(1), true] : [each, false]
    const isNullable = relation.columns[sorted]?.nullable === true
    query = query.orderBy(`${table}.${sorted}`, (item) => ordered(item, isDown, isNullable))
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
