/**
 * A database that belongs to Isthmus itself, such as the crosswalk: a file that is made when it is
 * missing and brought to the declared layout when it is older. What it holds is kept: tables, columns
 * that may be null and indexes are added, and anything else is refused. Must not know a business noun.
 */
import { existsSync, linkSync, mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from './errors.ts'
import type { Relations } from './relations.ts'
import { openForWriting, transactions } from './sqlite-writing.ts'
import { columnText, createIndexes, createTables, layoutOf } from './tables.ts'

interface Declaration {
  readonly relations: Relations
}

/** Makes the file or adds to it what it lacks; does nothing where it is as declared. */
export function bringUpToDate(path: string, declaration: Declaration): void {
  if (!isAsDeclared(path, declaration)) openOwn(path, declaration).close()
}

function isAsDeclared(path: string, { relations }: Declaration): boolean {
  if (!existsSync(path)) return false
  try {
    using database = new DatabaseSync(path, { readOnly: true })
    return layoutIn(database) === layoutOf(relations)
  } catch {
    return false // whoever opens it next says what is wrong with it
  }
}

/** Opens the file for writing, as declared. Readers never wait for the writer (write-ahead log). */
export function openOwn(path: string, declaration: Declaration): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    mkdirSync(dirname(path), { recursive: true })
    if (!existsSync(path)) create(path, declaration)
    database = openForWriting(path)
    if (layoutIn(database) !== layoutOf(declaration.relations)) migrate(database, path, declaration)
    return database
  } catch (cause) {
    database?.close()
    if (cause instanceof AppError) throw cause
    throw new AppError(
      'DATABASE_INVALID',
      `${path} cannot be used: it is damaged, was not made by Isthmus, or its folder cannot be written. Take it from a backup, or move it away.`,
      { cause },
    )
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
  transactions(database)(() => {
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
  })
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
