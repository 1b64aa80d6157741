/**
 * The embedded databases: one SQLite file per database under the data folder, through node:sqlite.
 * Purpose: create, recognise, open read-only, and run statements for one request. Knows files and
 * SQLite; must not know a business noun. node:sqlite is synchronous: a running statement cannot be
 * interrupted, so the deadline and the abort act between statements and row caps bound each.
 */
import { existsSync } from 'node:fs'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect as KyselyDialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { sqliteDialect } from './dialect.ts'
import { AppError } from './errors.ts'
import type { RowLimit } from './principal.ts'
import { relationsPlugin } from './relations-plugin.ts'
import type { Database, Relations } from './relations.ts'
import { createTables, layoutOf } from './tables.ts'

/** One database of a subgraph. */
export interface DatabaseDeclaration<R extends Relations = Relations> {
  readonly relations: R
}

/** What the seed leaves in every database it makes. */
export interface EmbeddedMeta {
  /** `layoutOf` the relations that made the file. */
  readonly layout: string
  /** The business date, `YYYY-MM-DD`. */
  readonly asOf: string
  readonly [name: string]: string
}

/** A statement that was run, for whoever counts. */
export interface StatementEvent {
  readonly database: string
  readonly sql: string
  readonly rows: number
  readonly milliseconds: number
  readonly error: unknown
}

/** What one request brings to its statements. */
export interface StatementScope {
  readonly rows: RowLimit | null
  readonly signal: AbortSignal
  /** `performance.now()` after which no further statement begins. */
  readonly deadlineAt: number
  readonly onStatement?: ((event: StatementEvent) => void) | undefined
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
  if (!existsSync(path)) {
    throw new AppError(
      'DATABASE_MISSING',
      `The database of "${name}" is missing. Make it with: npm run seed`,
    )
  }
  const { file, meta } = openFile(name, path)
  if (meta.layout !== layoutOf(declaration.relations)) {
    file.close()
    throw new AppError(
      'DATABASE_OUTDATED',
      `The database of "${name}" has an older layout. Make it anew with: npm run seed`,
    )
  }
  const statements = new StatementCache(file)
  return {
    meta,
    limitedTo: (scope) =>
      new Kysely<Database<R>>({
        dialect: embeddedDialect(name, statements, scope),
        plugins: [
          relationsPlugin({
            relations: declaration.relations,
            dialect: sqliteDialect,
            rows: scope.rows,
          }),
        ],
      }),
    [Symbol.dispose]: () => {
      file.close()
    },
  }
}

function openFile(name: string, path: string): { file: DatabaseSync; meta: EmbeddedMeta } {
  let file: DatabaseSync | undefined
  try {
    file = new DatabaseSync(path, { readOnly: true, readBigInts: true })
    file.exec('PRAGMA query_only = 1')
    const rows = file.prepare('SELECT key, value FROM isthmus_meta').all()
    const meta = Object.fromEntries(rows.map((row) => [String(row['key']), String(row['value'])]))
    const { layout, asOf } = meta
    if (layout === undefined || asOf === undefined) throw new TypeError('meta is incomplete')
    return { file, meta: { ...meta, layout, asOf } }
  } catch (cause) {
    file?.close()
    throw new AppError(
      'DATABASE_INVALID',
      `The database of "${name}" is damaged or was not made by Isthmus. Make it anew with: npm run seed`,
      { cause },
    )
  }
}

const maxStatements = 500

/** Prepared statements by their text; the least recently used is dropped first. */
class StatementCache {
  readonly #file: DatabaseSync
  readonly #prepared = new Map<string, StatementSync>()

  constructor(file: DatabaseSync) {
    this.#file = file
  }

  get(sql: string): StatementSync {
    const known = this.#prepared.get(sql)
    this.#prepared.delete(sql)
    const statement = known ?? this.#file.prepare(sql)
    this.#prepared.set(sql, statement)
    const [oldest] = this.#prepared.keys()
    if (this.#prepared.size > maxStatements && oldest !== undefined) this.#prepared.delete(oldest)
    return statement
  }
}

function embeddedDialect(
  database: string,
  statements: StatementCache,
  scope: StatementScope,
): KyselyDialect {
  const connection: DatabaseConnection = {
    executeQuery: <Row>(query: CompiledQuery) =>
      Promise.resolve().then(() => run<Row>(database, statements, scope, query)),
    streamQuery: () => {
      throw new TypeError('embedded statements are not streamed')
    },
  }
  const nothing = () => Promise.resolve()
  const readOnly = () => Promise.reject(new TypeError('subgraphs only read'))
  const driver: Driver = {
    init: nothing,
    acquireConnection: () => Promise.resolve(connection),
    beginTransaction: readOnly,
    commitTransaction: readOnly,
    rollbackTransaction: readOnly,
    releaseConnection: nothing,
    destroy: nothing,
  }
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => driver,
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
}

function run<Row>(
  database: string,
  statements: StatementCache,
  scope: StatementScope,
  query: CompiledQuery,
): QueryResult<Row> {
  if (scope.signal.aborted) {
    throw scope.signal.reason instanceof AppError
      ? scope.signal.reason
      : new AppError('CANCELLED', 'The request was cancelled.', { cause: scope.signal.reason })
  }
  const started = performance.now()
  if (started > scope.deadlineAt) {
    throw new AppError('DEADLINE_EXCEEDED', 'The request ran out of its time.')
  }
  const done = (rows: number, error: unknown) => {
    const milliseconds = performance.now() - started
    scope.onStatement?.({ database, sql: query.sql, rows, milliseconds, error })
  }
  try {
    const rows = statements.get(query.sql).all(...(query.parameters as SQLInputValue[])) as Row[]
    done(rows.length, null)
    return { rows }
  } catch (cause) {
    done(0, cause)
    throw new AppError('SOURCE_UNAVAILABLE', `The database of "${database}" could not answer.`, {
      cause,
    })
  }
}
