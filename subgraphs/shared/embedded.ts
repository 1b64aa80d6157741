/**
 * The embedded databases: one SQLite file per database under the data folder, through node:sqlite.
 * Purpose: create, recognise, open read-only, and run statements for one request. Knows files and
 * SQLite; must not know a business noun. node:sqlite is synchronous: a running statement cannot be
 * interrupted, so the deadline and the abort act between statements and row caps bound each.
 */
import { existsSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { type Kysely, SqliteQueryCompiler } from 'kysely'
import { sqliteDialect } from './dialects/sqlite.ts'
import { AppError } from './errors.ts'
import type { Database, Relations } from './relations.ts'
import { expectTime, observed, selectOnly, type StatementScope } from './select-only.ts'
import { Statement, Statements } from './statements.ts'
import { bringUpToDate } from './own/sqlite.ts'
import { createTables, layoutOf } from './tables.ts'

/** One database of a subgraph. */
export interface DatabaseDeclaration<R extends Relations = Relations> {
  readonly relations: R
  /**
   * It belongs to Isthmus, whatever system the others are: made and brought up to date as needed. The name
   * under which configuration says that it is somewhere else than in the data folder.
   */
  readonly own?: string
}

/** What the seed leaves in every database it makes. */
export interface EmbeddedMeta {
  /** `layoutOf` the relations that made the file. */
  readonly layout: string
  /** The business date, `YYYY-MM-DD`; Isthmus's own database has none, unless the seed made it. */
  readonly asOf?: string
  readonly [name: string]: string | undefined
}

export interface EmbeddedDatabase<R extends Relations> extends Disposable {
  readonly meta: EmbeddedMeta
  /** The relations as one caller may read them. */
  limitedTo(scope: StatementScope): Kysely<Database<R>>
}

/**
 * Creates the file with its tables and meta, and hands it over open for writing. The indexes are
 * left to whoever fills it: `createIndexes`.
 */
export function createEmbedded(
  path: string,
  { relations }: DatabaseDeclaration,
  meta: Readonly<Record<string, string>> & { readonly asOf: string },
): DatabaseSync {
  const file = new DatabaseSync(path)
  // A half-written file is made anew, never repaired: nothing has to reach the disk in order.
  // MEMORY, because Node's defensive mode does not allow OFF; new pages need no journal anyway.
  file.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF')
  file.exec(createTables(relations))
  file.exec('CREATE TABLE isthmus_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT')
  const insert = file.prepare('INSERT INTO isthmus_meta (key, value) VALUES (?, ?)')
  for (const [key, value] of Object.entries({ ...meta, layout: layoutOf(relations) })) {
    insert.run(key, value)
  }
  return file
}

/** Opens a file that `createEmbedded` made; each way it can be wrong has its own code. */
export function openEmbedded<R extends Relations>(
  name: string,
  path: string,
  declaration: DatabaseDeclaration<R>,
): EmbeddedDatabase<R> {
  const isOwn = declaration.own !== undefined
  if (isOwn) bringUpToDate(path, declaration)
  if (!existsSync(path)) {
    throw new AppError(
      'DATABASE_MISSING',
      `The database of "${name}" is missing. Make it with: npm run seed`,
    )
  }
  const { file, meta } = openFile(name, path, isOwn)
  if (meta.layout !== layoutOf(declaration.relations)) {
    file.close()
    throw new AppError(
      'DATABASE_OUTDATED',
      `The database of "${name}" has an older layout. Make it anew with: npm run seed`,
    )
  }
  const statements = new Statements({
    relations: declaration.relations,
    dialect: sqliteDialect,
    compiler: () => new SqliteQueryCompiler(),
    prepare: (sql) => prepared(file, sql),
  })
  // Our own is written while it is read, and who has written reads what is new.
  const begin = isOwn ? () => undefined : readsOfTurn(file)
  return {
    meta,
    limitedTo: (scope) =>
      selectOnly<Database<R>>({
        compile: (node, queryId) => statements.compile(node, queryId, scope.rows),
        run: async (query) => {
          if (!(query instanceof Statement)) throw new TypeError('statements come from the builder')
          begin()
          return run(name, query as Statement<Prepared>, scope)
        },
      }),
    [Symbol.dispose]: () => {
      file.close()
    },
  }
}

/** How long a statement waits where a writer of the crosswalk has the file, in milliseconds. */
const busyTimeoutMs = 1_000

function openFile(
  name: string,
  path: string,
  isOwn: boolean,
): { file: DatabaseSync; meta: EmbeddedMeta } {
  let file: DatabaseSync | undefined
  try {
    file = new DatabaseSync(path, { readOnly: true, readBigInts: true, timeout: busyTimeoutMs })
    file.exec('PRAGMA query_only = 1')
    const rows = file.prepare('SELECT key, value FROM isthmus_meta').all()
    const meta = Object.fromEntries(rows.map((row) => [String(row['key']), String(row['value'])]))
    const { layout, asOf } = meta
    if (layout === undefined || (asOf === undefined && !isOwn))
      throw new TypeError('meta is incomplete')
    return { file, meta: { ...meta, layout } }
  } catch (cause) {
    file?.close()
    throw new AppError(
      'DATABASE_INVALID',
      `The database of "${name}" is damaged or was not made by Isthmus. Make it anew with: npm run seed`,
      { cause },
    )
  }
}

/**
 * One transaction for all that is read in a turn of the event loop: SQLite locks the file and looks for
 * changes once, which takes as long as a small statement, and not for each statement.
 */
function readsOfTurn(file: DatabaseSync): () => void {
  const begin = file.prepare('BEGIN')
  const commit = file.prepare('COMMIT')
  const end = () => {
    if (file.isOpen && file.isTransaction) commit.run()
  }
  return () => {
    if (file.isTransaction) return
    begin.run()
    setImmediate(end)
  }
}

/** Prepared when it first runs. Rows come as arrays, which node:sqlite makes faster than objects. */
function prepared(file: DatabaseSync, sql: string): () => StatementSync {
  let statement: StatementSync | null = null
  return () => {
    if (statement === null) {
      statement = file.prepare(sql)
      statement.setReturnArrays(true)
    }
    return statement
  }
}

type Prepared = ReturnType<typeof prepared>

function run(
  database: string,
  statement: Statement<Prepared>,
  scope: StatementScope,
): Record<string, unknown>[] {
  expectTime(scope)
  const told = observed(database, statement.sql, scope)
  let rows: readonly (readonly unknown[])[]
  try {
    // Arrays, see `prepared`; the parameters are encoded by the types of their columns.
    rows = statement
      .prepared()
      .all(...(statement.parameters as SQLInputValue[])) as unknown as (readonly unknown[])[]
    told(rows.length, null)
  } catch (cause) {
    told(0, cause)
    throw new AppError('SOURCE_UNAVAILABLE', `The database of "${database}" could not answer.`, {
      cause,
    })
  }
  return statement.decode(rows)
}
