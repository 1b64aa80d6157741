/**
 * SQLite above the mapping of a company's own file. The mapping is wrapped so that decimals are scaled
 * integers and moments are UTC (`sources/derived.ts`); everything else is as other programs left it.
 */
import { sql } from 'kysely'
import { fromScaled } from '../decimal.ts'
import type { Dialect } from '../dialect.ts'
import { isKeyLike, type ColumnType } from '../relations.ts'
import {
  absentKeys,
  encodeForeign,
  foreignDecoder,
  heldType,
  type ForeignValues,
} from './foreign.ts'
import { shown, unfit } from './expect.ts'
import { operand } from './operand.ts'
import { sqliteDialect } from './sqlite.ts'

const values: ForeignValues = { timeZone: 'UTC', zoned: (instant) => instant, truth: Number }

export const sqliteFileDialect: Dialect = {
  ...sqliteDialect,
  encode: (value, type, what) => {
    if (value === null || type.kind === 'decimal') return sqliteDialect.encode(value, type, what)
    if (type.kind === 'instant')
      return paddedInstant(sqliteDialect.encode(value, type, what) as string)
    const encoded = encodeForeign(value, type, what, values)
    return isWhole(type) ? wholeOf(encoded as string) : encoded // text would be no number here
  },
  decoder: (column, what) => {
    if (column.type.kind !== 'decimal') return foreignDecoder(column, what, values.timeZone)
    const { scale } = column.type
    return (value) => {
      if (typeof value === 'bigint') return fromScaled(value, scale)
      if (value === null && column.nullable) return null
      throw unfit(what, 'a decimal', value === null ? 'nothing' : shown(value))
    }
  },
  foreign: {
    exact: (text) => sql`(${operand(text)} collate binary)`.toOperationNode(),
    nullsAreLargest: false,
  },
}

/** Of one length, so that text sorts as moments do: `isthmus_instant` writes them so. */
export function paddedInstant(instant: string): string {
  const [whole = '', fraction = ''] = instant.slice(0, -1).split('.')
  return `${whole}.${fraction.padEnd(6, '0')}Z`
}

const isWhole = (type: ColumnType): boolean => {
  const held = heldType(type)
  return isKeyLike(type) && (held === 'integer' || held === 'decimal')
}

/** SQLite binds 64 bits, also where a column is declared NUMERIC. */
function wholeOf(text: string): bigint {
  const whole = BigInt(text)
  return BigInt.asIntN(64, whole) === whole ? whole : BigInt(absentKeys.whole)
}
