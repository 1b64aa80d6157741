/** Values of a row as what they are: a database that holds something else is damaged. */
import { AppError } from '#shared/errors.ts'

export type Row = Readonly<Record<string, unknown>>

export function textOf(row: Row, column: string): string {
  const value = row[column]
  if (typeof value === 'string') return value
  throw damaged(column)
}

export function numberOf(row: Row, column: string): number {
  const value = row[column]
  if (typeof value === 'number') return value
  throw damaged(column)
}

export const textOrNull = (row: Row, column: string): string | null =>
  row[column] === null ? null : textOf(row, column)

export const numberOrNull = (row: Row, column: string): number | null =>
  row[column] === null ? null : numberOf(row, column)

/** A JSON list of text. */
export function textsOf(row: Row, column: string): readonly string[] {
  const value: unknown = JSON.parse(textOf(row, column))
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
  throw damaged(column)
}

const damaged = (column: string) =>
  new AppError('DATABASE_INVALID', `The gateway's own database has no usable "${column}".`)
