/**
 * Whether a column of a database can hold what a relation declares, and how a mapping then says it.
 */
import { amountScale, type ColumnType } from '#shared/relations.ts'
import type { CatalogueColumn } from '#shared/sources/catalogue.ts'
import type { SourceKind, SourceType } from '#shared/sources/connection.ts'

export interface Fit {
  /** 0 to 1; 0 is none. */
  readonly fit: number
  /** The expression in the mapping, over the bare column. */
  readonly write: (column: string) => string
  /** What was done to the value, for people; empty for nothing. */
  readonly note: string
}

const asItIs = (column: string): string => column
const none: Fit = { fit: 0, write: asItIs, note: '' }
const plain: Fit = { fit: 1, write: asItIs, note: '' }

const keyTypes: readonly SourceType[] = ['integer', 'text', 'uuid']

export function fitOf(declared: ColumnType, column: CatalogueColumn, kind: SourceKind): Fit {
  const { type } = column
  switch (declared.kind) {
    case 'id':
      return keyTypes.includes(type) ? plain : type === 'decimal' ? { ...plain, fit: 0.8 } : none
    case 'text':
      if (type === 'text') return plain
      return keyTypes.includes(type) ? cast(0.8, kind === 'mysql' ? 'char' : 'text') : none
    case 'integer':
      if (type === 'integer') return plain
      return type === 'decimal' ? cast(0.8, kind === 'mysql' ? 'signed' : 'integer') : none
    case 'boolean':
      if (type === 'boolean') return plain
      return type === 'integer' ? { ...plain, fit: 0.9 } : none
    case 'date':
      return dateFit(type, kind)
    case 'instant':
      if (type === 'timestamp' || type === 'timestamptz') return plain
      return type === 'date' ? { ...cast(0.6, 'timestamp'), note: 'a date, so its midnight' } : none
    case 'decimal':
      return decimalFit(declared.scale, column, kind)
    case 'enum':
      return type === 'text' || type === 'integer' ? plain : none
    case 'float':
      return none
  }
}

const cast = (fit: number, to: string): Fit => ({
  fit,
  write: (column) => `CAST(${column} AS ${to})`,
  note: 'cast',
})

function dateFit(type: SourceType, kind: SourceKind): Fit {
  const isMoment = type === 'timestamp' || type === 'timestamptz'
  if (type !== 'date' && !isMoment) return none
  if (kind === 'sqlite') {
    return { fit: 0.95, write: (column) => `date(${column})`, note: isMoment ? 'its day' : '' }
  }
  return isMoment ? { ...cast(0.95, 'date'), note: 'its day' } : plain
}

function decimalFit(scale: number, { type, native }: CatalogueColumn, kind: SourceKind): Fit {
  if (type === 'integer') {
    // Amounts, prices and rates; a whole number may well be meant in cents or percent.
    const isUnsure = scale >= amountScale
    return isUnsure ? { ...plain, fit: 0.7, note: 'whole numbers: of which unit?' } : plain
  }
  if (type !== 'decimal' && type !== 'float') return none
  const [, places] = /\(\s*\d+\s*,\s*(\d+)\s*\)/.exec(native) ?? []
  const isExact = type === 'decimal' && kind !== 'sqlite'
  if (isExact && places !== undefined && Number(places) <= scale) return plain
  const to = kind === 'postgresql' ? 'numeric' : 'decimal'
  return {
    fit: type === 'float' ? 0.85 : 0.95,
    write: (column) =>
      type === 'float' && kind !== 'sqlite'
        ? `CAST(${column} AS ${to}(30, ${scale}))`
        : `ROUND(${column}, ${scale})`,
    note: `rounded to ${scale} places`,
  }
}
