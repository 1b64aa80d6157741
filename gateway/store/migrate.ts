/**
 * Brings the store's database to the present form: every file of migrations/ that it does not have
 * yet, by number, in one transaction. Of several processes that start at once the first one does it
 * and the others wait. A new migration is a new file; one that has been released never changes.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { AppError } from '#shared/errors.ts'

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

/** `transaction` takes the database's one write lock for as long as the work takes. */
export function migrate(
  database: DatabaseSync,
  migrations: readonly Migration[],
  transaction: (work: () => void) => void,
): void {
  if (versionOf(database) === migrations.length) return
  transaction(() => {
    // Asked again: while this process waited for the lock, another one may have done it.
    const version = versionOf(database)
    if (version > migrations.length) {
      throw new AppError(
        'DATABASE_INVALID',
        `The gateway's database is of version ${version}, made by a newer program; this one knows ${migrations.length}.`,
      )
    }
    for (const { number, sql } of migrations.slice(version)) {
      database.exec(sql)
      database.exec(`PRAGMA user_version = ${number}`)
    }
  })
}

function versionOf(database: DatabaseSync): number {
  const version = database.prepare('PRAGMA user_version').get()?.['user_version']
  return typeof version === 'number' ? version : 0
}
