/**
 * A database of Isthmus's own in PostgreSQL: the pool for writing, and the layout, which is brought to
 * the declaration as that of a file is. Tables lie in the account's first schema. Must not know a
 * business noun.
 */
import { PostgresDialect, sql, type Dialect, type Kysely } from 'kysely'
import { AppError } from '../errors.ts'
import type { Relations } from '../relations.ts'
import { connectTimeoutMs } from '../sources/address.ts'
import { parserOf } from '../sources/postgresql-types.ts'
import { layoutOf } from '../tables.ts'
import type { OwnAddress } from './address.ts'
import { missingStatements } from './layout.ts'
import { openPool } from './server.ts'

/** How long a writer waits for another one, in milliseconds. */
const lockTimeoutMs = 5_000

const statementTimeoutMs = 60_000

export async function postgresqlWriting(name: string, address: OwnAddress): Promise<Dialect> {
  const pool = await openPool(name, address, {
    max: 4,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs,
    options: '-c TimeZone=UTC -c DateStyle=ISO -c client_encoding=UTF8',
    types: { getTypeParser: parserOf },
  })
  return new PostgresDialect({ pool })
}

/** One writer at a time, as a file has it; held to the end of the transaction. */
export const lockForWriting = async (db: Kysely<unknown>, name: string): Promise<void> => {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`isthmus ${name}`}, 0))`.execute(db)
}

const layoutIn = async (db: Kysely<unknown>, name: string): Promise<string | undefined> => {
  const { rows: found } = await sql<{ readonly is: boolean }>`
    SELECT to_regclass('isthmus_meta') IS NOT NULL AS is`.execute(db)
  if (found[0]?.is !== true) return undefined
  const { rows } = await sql<{ readonly value: string }>`
    SELECT value FROM isthmus_meta WHERE key = ${`${name}.layout`}`.execute(db)
  return rows[0]?.value
}

export const isAsDeclared = async (
  db: Kysely<unknown>,
  name: string,
  relations: Relations,
): Promise<boolean> => (await layoutIn(db, name)) === layoutOf(relations)

/** In a transaction that has the lock. */
export async function bringUpToDate(
  db: Kysely<unknown>,
  name: string,
  relations: Relations,
): Promise<void> {
  // Asked again: while this process waited for the lock, another one may have done it.
  if (await isAsDeclared(db, name, relations)) return
  try {
    await sql`CREATE TABLE IF NOT EXISTS isthmus_meta (key text PRIMARY KEY, value text NOT NULL)`.execute(
      db,
    )
    const { rows } = await sql<{ readonly table: string; readonly column: string }>`
      SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
      WHERE table_schema = current_schema() ORDER BY ordinal_position`.execute(db)
    const columns = Map.groupBy(rows, ({ table }) => table)
    const columnsOf = (table: string) => (columns.get(table) ?? []).map(({ column }) => column)
    for (const statement of missingStatements(relations, { kind: 'postgresql', name, columnsOf }))
      await sql.raw(statement).execute(db)
    await sql`INSERT INTO isthmus_meta (key, value) VALUES (${`${name}.layout`}, ${layoutOf(relations)})
      ON CONFLICT (key) DO UPDATE SET value = excluded.value`.execute(db)
  } catch (cause) {
    throw isDenied(cause) ? mayNotChange(name, cause) : cause
  }
}

const isDenied = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === '42501' // insufficient_privilege

const mayNotChange = (name: string, cause: unknown) =>
  new AppError(
    'DATABASE_OUTDATED',
    `The database "${name}" lacks tables or columns of this version, and the account may not make them. Run a command that writes it once with an account that may.`,
    { cause },
  )
