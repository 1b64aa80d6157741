/**
 * The types of MySQL and MariaDB as the protocol tells them of a result column.
 */
import type { SourceType } from './connection.ts'

export interface ResultField {
  readonly columnType?: number
  readonly characterSet?: number
  /** In bytes of the widest text, as people read numbers. */
  readonly columnLength?: number
  readonly decimals: number
  readonly flags: number | string[]
  /** MariaDB only: `uuid`, `inet6`. */
  readonly extendedTypeName?: string
  /** MariaDB only: `json`. */
  readonly extendedFormat?: string
}

/** The character set of bytes. */
const binary = 63
const flags = { unsigned: 32, enum: 256, set: 2048 } as const

type Code = readonly [native: string, type: SourceType]

const codes: Readonly<Record<number, Code>> = {
  0: ['decimal', 'decimal'],
  1: ['tinyint', 'integer'],
  2: ['smallint', 'integer'],
  3: ['int', 'integer'],
  4: ['float', 'float'],
  5: ['double', 'float'],
  7: ['timestamp', 'timestamptz'],
  8: ['bigint', 'integer'],
  9: ['mediumint', 'integer'],
  10: ['date', 'date'],
  11: ['time', 'other'],
  12: ['datetime', 'timestamp'],
  13: ['year', 'integer'],
  14: ['date', 'date'],
  16: ['bit', 'integer'],
  245: ['json', 'other'],
  246: ['decimal', 'decimal'],
}

const texts: ReadonlySet<number> = new Set([15, 247, 248, 249, 250, 251, 252, 253, 254])
const longTexts: ReadonlySet<number> = new Set([249, 250, 251, 252])

export const isBits = ({ columnType }: ResultField): boolean => columnType === 16

const has = (field: ResultField, flag: number): boolean =>
  typeof field.flags === 'number' && (field.flags & flag) !== 0

export function typeOf(field: ResultField): SourceType {
  const { columnType = -1, extendedTypeName, extendedFormat } = field
  if (isBits(field) && field.columnLength === 1) return 'boolean'
  if (extendedTypeName === 'uuid') return 'uuid'
  if (extendedFormat === 'json') return 'other'
  if (texts.has(columnType)) return field.characterSet === binary ? 'binary' : 'text'
  return codes[columnType]?.[1] ?? 'other'
}

export function nativeOf(field: ResultField): string {
  const { columnType = -1, columnLength = 0, decimals, extendedTypeName, extendedFormat } = field
  if (extendedTypeName !== undefined) return extendedTypeName
  if (extendedFormat !== undefined) return extendedFormat
  if (texts.has(columnType)) return textOf(field)
  const [name, type] = codes[columnType] ?? ['unknown', 'other']
  const unsigned = has(field, flags.unsigned) ? ' unsigned' : ''
  if (type === 'decimal') {
    const more = (decimals > 0 ? 1 : 0) + (unsigned === '' ? 1 : 0) // the point and the sign
    return `decimal(${columnLength - more},${decimals})${unsigned}`
  }
  if (type !== 'integer') return name
  const showsLength = isBits(field) || (columnType === 1 && columnLength === 1) // a flag, mostly
  return showsLength ? `${name}(${columnLength})` : `${name}${unsigned}`
}

function textOf(field: ResultField): string {
  const { columnType = -1, characterSet, columnLength = 0 } = field
  if (has(field, flags.enum)) return 'enum'
  if (has(field, flags.set)) return 'set'
  const isBinary = characterSet === binary
  if (longTexts.has(columnType)) return isBinary ? 'blob' : 'text'
  const name =
    columnType === 254 ? (isBinary ? 'binary' : 'char') : isBinary ? 'varbinary' : 'varchar'
  // Results are sent in utf8mb4, of which a character takes up to four bytes.
  return `${name}(${isBinary ? columnLength : Math.floor(columnLength / 4)})`
}
