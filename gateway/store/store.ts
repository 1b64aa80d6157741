/**
 * The gateway's own database: tokens, subjects, audit, saved reports, jobs. SQLite through
 * node:sqlite, shared by several processes on one machine. Statements stand in one file for each
 * concern, beside this one; nobody else writes SQL against it. What a caller of those files gets is a
 * promise, so that another database can stand behind them.
 */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { AppError } from '#shared/errors.ts'
import { openForWriting, transactions, type Transaction } from '#shared/own/sqlite-writing.ts'
import { migrate, readMigrations } from './migrate.ts'

export interface Store extends Disposable {
  readonly database: DatabaseSync
  /** The work as one transaction, with nobody else writing meanwhile. Not to be nested. */
  readonly transaction: Transaction
  /** To be called in a transaction that changes who may come in. */
  markChanged(): void
  /**
   * Grows with every such change, of any process: what was remembered before is no longer sure.
   * Reading it takes a microsecond or two, so that every request can.
   */
  revision(): number
}

export const storeFile = (data: string): string => join(data, 'isthmus.sqlite')

const migrations = join(import.meta.dirname, 'migrations')

/** Opens the database, made and brought up to date where that is needed. */
export function openStore(file: string): Store {
  mkdirSync(dirname(file), { recursive: true })
  const database = opened(file)
  try {
    const transaction = transactions(database)
    migrate(database, readMigrations(migrations), transaction)
    return {
      database,
      transaction,
      ...revisions(database),
      [Symbol.dispose]: () => database.close(),
    }
  } catch (cause) {
    database.close()
    if (cause instanceof AppError) throw cause
    throw unusable(file, cause)
  }
}

function opened(file: string): DatabaseSync {
  try {
    return openForWriting(file)
  } catch (cause) {
    throw unusable(file, cause)
  }
}

const unusable = (file: string, cause: unknown) =>
  new AppError('DATABASE_INVALID', `The gateway's own database ${file} cannot be used.`, { cause })

function revisions(database: DatabaseSync): Pick<Store, 'markChanged' | 'revision'> {
  const number = database.prepare('SELECT number FROM revision')
  const mark = database.prepare('UPDATE revision SET number = number + 1')
  return {
    markChanged: () => void mark.run(),
    revision: () => Number(number.get()?.['number']),
  }
}
