/**
 * Rows that a mapping must yield, as tables of text that people write and read: `# relation`, the names of
 * the columns, a line for each row; `-` is null, `''` an empty text, `*` anything (it depends on the day),
 * `!` a value that must be refused when it is read.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { AppError } from '#shared/errors.ts'
import type { MappedRow } from './mapped-system.ts'

export interface ExpectedTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

export function expectedTables(file: string): ReadonlyMap<string, ExpectedTable> {
  const sections = readFileSync(file, 'utf8').trim().split(/\n\n/)
  return new Map(
    sections.map((section): [string, ExpectedTable] => {
      const [title = '', columns = '', ...rows] = section.split('\n')
      return [
        title.replace('# ', ''),
        { columns: cellsOf(columns), rows: rows.map((row) => cellsOf(row)) },
      ]
    }),
  )
}

const cellsOf = (line: string): readonly string[] => line.split(' | ')

/** Compares as text, so that a difference is seen as the line it is in. */
export function assertRows(rows: readonly MappedRow[], expected: ExpectedTable): void {
  const { columns } = expected
  assert.deepEqual(Object.keys(rows[0] ?? {}), columns)
  const found = rows.map((row, at) =>
    columns.map((column, place) =>
      expected.rows[at]?.[place] === '*' ? '*' : textOf(row, column),
    ),
  )
  assert.deepEqual(
    found.map((cells) => cells.join(' | ')),
    expected.rows.map((cells) => cells.join(' | ')),
  )
}

function textOf(row: MappedRow, column: string): string {
  try {
    const value = row[column]
    if (value === null) return '-'
    if (value === '') return "''"
    assert.ok(typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value)
  } catch (error) {
    assert.ok(error instanceof AppError, String(error))
    assert.equal(error.code, 'SOURCE_DATA_INVALID')
    return '!'
  }
}
