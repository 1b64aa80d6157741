/**
 * A company's own database as the databases of a subgraph: connected and checked when it is first
 * asked, and again after a failure. What is wrong with one mapping concerns its relation only.
 */
import {
  MysqlQueryCompiler,
  PostgresQueryCompiler,
  SqliteQueryCompiler,
  type CompiledQuery,
  type Kysely,
  type QueryCompiler,
  type QueryId,
  type RootOperationNode,
} from 'kysely'
import type { Dialect } from '../dialect.ts'
import { mysqlDialect } from '../dialects/mysql.ts'
import { postgresqlDialect } from '../dialects/postgresql.ts'
import { sqliteFileDialect } from '../dialects/sqlite-file.ts'
import { appErrorIn, AppError } from '../errors.ts'
import type { Database, Relations } from '../relations.ts'
import { expectTime, observed, selectOnly, type StatementScope } from '../select-only.ts'
import { Statements, type Statement } from '../statements.ts'
import { checkMappings, mappingInvalid, type CheckedMapping } from './check.ts'
import type { SourceConnection, SourceKind } from './connection.ts'
import type { MappingSet } from './mapping-set.ts'
import { mappedRelations } from './mapped-relations.ts'
import { openConnection } from './open-connection.ts'
import { prefixing, withPrefixes } from './prefixes.ts'

export interface SourceOptions {
  /** The name in supergraph.yaml, for messages; with that of the source where there are several. */
  readonly system: string
  readonly set: MappingSet
  /** The company's time zone, where the set names none. */
  readonly timeZone: string
  /** The names of all sources of the system; by default of this one alone. */
  readonly names?: readonly string[]
  /** By default the connection that the set describes. */
  readonly connect?: () => Promise<SourceConnection>
}

/** One of the databases of a subgraph. */
export interface NamedRelations<R extends Relations = Relations> {
  readonly name: string
  readonly relations: R
}

export interface OpenSource extends AsyncDisposable {
  /** The relations of one of the subgraph's databases, as one caller may read them. */
  limitedTo<R extends Relations>(
    database: NamedRelations<R>,
    scope: StatementScope,
  ): Kysely<Database<R>>
  /** Runs one statement over them. */
  run(
    database: NamedRelations,
    pending: Pending,
    scope: StatementScope,
  ): Promise<readonly Record<string, unknown>[]>
  /** Every mapping beside the database as it is now. */
  check(relations: Relations): Promise<ReadonlyMap<string, CheckedMapping>>
}

interface Checked {
  readonly connection: SourceConnection
  readonly mappings: ReadonlyMap<string, CheckedMapping>
  readonly statements: Statements<null>
  /** `performance.now()` */
  readonly checkedAt: number
}

/** What was found wrong is looked at again after this, so that nobody has to restart. */
const recheckAfterMs = 5_000

/** Milliseconds that connecting and checking may take. */
const checkWithinMs = 30_000

