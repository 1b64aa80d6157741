/** How every dialect checks what it binds and what it reads. Must not know any database. */
import { isDate } from '../calendar.ts'
import { toScaled } from '../decimal.ts'
import { AppError } from '../errors.ts'
import type { ColumnType } from '../relations.ts'

const instantPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$/

/** Whether it is a moment as GraphQL writes it: UTC, with a second's millionths at most. */
export const isInstant = (text: string): boolean =>
  instantPattern.test(text) && isDate(text.slice(0, 10))

/** Throws BAD_USER_INPUT where a value is none of the declared type. */
export function expectDeclared(value: unknown, type: ColumnType, what: string): void {
  if (isDeclared(value, type)) return
  throw new AppError(
    'BAD_USER_INPUT',
    `"${what}" takes ${expectedOf(type)}, but got ${shown(value)}.`,
  )
}

function isDeclared(value: unknown, type: ColumnType): boolean {
  switch (type.kind) {
    case 'integer':
      return Number.isSafeInteger(value)
    case 'float':
      return typeof value === 'number'
    case 'boolean':
      return typeof value === 'boolean'
    case 'id':
    case 'text':
      return typeof value === 'string'
    case 'date':
      return typeof value === 'string' && isDate(value)
    case 'instant':
      return typeof value === 'string' && isInstant(value)
    case 'enum':
      return typeof value === 'string' && type.values.includes(value)
    case 'decimal':
      return typeof value === 'string' && toScaled(value, type.scale) !== null
  }
}

function expectedOf(type: ColumnType): string {
  switch (type.kind) {
    case 'id':
    case 'text':
      return 'text'
    case 'integer':
      return 'a whole number'
    case 'float':
      return 'a number'
    case 'boolean':
      return 'true or false'
    case 'date':
      return 'a date, YYYY-MM-DD'
    case 'instant':
      return 'a moment, YYYY-MM-DDTHH:MM:SSZ'
    case 'enum':
      return `one of ${type.values.join(', ')}`
    case 'decimal':
      return `a decimal with at most ${type.scale} places`
  }
}

/** A value for people, never long. */
export const shown = (value: unknown): string => {
  const text = typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'nothing')
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

export const unfit = (what: string, expected: string, came: string): AppError =>
  new AppError('SOURCE_DATA_INVALID', `"${what}" should hold ${expected}, but holds ${came}.`)
