/** PostgreSQL above the mapping of a company's own database. */
import { sql, type OperationNode, type RawBuilder } from 'kysely'
import type { Dialect } from '../dialect.ts'
import { isKeyLike, type ColumnType } from '../relations.ts'
import { encodeForeign, foreignDecoder, heldType, type ForeignValues } from './foreign.ts'
import { operand } from './operand.ts'
import { numericShare } from './share.ts'

export function postgresqlDialect(timeZone: string): Dialect {
  const values: ForeignValues = { timeZone, zoned: (instant) => instant, truth: (value) => value }
  return {
    encode: (value, type, what) => encodeForeign(value, type, what, values),
    decoder: (column, what) => foreignDecoder(column, what, timeZone),

    bucketStart(date, bucket, fiscalYearStartMonth) {
      const day = sql`cast(${date} as date)`
      const month = sql`date_trunc('month', ${day})`
      const since = (span: number) =>
        sql`make_interval(months => mod(cast(extract(month from ${day}) as integer) - ${sql.lit(fiscalYearStartMonth)} + 12, ${sql.lit(span)}))`
      switch (bucket) {
        case 'DAY':
          return sql<string>`${day}`
        case 'WEEK':
          return sql<string>`cast(date_trunc('week', ${day}) as date)`
        case 'MONTH':
          return sql<string>`cast(${month} as date)`
        case 'QUARTER':
          return sql<string>`cast(${month} - ${since(3)} as date)`
        case 'YEAR':
          return sql<string>`cast(${month} - ${since(12)} as date)`
      }
    },

    evenShare: (share) => numericShare(share, (value) => sql`trunc(${value})`, sql`numeric`),
    concat: (parts) =>
      sql<string>`(${sql.join(
        parts.map((part) => sql`cast(${part} as text)`),
        sql` || `,
      )})`,
    position: (text, wanted) => sql<number>`strpos(${text}, ${wanted})`,

    foreign: {
      bound: (value, type) => {
        const name = boundType(type)
        return name === null ? value : sql`cast(${operand(value)} as ${name})`.toOperationNode()
      },
      any: (list, type) =>
        sql`(cast(${operand(list)} as ${listType(type)}[]))`.toOperationNode() satisfies OperationNode,
      nullsAreLargest: true,
    },
  }
}

/**
 * The server takes a bound value for one of the column's type, and fails where it is none: a number
 * larger than the column's, a fraction beside whole numbers. Null where it may do so.
 */
function boundType(type: ColumnType): RawBuilder<unknown> | null {
  if (type.kind === 'integer') return sql`bigint`
  if (type.kind === 'decimal') return sql`numeric`
  const held = isKeyLike(type) ? heldType(type) : null
  if (held === 'integer') return sql`bigint`
  if (held === 'decimal') return sql`numeric`
  return held === 'uuid' ? sql`uuid` : null
}

function listType(type: ColumnType): RawBuilder<unknown> {
  const bound = boundType(type)
  if (bound !== null) return bound
  const held = heldType(type)
  if (type.kind === 'boolean') return held === 'integer' ? sql`integer` : sql`boolean`
  if (type.kind === 'date') return held === 'text' ? sql`text` : sql`date`
  if (type.kind === 'instant') {
    return held === 'text' ? sql`text` : held === 'timestamp' ? sql`timestamp` : sql`timestamptz`
  }
  return isPadded(type) ? sql`bpchar` : sql`text`
}

/** `char(n)`, of which the blanks at the end do not count. */
const isPadded = ({ origin }: ColumnType): boolean =>
  /^(character|char|bpchar)(\(|$)/.test(origin?.held?.native ?? '')
