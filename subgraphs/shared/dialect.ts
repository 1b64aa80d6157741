/**
 * What differs between databases: how a declared type is bound and read, and the few expressions
 * that SQL does not have in common. The only place that knows how a decimal is stored.
 */
import {
  ExpressionWrapper,
  FunctionNode,
  sql,
  ValueNode,
  type Expression,
  type RawBuilder,
} from 'kysely'
import { isDate, type TimeBucket } from './calendar.ts'
import { fromScaled, toScaled } from './decimal.ts'
import { AppError } from './errors.ts'
import { amountScale, type AnyDatabase, type Column, type ColumnType } from './relations.ts'

export type Decode = (value: unknown) => unknown

export interface Dialect {
  /** The value to bind where a column of this type is compared; throws BAD_USER_INPUT. */
  encode(value: unknown, type: ColumnType, what: string): unknown
  /** Reads the values of a result column; throws SOURCE_DATA_INVALID when one does not fit it. */
  decoder(column: Column, what: string): Decode
  /** The first day of the bucket in which a date column lies. */
  bucketStart(
    date: Expression<unknown>,
    bucket: TimeBucket,
    fiscalYearStartMonth: number,
  ): RawBuilder<string>
  /**
   * One of `parts` equal parts of an `amount()` in whole minor units of a currency with so many
   * places. The first parts have one unit more where the amount cannot be divided, and the very first
   * what is smaller than a unit, so that all parts add up to the amount.
   */
  evenShare(share: Share): RawBuilder<string>
}

/** What `evenShare` is made of. */
export interface Share {
  readonly amount: Expression<unknown>
  /** 1 to `parts`. */
  readonly part: Expression<unknown>
  readonly parts: Expression<unknown>
  readonly places: Expression<unknown>
}

/** Stands for `bucketStart` in a statement until the database is known. */
export const bucketFunction = 'isthmus_bucket_start'

/** Stands for `evenShare` in a statement until the database is known. */
export const shareFunction = 'isthmus_even_share'

/** The first day of the bucket in which a date column lies, in whatever database is asked. */
export const bucketStart = (
  date: Expression<unknown>,
  bucket: TimeBucket,
  fiscalYearStartMonth: number,
): Expression<string | null> =>
  new ExpressionWrapper<AnyDatabase, string, string | null>(
    FunctionNode.create(bucketFunction, [
      date.toOperationNode(),
      ValueNode.createImmediate(bucket),
      ValueNode.createImmediate(fiscalYearStartMonth),
    ]),
  )

const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/

/** SQLite as `node:sqlite` speaks it, with integers read as BigInt. */
export const sqliteDialect: Dialect = {
  encode(value, type, what) {
    if (value === null) return null
    switch (type.kind) {
      case 'id':
      case 'text':
        return expectType(typeof value === 'string', value, what, 'text')
      case 'integer':
        return expectType(Number.isSafeInteger(value), value, what, 'a whole number')
      case 'float':
        return expectType(typeof value === 'number', value, what, 'a number')
      case 'boolean':
        expectType(typeof value === 'boolean', value, what, 'true or false')
        return value === true ? 1 : 0
      case 'date':
        return expectType(
          typeof value === 'string' && isDate(value),
          value,
          what,
          'a date, YYYY-MM-DD',
        )
      case 'instant':
        return expectType(
          typeof value === 'string' && instantPattern.test(value),
          value,
          what,
          'a moment, YYYY-MM-DDTHH:MM:SSZ',
        )
      case 'enum':
        return expectType(
          typeof value === 'string' && type.values.includes(value),
          value,
          what,
          `one of ${type.values.join(', ')}`,
        )
      case 'decimal': {
        const scaled = typeof value === 'string' ? toScaled(value, type.scale) : null
        expectType(scaled !== null, value, what, `a decimal with at most ${type.scale} places`)
        return scaled
      }
    }
  },

  decoder({ type, nullable }, what) {
    const decode = decoderOf(type, what)
    return (value) => {
      if (value !== null && value !== undefined) return decode(value)
      if (!nullable) throw unfit(what, 'a value', 'nothing')
      return null
    }
  },

  bucketStart(date, bucket, fiscalYearStartMonth) {
    const monthsSince = (span: number) =>
      sql`'-' || ((cast(substr(${date}, 6, 2) as integer) - ${sql.lit(fiscalYearStartMonth)} + 12) % ${sql.lit(span)}) || ' months'`
    switch (bucket) {
      case 'DAY':
        return sql<string>`${date}`
      case 'WEEK':
        return sql<string>`date(${date}, '-6 days', 'weekday 1')`
      case 'MONTH':
        return sql<string>`substr(${date}, 1, 7) || '-01'`
      case 'QUARTER':
        return sql<string>`date(substr(${date}, 1, 7) || '-01', ${monthsSince(3)})`
      case 'YEAR':
        return sql<string>`date(substr(${date}, 1, 7) || '-01', ${monthsSince(12)})`
    }
  },

  evenShare({ amount, part, parts, places }) {
    // Amounts are scaled integers, and so is one minor unit; / and % cut towards zero.
    const scaled = (ofPlaces: number) => sql.lit(10 ** (amountScale - ofPlaces))
    const unit = sql`(case ${places} when 0 then ${scaled(0)} when 2 then ${scaled(2)} else ${scaled(3)} end)`
    const units = sql`(${amount} / ${unit})`
    const oneMore = sql`(case when ${part} <= abs(${units} % ${parts}) then sign(${amount}) else 0 end)`
    const rest = sql`(case ${part} when 1 then ${amount} % ${unit} else 0 end)`
    return sql<string>`(${units} / ${parts} + ${oneMore}) * ${unit} + ${rest}`
  },
}

function decoderOf(type: ColumnType, what: string): Decode {
  switch (type.kind) {
    case 'id':
    case 'text':
    case 'date':
    case 'instant':
      return (value) => {
        if (typeof value !== 'string') throw unfit(what, 'text', typeof value)
        return value
      }
    case 'enum': {
      const values: ReadonlySet<unknown> = new Set(type.values)
      return (value) => {
        if (!values.has(value)) {
          throw unfit(what, `one of ${type.values.join(', ')}`, shown(value))
        }
        return value
      }
    }
    case 'integer':
      return (value) => {
        const number = Number(value)
        if (!Number.isSafeInteger(number)) throw unfit(what, 'a whole number', typeof value)
        return number
      }
    case 'boolean':
      return (value) => {
        if (value !== 0n && value !== 1n) throw unfit(what, '0 or 1', typeof value)
        return value === 1n
      }
    case 'float':
      return Number
    case 'decimal':
      return (value) => {
        if (typeof value !== 'bigint') throw unfit(what, 'a scaled integer', typeof value)
        return fromScaled(value, type.scale)
      }
  }
}

const shown = (value: unknown): string =>
  typeof value === 'bigint' ? String(value) : JSON.stringify(value)

function expectType(fits: boolean, value: unknown, what: string, expected: string): unknown {
  if (!fits) {
    throw new AppError('BAD_USER_INPUT', `"${what}" takes ${expected}, but got ${shown(value)}.`)
  }
  return value
}

const unfit = (what: string, expected: string, came: string): AppError =>
  new AppError('SOURCE_DATA_INVALID', `"${what}" should hold ${expected}, but holds ${came}.`)
