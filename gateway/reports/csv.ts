/**
 * A report's rows as CSV (RFC 4180): with a byte-order mark for spreadsheets, and formulas made
 * harmless.
 */
import { stringify } from 'csv-stringify/sync'
import type { Report } from './library.ts'
import { cell, rowsAt } from './rows.ts'

/** Decimals come as text: a negative amount is a number to a spreadsheet, not a formula. */
const number = /^-\d+(\.\d+)?$/
const asItIs = (value: string) => ({ value, escape_formulas: false })

export const toCsv = ({ rows, columns }: Pick<Report, 'rows' | 'columns'>, data: unknown): string =>
  stringify(
    rowsAt(data, rows).map((row) => columns.map(({ path }) => cell(row, path))),
    {
      header: true,
      columns: columns.map(({ label }) => label),
      bom: true,
      escape_formulas: true,
      cast: { boolean: String, string: (value) => (number.test(value) ? asItIs(value) : value) },
    },
  )
