/**
 * Values of a company's own database: bound by the type that its column really has, and read into what
 * the declaration says, whatever the driver hands over. The same for all kinds of databases.
 */
import { isDate } from '../calendar.ts'
import { isDecimalText } from '../decimal.ts'
import type { Decode } from '../dialect.ts'
import { isKeyLike, type Column, type ColumnType } from '../relations.ts'
import type { SourceType } from '../sources/connection.ts'
import { localOf, utcOf } from '../sources/time-zone.ts'
import { AppError } from '../errors.ts'
import { expectDeclared, shown, unfit } from './expect.ts'

export interface ForeignValues {
  /** In which times without an offset are meant. */
  readonly timeZone: string
  /** A moment in UTC as a column with a time zone takes it. */
  readonly zoned: (instant: string) => string
  /** True and false where the source has a type for them. */
  readonly truth: (value: boolean) => unknown
}

/** The type that the source really has; undefined for what a statement computes. */
export const heldType = ({ origin }: ColumnType): SourceType | null | undefined =>
  origin?.held?.type

export function encodeForeign(
  value: unknown,
  type: ColumnType,
  what: string,
  { timeZone, zoned, truth }: ForeignValues,
): unknown {
  if (value === null) return null
  expectDeclared(value, type, what)
  const held = heldType(type)
  if (isKeyLike(type)) return keyOf(value as string, held, isUnsigned(type))
  if (type.kind === 'boolean') {
    return held === 'integer' ? Number(value) : truth(value as boolean)
  }
  if (type.kind !== 'instant') return value
  if (held === 'timestamp') return localOf(value as string, timeZone)
  return held === 'timestamptz' ? zoned(value as string) : value
}

/** Whole numbers up to 2^64, which MySQL and MariaDB have. */
export const isUnsigned = ({ origin }: ColumnType): boolean =>
  origin?.held?.native.includes('bigint unsigned') ?? false

const wholePattern = /^(0|-?[1-9]\d*)$/
const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** What is bound for a key that the source cannot have: no row has these. */
export const absentKeys = {
  whole: '-9223372036854775808',
  uuid: 'ffffffff-ffff-8fff-bfff-fffffffffffe',
  text: '\u{10fffd}',
} as const

/** The key as the source writes it: `0012`, `12abc` and `1e3` are no numbers of rows. */
function keyOf(value: string, held: SourceType | null | undefined, unsigned: boolean): string {
  if (held === 'integer') {
    return wholePattern.test(value) && fitsInteger(value, unsigned) ? value : absentKeys.whole
  }
  if (held === 'decimal') {
    return wholePattern.test(value) && value.length < 38 ? value : absentKeys.whole
  }
  if (held === 'uuid') return uuidPattern.test(value) ? value : absentKeys.uuid
  return value.includes('\0') || !value.isWellFormed() ? absentKeys.text : value
}

function fitsInteger(text: string, unsigned: boolean): boolean {
  if (text.length > 20) return false
  const whole = BigInt(text)
  return (unsigned ? BigInt.asUintN(64, whole) : BigInt.asIntN(64, whole)) === whole
}

export function foreignDecoder({ type, nullable }: Column, what: string, timeZone: string): Decode {
  const decode = decoderOf(type, what, timeZone)
  return (value) => {
    if (value !== null && value !== undefined) return decode(value)
    if (!nullable) throw unfit(what, 'a value', 'nothing')
    return null
  }
}

function decoderOf(type: ColumnType, what: string, timeZone: string): Decode {
  switch (type.kind) {
    case 'id':
    case 'text':
      return (value) => textOf(value) ?? refuse(what, 'text', value)
    case 'integer':
      return (value) => {
        const number = Number(value)
        return Number.isSafeInteger(number) ? number : refuse(what, 'a whole number', value)
      }
    case 'boolean':
      return (value) => truths.get(value) ?? refuse(what, 'true or false', value)
    case 'date':
      return (value) =>
        typeof value === 'string' && isDate(value) ? value : refuse(what, 'a date', value)
    case 'instant':
      return (value) =>
        (typeof value === 'string' ? utcOf(value, timeZone) : null) ??
        refuse(what, 'a moment', value)
    case 'enum': {
      const values: ReadonlySet<unknown> = new Set(type.values)
      const expected = `one of ${type.values.join(', ')}`
      return (value) => {
        if (values.has(value)) return value
        if (type.origin?.codes !== undefined && isUnlisted(value)) throw unlisted(what, value)
        return refuse(what, expected, value)
      }
    }
    case 'decimal':
      return (value) => decimalOf(value, type.scale) ?? refuse(what, placesOf(type.scale), value)
    case 'float':
      return Number
  }
}

/** How the mapping's wrapper marks a code that `codes.yaml` does not list. */
export const unlistedMark = '?'

const isUnlisted = (value: unknown): value is string =>
  typeof value === 'string' && value.startsWith(unlistedMark)

const unlisted = (what: string, value: string): AppError =>
  new AppError(
    'SOURCE_DATA_INVALID',
    `"${what}" holds the code ${shown(value.slice(1))}, which codes.yaml does not list.`,
  )

const placesOf = (scale: number): string => `a decimal with at most ${scale} places`

const truths: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  ...([true, 1, 1n, '1', 't', 'true'] as const).map((value): [unknown, boolean] => [value, true]),
  ...([false, 0, 0n, '0', 'f', 'false'] as const).map((value): [unknown, boolean] => [
    value,
    false,
  ]),
])

/** A key or a text; one that is a number is written as people write it. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value
  return typeof value === 'bigint' || Number.isSafeInteger(value) ? String(value) : null
}

/** Plain decimal text without zeros at the end, as every database of ours answers it. */
function decimalOf(value: unknown, scale: number): string | null {
  const text = typeof value === 'string' ? value : textOf(value)
  if (text === null || !isDecimalText(text)) return null
  const point = text.indexOf('.')
  const plain = point === -1 ? text : text.replace(/\.?0+$/, '')
  if (point !== -1 && plain.length - point - 1 > scale) return null
  return plain === '-0' ? '0' : plain
}

function refuse(what: string, expected: string, value: unknown): never {
  throw unfit(what, expected, shown(value))
}
