/**
 * Resolvers that every schema needs: money and quantities out of a row, points, capped lists, and
 * "exactly one of these keys". Must not know a business noun.
 */
import { AppError } from './errors.ts'
import { capped } from './limits.ts'
import { money, type Money } from './money.ts'

type Row = object

const valueOf = (row: Row, column: string): unknown => (row as Record<string, unknown>)[column]
const textOf = (row: Row, column: string): string | null => {
  const value = valueOf(row, column)
  return typeof value === 'string' ? value : null
}

/** The amount of a column in the row's currency. */
export const moneyField =
  (column: string, currencyColumn = 'currency') =>
  (row: Row): Money | null =>
    money(textOf(row, column), textOf(row, currencyColumn))

export interface Quantity {
  readonly value: string
  readonly unit: string
}

/** The quantity of a column in the row's unit. */
export const quantityField =
  (column: string, unitColumn = 'unit') =>
  (row: Row): Quantity | null => {
    const [value, unit] = [textOf(row, column), textOf(row, unitColumn)]
    return value === null || unit === null ? null : { value, unit }
  }

/** The point of the columns `latitude` and `longitude`. */
export function pointField(row: Row): { lat: number; lon: number } | null {
  const [lat, lon] = [textOf(row, 'latitude'), textOf(row, 'longitude')]
  return lat === null || lon === null ? null : { lat: Number(lat), lon: Number(lon) }
}

/** An entity that another system owns, by its key; null when the row has no key. */
export const stub =
  (keyName: string, column: string = keyName) =>
  (row: Row): Record<string, string> | null => {
    const key = textOf(row, column)
    return key === null ? null : { [keyName]: key }
  }

/** A plain list with a declared cap. */
export const cappedList = async <Item>(
  rows: Promise<readonly Item[]> | readonly Item[],
  cap: number,
  what: string,
): Promise<readonly Item[]> => capped(await rows, cap, what)

/** The one key that was given, as `[name, value]`; throws when there is none or several. */
export function exactlyOne(
  args: Readonly<Record<string, string | null | undefined>>,
): [string, string] {
  const given = Object.entries(args).flatMap(([name, value]): [string, string][] =>
    value === null || value === undefined ? [] : [[name, value]],
  )
  const [only] = given
  if (only === undefined || given.length > 1) {
    const came = given.length === 0 ? 'none' : given.map(([name]) => name).join(' and ')
    throw new AppError(
      'BAD_USER_INPUT',
      `Give exactly one of ${Object.keys(args).join(', ')}, but got ${came}.`,
    )
  }
  return only
}
