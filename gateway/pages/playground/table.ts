/**
 * An answer as a table: a saved question says where its rows are and what to show of each; of any other
 * answer it is the first list, with its plain values as columns. Pure.
 */
import { cell, rowsAt } from '../../reports/rows.ts'
import type { Answer } from './answer.ts'
import type { Column, SavedQuestion } from './session.ts'

export interface Table {
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly string[])[]
}

/** How deep plain values are looked for below a row. */
const maxDepth = 3

export function tableOf(answer: Answer, questions: readonly SavedQuestion[]): Table {
  const question = questions.find(({ operation }) => operation.trim() === answer.query.trim())
  const path = question?.rows ?? firstList(answer.data)
  if (path === null) return { columns: [], rows: [] }
  const placed = rowsAt(answer.data, path)
  const columns = question?.columns ?? columnsOf(placed.map(({ value }) => value))
  return {
    columns,
    rows: placed.map((row) => columns.map((column) => textOf(cell(row, column.path)))),
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value)

/** The path of the list of objects that is nearest to the root. */
function firstList(data: unknown): string | null {
  let level: readonly (readonly [path: string, value: unknown])[] = entriesOf(data, '')
  while (level.length > 0) {
    const found = level.find(([, value]) => Array.isArray(value) && value.some(isObject))
    if (found !== undefined) return found[0]
    level = level.flatMap(([path, value]) => entriesOf(value, `${path}.`))
  }
  return null
}

function columnsOf(rows: readonly unknown[]): readonly Column[] {
  const paths = [...new Set(rows.slice(0, 50).flatMap((row) => leavesOf(row, '', maxDepth)))]
  // An object that is null in one row is no plain value: its parts are columns by another row.
  const isPlain = (path: string) => !paths.some((other) => other.startsWith(`${path}.`))
  return paths.filter(isPlain).map((path) => ({ path, label: path }))
}

function leavesOf(value: unknown, prefix: string, depth: number): readonly string[] {
  return entriesOf(value, prefix).flatMap(([path, inner]) => {
    if (!isObject(inner)) return Array.isArray(inner) && inner.some(isObject) ? [] : [path]
    return depth > 1 ? leavesOf(inner, `${path}.`, depth - 1) : []
  })
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const entriesOf = (value: unknown, prefix: string): readonly (readonly [string, unknown])[] =>
  isObject(value)
    ? Object.entries(value).map(([name, inner]) => [`${prefix}${name}`, inner] as const)
    : []
