/**
 * The gateway's own database: tokens, subjects, idempotency, assertions and the audit. A file (SQLite) by
 * default, for the processes of one machine; a PostgreSQL that many share by configuration. Statements
 * stand in one file for each concern, beside this one, and are the same for both; nobody else writes SQL
 * against it.
 */
import { join } from 'node:path'
import type { StoreAddress } from './address.ts'
import { migrate, migrateInside, readMigrations } from './migrate.ts'
import { openPostgresql } from './postgresql.ts'
import { openSqlite, unusable } from './sqlite.ts'
import type { Database, Statements, StoreKind } from './statements.ts'
import { isStoreFailure, notOpened } from './unavailable.ts'

export type Store = Database

/** Opens the database, made and brought up to date where that is needed. */
export async function openStore(address: StoreAddress): Promise<Store> {
  const { kind } = address
  const store = kind === 'sqlite' ? openSqlite(address.file) : await openPostgresql(address)
  try {
    await migrate(store, migrationsOf(kind))
    return store
  } catch (cause) {
    await store[Symbol.asyncDispose]()
    if (!isStoreFailure(cause)) throw cause
    throw kind === 'sqlite' ? unusable(address.file, cause) : notOpened(cause)
  }
}

/** The work on what a file holds, in its present form; what that takes is taken back at the end. */
export async function readStoreFile<Result>(
  file: string,
  work: (inside: Statements) => Promise<Result>,
): Promise<Result> {
  await using store = openSqlite(file)
  return await store.snapshot(async (inside) => {
    await migrateInside(inside, migrationsOf('sqlite'))
    return await work(inside)
  })
}

const migrationsOf = (kind: StoreKind) =>
  readMigrations(join(import.meta.dirname, 'migrations', kind))

/**
 * To be called last in a transaction that changes who may come in: what any process remembered of
 * callers at another revision is no longer sure.
 */
export async function markChanged(inside: Statements): Promise<void> {
  await inside.run('UPDATE revision SET number = number + 1')
}