export function openSource({
  system,
  set,
  timeZone: ofCompany,
  names = set.prefix === null ? [] : [set.prefix],
  connect = () => openConnection(set, { system, timeZone: set.timeZone ?? ofCompany }),
}: SourceOptions): OpenSource {
  const timeZone = set.timeZone ?? ofCompany
  const plain = dialectOf(set.kind, timeZone)
  const dialect = set.prefixes.size === 0 ? plain : prefixing(plain)
  const source = set.prefix === null ? undefined : { name: set.prefix, all: names }
  let connecting: Promise<SourceConnection> | null = null
  const checked = new Map<Relations, Promise<Checked>>()

  function connection(): Promise<SourceConnection> {
    if (connecting !== null) return connecting
    const made = connect()
    connecting = made
    made.catch(() => {
      if (connecting === made) connecting = null
    })
    return made
  }

  async function checkNow(relations: Relations): Promise<Checked> {
    const limits = {
      signal: new AbortController().signal, // one request's end is not that of the others
      deadlineAt: performance.now() + checkWithinMs,
    }
    const connected = await connection()
    const mappings = await checkMappings(connected, set, relations, limits)
    const statements = new Statements<null>({
      ...mappedRelations(withPrefixes(relations, set.prefixes), mappings),
      dialect,
      source,
      compiler: () => compilerOf(set.kind),
      prepare: () => null,
    })
    return { connection: connected, mappings, statements, checkedAt: performance.now() }
  }

  function ready(relations: Relations): Promise<Checked> {
    let found = checked.get(relations)
    if (found === undefined) {
      const made = checkNow(relations)
      found = made
      checked.set(relations, made)
      made.catch(() => {
        if (checked.get(relations) === made) checked.delete(relations)
      })
    }
    return found
  }

  /** Looks again at what does not fit; null where that was done a moment ago. */
  async function lookAgain(relations: Relations, before: Checked): Promise<Checked | null> {
    if (performance.now() - before.checkedAt < recheckAfterMs) return null
    const current = checked.get(relations)
    // Many may have waited for it: only the first of them has it looked at anew.
    if ((await current) === before && checked.get(relations) === current) checked.delete(relations)
    return ready(relations)
  }

  async function compiled(relations: Relations, { node, queryId }: Pending, scope: StatementScope) {
    const now = await ready(relations)
    try {
      return { now, statement: now.statements.compile(node, queryId, scope.rows) }
    } catch (error) {
      if (appErrorIn(error)?.code !== 'MAPPING_INVALID') throw error
      const again = await lookAgain(relations, now)
      if (again === null) throw error
      return { now: again, statement: again.statements.compile(node, queryId, scope.rows) }
    }
  }

  const run: OpenSource['run'] = async ({ name, relations }, pending, scope) => {
    expectTime(scope)
    const { now, statement } = await compiled(relations, pending, scope)
    expectTime(scope)
    const rows = await send(statement, name, { relations, now, scope })
    return statement.decode(rows)
  }

  interface Sending {
    readonly relations: Relations
    readonly now: Checked
    readonly scope: StatementScope
  }

  async function send(
    statement: Statement<null>,
    name: string,
    { relations, now, scope }: Sending,
  ) {
    const told = observed(name, statement.sql, scope)
    try {
      const rows = await now.connection.run(statement, scope)
      told(rows.length, null)
      return rows
    } catch (cause) {
      told(0, cause)
      const error =
        appErrorIn(cause) ??
        new AppError('SOURCE_UNAVAILABLE', `The database of "${system}" could not answer.`, {
          cause,
        })
      if (error.code !== 'MAPPING_INVALID') throw error
      // The database has changed under a mapping: say which of those that were read.
      const again = await lookAgain(relations, now)
      const wrong = [...statement.reads]
        .map((relation) => again?.mappings.get(relation))
        .find((mapping) => mapping?.described === null)
      throw wrong === undefined ? error : mappingInvalid(wrong)
    }
  }

  return {
    limitedTo: (database, scope) => pendingOnly((pending) => run(database, pending, scope)),
    run,
    check: async (relations) => {
      checked.delete(relations)
      return (await ready(relations)).mappings
    },
    [Symbol.asyncDispose]: async () => {
      const open = connecting
      connecting = null
      checked.clear()
      if (open !== null) await (await open)[Symbol.asyncDispose]()
    },
  }
}

/** Kysely for statements that are compiled when they run. */
export const pendingOnly = <DB>(
  run: (pending: Pending) => Promise<readonly Record<string, unknown>[]>,
): Kysely<DB> =>
  selectOnly({
    compile: (node, queryId) => new Pending(node, queryId),
    run: (query) => {
      if (!(query instanceof Pending)) throw new TypeError('statements come from the builder')
      return run(query)
    },
  })

/** A statement whose SQL is not known before the database is: only then it is compiled. */
export class Pending implements CompiledQuery {
  readonly query: RootOperationNode
  readonly node: RootOperationNode
  readonly queryId: QueryId
  readonly sql = ''
  readonly parameters: readonly unknown[] = []

  constructor(node: RootOperationNode, queryId: QueryId) {
    this.query = node
    this.node = node
    this.queryId = queryId
  }
}

function dialectOf(kind: SourceKind, timeZone: string): Dialect {
  switch (kind) {
    case 'sqlite':
      return sqliteFileDialect
    case 'postgresql':
      return postgresqlDialect(timeZone)
    case 'mysql':
      return mysqlDialect(timeZone)
  }
}

function compilerOf(kind: SourceKind): QueryCompiler {
  switch (kind) {
    case 'sqlite':
      return new SqliteQueryCompiler()
    case 'postgresql':
      return new PostgresQueryCompiler()
    case 'mysql':
      return new MysqlQueryCompiler()
  }
}
