/**
 * Brings the store's database to the present form: every file of its folder of migrations that it does
 * not have yet, by number, in one transaction. Of several processes that start at once the first one does
 * it and the others wait. A new migration is a new file; one that has been released never changes.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { numberOf } from './rows.ts'
import type { Database, Statements } from './statements.ts'

export interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
}

/** The migrations of a folder of `0001-name.sql` files. */
export function readMigrations(folder: string): readonly Migration[] {
  const migrations = readdirSync(folder)
    .toSorted()
    .map((file): Migration => {
      const [, digits, name] = /^(\d{4})-([\w-]+)\.sql$/.exec(file) ?? []
      if (digits === undefined || name === undefined)
        throw new TypeError(`${file} is not called like a migration, 0001-name.sql`)
      return { number: Number(digits), name, sql: readFileSync(join(folder, file), 'utf8') }
    })
  for (const [at, { number, name }] of migrations.entries()) {
    if (number !== at + 1)
      throw new TypeError(`The migration ${number}-${name} should have the number ${at + 1}`)
  }
  return migrations
}

/** An account that may not make tables can use a database that another one brought up to date. */
export async function migrate(
  database: Pick<Database, 'transaction'> & Statements,
  migrations: readonly Migration[],
): Promise<void> {
  if ((await versionOf(database)) === migrations.length) return
  // Asked again: while this process waited for the lock, another one may have done it.
  await database.transaction('migrations', (inside) => migrateInside(inside, migrations))
}

/** The same as part of what encloses it. */
export async function migrateInside(
  inside: Statements,
  migrations: readonly Migration[],
): Promise<void> {
  const version = await versionOf(inside)
  if (version > migrations.length) {
    throw new AppError(
      'DATABASE_INVALID',
      `The gateway's database is of version ${version}, made by a newer program; this one knows ${migrations.length}.`,
    )
  }
  for (const { number, sql } of migrations.slice(version)) {
    await inside.script(sql)
    await inside.script(versionSet[inside.kind](number))
  }
}

/** SQLite keeps such a number itself; elsewhere it is a table, which is there once there is one. */
const versionSet: Readonly<Record<Statements['kind'], (number: number) => string>> = {
  sqlite: (number) => `PRAGMA user_version = ${number}`,
  postgresql: (number) => `
    CREATE TABLE IF NOT EXISTS store_version (number INTEGER NOT NULL);
    DELETE FROM store_version;
    INSERT INTO store_version (number) VALUES (${number})`,
}

async function versionOf(on: Statements): Promise<number> {
  if (on.kind === 'sqlite') {
    const [row = {}] = await on.rows('PRAGMA user_version')
    return numberOf(row, 'user_version')
  }
  // Not by to_regclass: what a session has not found once, it may not look for again.
  const [there] = await on.rows(
    `SELECT relname FROM pg_catalog.pg_class
     WHERE relname = 'store_version' AND pg_catalog.pg_table_is_visible(oid)`,
  )
  if (there === undefined) return 0
  const [row = {}] = await on.rows('SELECT number::bigint AS number FROM store_version')
  return numberOf(row, 'number')
}
