/**
 * The gateway's own database: tokens, subjects, idempotency, assertions and the audit. A file (SQLite) by
 * default, for the processes of one machine; a PostgreSQL that many share by configuration. Statements
 * stand in one file for each concern, beside this one, and are the same for both; nobody else writes SQL
 * against it.
 */
import { join } from 'node:path'
import type { OwnPlace } from '#shared/own/address.ts'
import { notOpened } from '#shared/own/server.ts'
import { unusableFile } from '#shared/own/sqlite-writing.ts'
import { migrate, migrateInside, readMigrations } from './migrate.ts'
import { openPostgresql } from './postgresql.ts'
import { openSqlite } from './sqlite.ts'
import type { Database, Statements, StoreKind } from './statements.ts'
import { isStoreFailure } from './unavailable.ts'

export type Store = Database

/** Opens the database, made and brought up to date where that is needed. */
export async function openStore(place: OwnPlace): Promise<Store> {
  const { kind } = place
  const store = kind === 'sqlite' ? openSqlite(place.file) : await openPostgresql(place)
  try {
    await migrate(store, migrationsOf(kind))
    return store
  } catch (cause) {
    await store[Symbol.asyncDispose]()
    if (!isStoreFailure(cause)) throw cause
    throw kind === 'sqlite' ? unusableFile(place.file, cause.cause) : notOpened('store', cause)
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
