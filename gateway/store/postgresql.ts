/**
 * The gateway's own database as a PostgreSQL that processes of many machines share, through `pg`. Every
 * statement has a time limit, here and on the server, so that a server that is gone is told as soon as
 * one that refuses. A connection on which the database failed is not used again.
 */
import type { Pool, PoolClient, QueryConfig } from 'pg'
import type { OwnAddress } from '#shared/own/address.ts'
import { openPool } from '#shared/own/server.ts'
import { expectBindable } from '#shared/sources/parameters.ts'
import { coalesced } from './coalesced.ts'
import { numberOf } from './rows.ts'
import type { Changing, Database, Statements } from './statements.ts'
import { isStoreFailure, storeUnavailable } from './unavailable.ts'

const limits = {
  connectTimeoutMs: 2_000,
  /** How long a statement may take, the wait for other transactions included. */
  statementTimeoutMs: 5_000,
  /** When the server does not even say that it took too long. */
  answerTimeoutMs: 6_000,
  /** Whoever comes in waits for this. */
  revisionTimeoutMs: 2_000,
  connections: 4,
  idleMs: 60_000,
} as const

/** The two numbers of an advisory lock: ours, and what is locked. */
const lockClass = 1_230_199_880
const locks: Readonly<Record<Changing, readonly number[]>> = {
  callers: [1],
  audit: [2],
  everything: [1, 2], // the only one with two, so nobody waits for it with one that it needs
  migrations: [3],
}

export async function openPostgresql(address: OwnAddress): Promise<Database> {
  const common = {
    connectionTimeoutMillis: limits.connectTimeoutMs,
    idleTimeoutMillis: limits.idleMs,
    statement_timeout: limits.statementTimeoutMs,
    allowExitOnIdle: true, // a server that is gone does not hold up the end of the program
    types: { getTypeParser: (id: number) => (id === int8 ? Number : asText) },
  }
  const pool = await openPool('store', address, {
    ...common,
    max: limits.connections,
    query_timeout: limits.answerTimeoutMs,
  })
  // Of its own, so that nobody who comes in waits behind those who change something.
  const forRevision = await openPool('store', address, {
    ...common,
    max: 1,
    query_timeout: limits.revisionTimeoutMs,
  })

  const enclosed = <Result>(begin: string, work: (inside: Statements) => Promise<Result>) =>
    connected(pool, async (inside) => {
      await inside.script(begin)
      try {
        const result = await work(inside)
        await inside.script('COMMIT')
        return result
      } catch (error) {
        // Where the database itself failed, the connection is closed, which takes back what was done.
        if (!isStoreFailure(error)) await inside.script('ROLLBACK')
        throw error
      }
    })
  return {
    kind: 'postgresql',
    rows: (sql, values) => connected(pool, (on) => on.rows(sql, values)),
    run: (sql, values) => connected(pool, (on) => on.run(sql, values)),
    script: (sql) => connected(pool, (on) => on.script(sql)),
    transaction: (changing, work) => enclosed(beginning(locks[changing]), work),
    snapshot: (work) => enclosed('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work),
    revision: coalesced(() =>
      connected(forRevision, async (on) => {
        const [row = {}] = await on.rows('SELECT number FROM revision')
        return numberOf(row, 'number')
      }),
    ),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([pool.end(), forRevision.end()])
    },
  }
}

async function connected<Result>(pool: Pool, work: (on: Statements) => Promise<Result>) {
  const client = await pool.connect().catch((cause: unknown) => {
    throw storeUnavailable(cause)
  })
  let isGood = true
  try {
    return await work(statementsOn(client))
  } catch (error) {
    isGood = !isStoreFailure(error)
    throw error
  } finally {
    client.release(!isGood)
  }
}

/**
 * In one message. Who waits for the lock sees what was there once it has it, as each statement has a
 * snapshot of its own. A server that is set to answer before it has written does not do so here.
 */
const beginning = (wanted: readonly number[]): string => `
  BEGIN ISOLATION LEVEL READ COMMITTED;
  SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
  ${wanted.map((lock) => `SELECT pg_advisory_xact_lock(${lockClass}, ${lock})`).join(';')}`

const int8 = 20
const asText = (text: string): unknown => text

const statementsOn = (client: PoolClient): Statements => ({
  kind: 'postgresql',
  rows: async (sql, values = []) =>
    (await sent(client, { text: numbered(sql), values: [...values] })).rows,
  run: async (sql, values = []) =>
    (await sent(client, { text: numbered(sql), values: [...values] })).rowCount ?? 0,
  script: async (sql) => void (await sent(client, { text: sql })),
})

async function sent(client: PoolClient, query: QueryConfig) {
  expectBindable(query.values ?? [])
  try {
    return await client.query<Readonly<Record<string, unknown>>>(query)
  } catch (cause) {
    throw storeUnavailable(cause)
  }
}

const texts = new Map<string, string>()

/** `$1`, `$2` … in the place of each `?`. */
function numbered(sql: string): string {
  const known = texts.get(sql)
  if (known !== undefined) return known
  let number = 0
  const made = sql.replaceAll('?', () => `$${(number += 1)}`)
  if (made.length < 2_000) texts.set(sql, made) // longer ones are made for one list of rows
  return made
}
