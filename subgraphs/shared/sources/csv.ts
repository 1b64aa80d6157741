/**
 * A folder of CSV files as a source: what a system exports, or a list that somebody keeps. Each file is
 * a table of its name, its first line the columns, every value text and an empty one NULL. They are
 * read into memory when they are first asked for, and again when a file has changed; mappings read them
 * in SQLite's SQL. An example of a source that is no database: whatever gives rows can stand here so.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { CsvError, parse } from 'csv-parse/sync'
import { AppError } from '../errors.ts'
import type { SourceConnection } from './connection.ts'
import { quoted } from './quoted.ts'
import { openTables } from './sqlite.ts'

export interface CsvOptions {
  /** The name in supergraph.yaml, for messages. */
  readonly system: string
  readonly folder: string
  /** In which times without an offset are meant, IANA name. */
  readonly timeZone: string
}

/** All files of a folder together: they are kept in memory. */
const maxBytes = 512 * 1024 * 1024

/** Changes of the files are looked for this often, in milliseconds. */
const lookEveryMs = 1_000

export function openCsvFolder({ system, folder, timeZone }: CsvOptions): SourceConnection {
  let read = ''
  let lookedAt = -Infinity
  return openTables({
    system,
    timeZone,
    open: () => {
      const files = filesIn(folder, system)
      read = stateOf(files)
      lookedAt = performance.now()
      return tablesOf(files, system)
    },
    isCurrent: () => {
      if (performance.now() - lookedAt < lookEveryMs) return true
      lookedAt = performance.now()
      return stateOf(filesIn(folder, system)) === read
    },
  })
}

interface File {
  readonly path: string
  readonly bytes: number
  readonly changedAt: number
}

function filesIn(folder: string, system: string): readonly File[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.toLowerCase().endsWith('.csv'))
      .toSorted()
      .map((name) => {
        const path = join(folder, name)
        const { size, mtimeMs } = statSync(path)
        return { path, bytes: size, changedAt: mtimeMs }
      })
  } catch (cause) {
    throw new AppError(
      'SOURCE_UNAVAILABLE',
      `The folder of CSV files of "${system}" cannot be read: check "folder" in source.yaml.`,
      { cause },
    )
  }
}

/** Differs when a file was added, taken away or written. */
const stateOf = (files: readonly File[]): string => JSON.stringify(files)

function tablesOf(files: readonly File[], system: string): DatabaseSync {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  if (bytes > maxBytes) {
    throw new AppError(
      'SOURCE_UNAVAILABLE',
      `The CSV files of "${system}" have ${megabytes(bytes)} MB together, and at most ${megabytes(maxBytes)} MB are read: load them into a database.`,
    )
  }
  const database = new DatabaseSync(':memory:', { readBigInts: true })
  try {
    for (const { path } of files) addTable(database, path)
    database.exec('PRAGMA query_only = 1')
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

const megabytes = (bytes: number): number => Math.ceil(bytes / 1024 / 1024)

function addTable(database: DatabaseSync, path: string): void {
  const file = basename(path)
  const [header = [], ...records] = recordsOf(path, file)
  const names = header.map((name) => name.trim().toLowerCase())
  const wrong = names.find((name, at) => name === '' || names.indexOf(name) !== at)
  if (wrong !== undefined || header.length === 0) {
    throw invalid(
      file,
      1,
      `expected a name for each column, each once, but ${wrong ? `"${wrong}" stands twice` : 'one is empty'}`,
    )
  }
  const table = quoted(file.replace(/\.csv$/i, ''), 'sqlite')
  const columns = header.map((name) => `${quoted(name.trim(), 'sqlite')} TEXT`).join(', ')
  database.exec(`CREATE TABLE ${table} (${columns})`)
  const insert = database.prepare(
    `INSERT INTO ${table} VALUES (${header.map(() => '?').join(', ')})`,
  )
  database.exec('BEGIN')
  for (const record of records) {
    insert.run(...record.map((value) => (value === '' ? null : value)))
  }
  database.exec('COMMIT')
}

function recordsOf(path: string, file: string): readonly (readonly string[])[] {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch {
    throw invalid(file, 1, 'expected UTF-8; save the file in that encoding')
  }
  try {
    // A line of another length, or a quote that is not closed, is an error and loses no row in silence.
    return parse(text, { bom: true, delimiter: delimiterOf(text), skip_empty_lines: true })
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause
    const line: unknown = cause['lines']
    throw invalid(file, typeof line === 'number' ? line : 1, messageOf(cause), cause)
  }
}

const delimiters = [',', ';', '\t'] as const

/** What stands between the names of the first line most often. */
function delimiterOf(text: string): string {
  const [first = ''] = text.split(/\r?\n/, 1)
  const count = (delimiter: string) => first.split(delimiter).length
  return delimiters.toSorted((a, b) => count(b) - count(a))[0] ?? ','
}

const messageOf = ({ code, message }: CsvError): string =>
  code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH'
    ? 'expected as many values as the first line has names'
    : message.replace(/ at line \d+.*$/s, '')

const invalid = (file: string, line: number, message: string, cause?: unknown): AppError =>
  new AppError('SOURCE_DATA_INVALID', `${file}:${line}: ${message}.`, { cause })
