/**
 * A database that belongs to Isthmus itself, such as the crosswalk: a file that is made when it is
 * missing and brought to the declared layout when it is older. What it holds is kept: tables, columns
 * that may be null and indexes are added, and anything else is refused. Must not know a business noun.
 */
import { existsSync, linkSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from './errors.ts'
import type { Relations } from './relations.ts'
import { columnText, createIndexes, createTables, layoutOf } from './tables.ts'

interface Declaration {
  readonly relations: Relations
}

/** How long a writer waits for another one, in milliseconds. */
const busyTimeoutMs = 5_000

/** Makes the file or adds to it what it lacks; does nothing where it is as declared. */
export function bringUpToDate(path: string, declaration: Declaration): void {
  if (existsSync(path)) {
    using file = opened(path, true)
    if (file !== null && layoutIn(file.database) === layoutOf(declaration.relations)) return
  }
  openOwn(path, declaration).close()
}

/** Opens the file for writing, as declared. Readers never wait for the writer (write-ahead log). */
export function openOwn(path: string, declaration: Declaration): DatabaseSync {
  if (!existsSync(path)) create(path, declaration)
  const { database } = opened(path, false) ?? unusable(path)
  try {
    database.exec('PRAGMA journal_mode = WAL')
    if (layoutIn(database) !== layoutOf(declaration.relations)) migrate(database, path, declaration)
    return database
  } catch (cause) {
    database.close()
    throw cause instanceof AppError ? cause : unusableError(path, cause)
  }
}

/** Under a name of its own first, so that nobody finds half of it, and never over what is there. */
function create(path: string, { relations }: Declaration): void {
  const temporary = `${path}.${process.pid}.new`
  rmSync(temporary, { force: true })
  const database = new DatabaseSync(temporary)
  try {
    database.exec('BEGIN')
    database.exec(createTables(relations))
    for (const index of createIndexes(relations)) database.exec(index)
    database.exec('CREATE TABLE isthmus_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT')
    const insert = database.prepare('INSERT INTO isthmus_meta (key, value) VALUES (?, ?)')
    insert.run('layout', layoutOf(relations))
    insert.run('asOf', new Date().toISOString().slice(0, 10))
    database.exec('COMMIT')
  } finally {
    database.close()
  }
  try {
    linkSync(temporary, path)
  } catch (error) {
    // Another process was faster: its file is the same.
    if (!existsSync(path)) throw error
  } finally {
    rmSync(temporary, { force: true })
  }
}

function migrate(database: DatabaseSync, path: string, { relations }: Declaration): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    for (const [name, relation] of Object.entries(relations)) {
      const found = columnsIn(database, name)
      if (found.length === 0) database.exec(createTables({ [name]: relation }))
      else addColumns(database, path, name, relation, found)
    }
    for (const index of createIndexes(relations)) {
      database.exec(index.replace(/^CREATE INDEX/, 'CREATE INDEX IF NOT EXISTS'))
    }
    database
      .prepare(`UPDATE isthmus_meta SET value = ? WHERE key = 'layout'`)
      .run(layoutOf(relations))
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

function addColumns(
  database: DatabaseSync,
  path: string,
  name: string,
  { columns }: Relations[string],
  found: readonly string[],
): void {
  const missing = Object.entries(columns).filter(([column]) => !found.includes(column))
  const strange = found.filter((column) => !Object.hasOwn(columns, column))
  if (strange.length > 0 || missing.some(([, { nullable }]) => !nullable)) {
    throw new AppError(
      'DATABASE_OUTDATED',
      `${path}: "${name}" has the columns ${found.join(', ')}, which this version cannot turn into ${Object.keys(columns).join(', ')}. It was made by another version of Isthmus: run that one, or move the file away.`,
    )
  }
  for (const [column, { type }] of missing)
    database.exec(`ALTER TABLE "${name}" ADD COLUMN ${columnText(column, type, true)}`)
}

const columnsIn = (database: DatabaseSync, table: string): readonly string[] =>
  database
    .prepare('SELECT name FROM pragma_table_info(?)')
    .all(table)
    .map((row) => String(row['name']))

const layoutIn = (database: DatabaseSync): unknown =>
  database.prepare(`SELECT value FROM isthmus_meta WHERE key = 'layout'`).get()?.['value']

/** Null where the file is no database; whoever opens it next says so in its own words. */
function opened(path: string, readOnly: boolean) {
  let database: DatabaseSync | undefined
  try {
    const open = new DatabaseSync(path, { readOnly, timeout: busyTimeoutMs })
    database = open
    layoutIn(open)
    return { database: open, [Symbol.dispose]: () => open.close() }
  } catch {
    database?.close()
    return null
  }
}

function unusable(path: string): never {
  throw unusableError(path)
}

const unusableError = (path: string, cause?: unknown) =>
  new AppError(
    'DATABASE_INVALID',
    `${path} is damaged or was not made by Isthmus. Take it from a backup, or move it away.`,
    { cause },
  )
