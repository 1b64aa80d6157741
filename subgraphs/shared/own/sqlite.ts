/**
 * A database of Isthmus's own as a file: made when it is missing, and brought to the declared layout when
 * it is older. Must not know a business noun.
 */
import { existsSync, linkSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Relations } from '../relations.ts'
import { layoutOf } from '../tables.ts'
import { missingStatements } from './layout.ts'
import { makeFolderOf, openForWriting, transactions, unusableFile } from './sqlite-writing.ts'

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
  if (!existsSync(path)) create(path, declaration)
  return openForWriting(path, (database) => {
    if (layoutIn(database) !== layoutOf(declaration.relations))
      transactions(database)(() => add(database, path, declaration))
  })
}

/** Under a name of its own first, so that nobody finds half of it, and never over what is there. */
function create(path: string, { relations }: Declaration): void {
  const temporary = `${path}.${process.pid}.new`
  try {
    makeFolderOf(path)
    rmSync(temporary, { force: true })
    using database = new DatabaseSync(temporary)
    transactions(database)(() => {
      database.exec('CREATE TABLE isthmus_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT')
      add(database, path, { relations })
    })
    database.close()
    linkSync(temporary, path)
  } catch (cause) {
    // Another process was faster: its file is the same.
    if (!existsSync(path)) throw unusableFile(path, cause)
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** In a transaction: what another process has added meanwhile is there already. */
function add(database: DatabaseSync, path: string, { relations }: Declaration): void {
  const columnsOf = (table: string) => columnsIn(database, table)
  const found = { kind: 'sqlite', name: path, columnsOf } as const
  for (const statement of missingStatements(relations, found)) database.exec(statement)
  database
    .prepare(
      `INSERT INTO isthmus_meta (key, value) VALUES ('layout', ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    )
    .run(layoutOf(relations))
}

const columnsIn = (database: DatabaseSync, table: string): readonly string[] =>
  database
    .prepare('SELECT name FROM pragma_table_info(?)')
    .all(table)
    .map((row) => String(row['name']))

const layoutIn = (database: DatabaseSync): unknown =>
  database.prepare(`SELECT value FROM isthmus_meta WHERE key = 'layout'`).get()?.['value']
