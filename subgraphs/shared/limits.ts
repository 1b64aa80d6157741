/**
 * The caps that keep every answer bounded. Must not know any business noun.
 */
import { AppError } from './errors.ts'

/** Rows one page of a connection may have. */
export const maxFirst = 1_000

/** Rows a list without a cursor may have unless it declares its own cap. */
export const maxListRows = 1_000

/** Groups one aggregate may answer. */
export const maxGroups = 1_000

/** Values one list argument may have. */
export const maxListValues = 10_000

/** Returns `rows` unless there are more than `cap`. Ask the source for `cap + 1` rows at most. */
export function capped<Row>(rows: readonly Row[], cap: number, what: string): readonly Row[] {
  if (rows.length > cap) {
    throw new AppError(
      'LIST_TOO_LONG',
      `${what} has more than ${cap} rows. Ask for fewer, or use the list that has a cursor.`,
      { details: { cap } },
    )
  }
  return rows
}

/** The page size that was asked for, checked. */
export function pageSize(first: number | null | undefined, fallback = 50): number {
  const size = first ?? fallback
  if (!Number.isInteger(size) || size < 1 || size > maxFirst) {
    throw new AppError(
      'BAD_USER_INPUT',
      `"first" takes a whole number from 1 to ${maxFirst}, but got ${size}.`,
      { details: { argument: 'first', maximum: maxFirst } },
    )
  }
  return size
}
