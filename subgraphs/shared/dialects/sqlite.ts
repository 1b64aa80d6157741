/**
 * SQLite as `node:sqlite` speaks it, with integers read as BigInt and decimals as scaled integers: the
 * embedded databases, and what lies above the mapping of a company's own file.
 */
import { sql } from 'kysely'
import { fromScaled, toScaled } from '../decimal.ts'
import type { Decode, Dialect } from '../dialect.ts'
import { amountScale, type ColumnType } from '../relations.ts'
import { expectDeclared, shown, unfit } from './expect.ts'

export const sqliteDialect: Dialect = {
  encode(value, type, what) {
    if (value === null) return null
    // The scaled integer is needed anyway, so that a decimal is not looked at twice.
    if (type.kind === 'decimal') {
      const scaled = typeof value === 'string' ? toScaled(value, type.scale) : null
      if (scaled === null) expectDeclared(value, type, what)
      return scaled
    }
    expectDeclared(value, type, what)
    return type.kind === 'boolean' ? (value === true ? 1 : 0) : value
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

  concat: (parts) => sql<string>`(${sql.join(parts, sql` || `)})`,
  position: (text, wanted) => sql<number>`instr(${text}, ${wanted})`,
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
