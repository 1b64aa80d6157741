/** MySQL and MariaDB above the mapping of a company's own database. */
import { sql, type RawBuilder } from 'kysely'
import type { Dialect } from '../dialect.ts'
import { isKeyLike, type ColumnType } from '../relations.ts'
import { localOf } from '../sources/time-zone.ts'
import {
  encodeForeign,
  foreignDecoder,
  heldType,
  isUnsigned,
  type ForeignValues,
} from './foreign.ts'
import { operand } from './operand.ts'
import { numericShare } from './share.ts'

/** Wide enough for the paths that recursive statements write; their first row decides. */
const wide = sql`char(4000)`

export function mysqlDialect(timeZone: string): Dialect {
  const values: ForeignValues = {
    timeZone,
    zoned: (instant) => localOf(instant, 'UTC'), // sessions are in UTC
    truth: Number,
  }
  return {
    encode: (value, type, what) => encodeForeign(value, type, what, values),
    decoder: (column, what) => foreignDecoder(column, what, timeZone),

    bucketStart(date, bucket, fiscalYearStartMonth) {
      const day = sql`cast(${date} as date)`
      const month = sql`date_sub(${day}, interval dayofmonth(${day}) - 1 day)`
      const since = (span: number) =>
        sql`interval ((month(${day}) - ${sql.lit(fiscalYearStartMonth)} + 12) % ${sql.lit(span)}) month`
      switch (bucket) {
        case 'DAY':
          return sql<string>`${day}`
        case 'WEEK':
          return sql<string>`date_sub(${day}, interval weekday(${day}) day)`
        case 'MONTH':
          return sql<string>`${month}`
        case 'QUARTER':
          return sql<string>`date_sub(${month}, ${since(3)})`
        case 'YEAR':
          return sql<string>`date_sub(${month}, ${since(12)})`
      }
    },

    evenShare: (share) =>
      numericShare(share, (value) => sql`truncate(${value}, 0)`, sql`decimal(20, 0)`),
    concat: (parts) => sql<string>`cast(concat(${sql.join(parts)}) as ${wide})`,
    position: (text, wanted) => sql<number>`instr(${text}, ${wanted})`,

    foreign: {
      bound: (value, type) => {
        const name = boundType(type)
        return name === null ? value : sql`cast(${operand(value)} as ${name})`.toOperationNode()
      },
      exact: (text) =>
        sql`cast(convert(${operand(text)} using utf8mb4) as binary)`.toOperationNode(),
      averaged: (value) => sql`(${operand(value)} + 0e0)`.toOperationNode(),
      nullsAreLargest: false,
    },
  }
}

/** Text beside a number would be compared as a float, in which `12abc` is 12. */
function boundType(type: ColumnType): RawBuilder<unknown> | null {
  const held = heldType(type)
  if (isKeyLike(type)) {
    if (held === 'integer') return isUnsigned(type) ? sql`decimal(20, 0)` : sql`signed`
    return held === 'decimal' ? sql`decimal(38, 0)` : null
  }
  if (type.kind === 'integer') return sql`signed`
  if (type.kind === 'decimal') return sql`decimal(38, ${sql.lit(type.scale)})`
  if (held === 'text') return null
  if (type.kind === 'date') return sql`date`
  return type.kind === 'instant' ? sql`datetime(6)` : null
}
