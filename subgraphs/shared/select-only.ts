/**
 * Kysely for one request: builds select statements and hands them to whoever runs them, without what
 * Kysely has for connections and transactions. Also what every run of a statement keeps to.
 * Must not know a kind of database.
 */
import {
  type CompiledQuery,
  type Dialect,
  type Driver,
  Kysely,
  type QueryExecutor,
  type QueryId,
  type RootOperationNode,
  SqliteAdapter,
} from 'kysely'
import { abortReason, deadlineExceeded } from './errors.ts'
import type { RowRights } from './row-rights.ts'

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
  readonly rows: RowRights
  readonly signal: AbortSignal
  /** `performance.now()` after which no further statement begins. */
  readonly deadlineAt: number
  readonly onStatement?: ((event: StatementEvent) => void) | undefined
}

export interface Selecting {
  readonly compile: (node: RootOperationNode, queryId: QueryId) => CompiledQuery
  readonly run: (query: CompiledQuery) => Promise<readonly Record<string, unknown>[]>
}

export function selectOnly<DB>({ compile, run }: Selecting): Kysely<DB> {
  const executor: QueryExecutor = {
    adapter,
    plugins: [],
    transformQuery: (node) => node,
    compileQuery: compile,
    executeQuery: async <Row>(query: CompiledQuery<Row>) => ({ rows: (await run(query)) as Row[] }),
    stream: notHere,
    provideConnection: notHere,
    withConnectionProvider: notHere,
    withPlugin: notHere,
    withPlugins: notHere,
    withPluginAtFront: notHere,
    withoutPlugins: notHere,
  }
  return new Kysely<DB>({ config: { dialect }, dialect, driver, executor })
}

/** Throws where the request is over. */
export function expectTime({
  signal,
  deadlineAt,
}: Pick<StatementScope, 'signal' | 'deadlineAt'>): void {
  if (signal.aborted) throw abortReason(signal)
  if (performance.now() > deadlineAt) throw deadlineExceeded()
}

/** Begins a statement; tells of it when it is over. */
export function observed(
  database: string,
  sql: string,
  { onStatement }: StatementScope,
): (rows: number, error: unknown) => void {
  const started = performance.now()
  return (rows, error) => {
    onStatement?.({ database, sql, rows, milliseconds: performance.now() - started, error })
  }
}

const notHere = (): never => {
  throw new TypeError('subgraphs only run select statements of the builder')
}

const adapter = new SqliteAdapter()

const driver: Driver = {
  init: notHere,
  acquireConnection: notHere,
  beginTransaction: notHere,
  commitTransaction: notHere,
  rollbackTransaction: notHere,
  releaseConnection: notHere,
  destroy: notHere,
}

/** Kysely asks for one; everything goes through the executor instead. */
const dialect: Dialect = {
  createAdapter: () => adapter,
  createDriver: () => driver,
  createIntrospector: notHere,
  createQueryCompiler: notHere,
}
