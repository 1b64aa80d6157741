/**
 * Keyset paging: the order of a list, its cursors, and the condition "after this row".
 * Cursors are opaque to clients; they carry the values of the sort key and the row's key, and the
 * order they belong to. Rows without a sort value come last in both directions.
 */
import type { Expression, SqlBool } from 'kysely'
import { Big } from './decimal.ts'
import { sameInOrder } from './dialect.ts'
import { AppError } from './errors.ts'
import type { Relation, RuleBuilder } from './relations.ts'

export type Direction = 'ASC' | 'DESC'

export interface Order {
  readonly column: string
  readonly direction: Direction
}

/** Where a page begins: the values of the last row before it, in the order of `orderColumns`. */
export interface Position {
  readonly values: readonly unknown[]
}

/** The sort column, then the key, without repeating a column. */
export const orderColumns = (relation: Relation, order: Order): readonly string[] => [
  order.column,
  ...relation.key.filter((column) => column !== order.column),
]

export function cursorOf(
  row: Readonly<Record<string, unknown>>,
  relation: Relation,
  order: Order,
): string {
  const values = orderColumns(relation, order).map((column) => row[column])
  return Buffer.from(JSON.stringify([order.column, order.direction, ...values])).toString(
    'base64url',
  )
}

export function positionOf(
  cursor: string | null | undefined,
  relation: Relation,
  order: Order,
): Position | null {
  if (cursor === null || cursor === undefined) return null
  const columns = orderColumns(relation, order)
  const parts = parseCursor(cursor)
  const [column, direction, ...values] = parts
  if (
    column !== order.column ||
    direction !== order.direction ||
    values.length !== columns.length ||
    values.slice(1).includes(null)
  ) {
    throw new AppError(
      'BAD_USER_INPUT',
      '"after" takes the cursor of a page of the same list in the same order.',
      { details: { argument: 'after' } },
    )
  }
  return { values }
}

function parseCursor(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    return Array.isArray(parts) ? parts : []
  } catch {
    return [] // not one of ours: the caller says so
  }
}

/**
 * Rows after the position within one part of the list (with or without a sort value): the doubled
 * condition `(a,id) > (?,?) AND (a > ? OR (a = ? AND id > ?))`, which every database answers from
 * the index.
 */
export function afterPosition(
  eb: RuleBuilder,
  columns: readonly string[],
  values: readonly unknown[],
  direction: Direction,
): Expression<SqlBool> {
  const operator = direction === 'ASC' ? '>' : '<'
  const [column, ...rest] = columns
  if (column === undefined) return eb.lit(false)
  if (rest.length === 0) return eb(column, operator, values[0])
  const expanded = columns.map((at, index) =>
    eb.and([
      ...columns
        .slice(0, index)
        .map((before, position) => sameInOrder(eb.ref(before), values[position])),
      eb(at, operator, values[index]),
    ]),
  )
  return eb.and([...rowValueAfter(eb, columns, values, operator), eb.or(expanded)])
}

/** `(a, b) > (?, ?)`: for the index; the expanded condition beside it carries the meaning. */
function rowValueAfter(
  eb: RuleBuilder,
  columns: readonly string[],
  values: readonly unknown[],
  operator: '>' | '<',
): Expression<SqlBool>[] {
  const [a = '', b = '', c = ''] = columns
  switch (columns.length) {
    case 2:
      return [eb(eb.refTuple(a, b), operator, eb.tuple(values[0], values[1]))]
    case 3:
      return [eb(eb.refTuple(a, b, c), operator, eb.tuple(values[0], values[1], values[2]))]
    default:
      return []
  }
}

/** Compares two rows as the database orders them, to merge pages of one order. */
export function compareRows(
  relation: Relation,
  order: Order,
): (a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>) => number {
  const sign = order.direction === 'ASC' ? 1 : -1
  const columns = orderColumns(relation, order)
  return (a, b) => {
    for (const column of columns) {
      const [left, right] = [a[column], b[column]]
      if (left === null && right === null) continue
      if (left === null) return 1
      if (right === null) return -1
      const compared = compareValues(left, right, relation.columns[column]?.type.kind)
      if (compared !== 0) return sign * compared
    }
    return 0
  }
}

function compareValues(left: unknown, right: unknown, kind: string | undefined): number {
  if (kind === 'decimal') return new Big(String(left)).cmp(String(right))
  // A fraction of a second sorts after the whole one, though "." comes before "Z".
  if (kind === 'instant') return compareText(String(left).slice(0, -1), String(right).slice(0, -1))
  return compareText(left, right)
}

function compareText(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right
  const [a, b] = [String(left), String(right)]
  if (a === b) return 0
  // SQLite compares text by bytes, and UTF-8 bytes order as code points do. JavaScript compares
  // halves of characters, which is the same as long as none is made of two.
  if (surrogate.test(a) || surrogate.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : 1
}

const surrogate = /[\ud800-\udfff]/
