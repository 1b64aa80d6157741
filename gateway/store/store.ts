/**
 * The gateway's own database: tokens, subjects, audit, saved reports, jobs. SQLite through
 * node:sqlite, shared by several processes on one machine. Statements stand in one file for each
 * concern, beside this one; nobody else writes SQL against it. What a caller of those files gets is a
 * promise, so that another database can stand behind them.
 */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '#shared/errors.ts'
import { migrate, readMigrations } from './migrate.ts'

export interface Store extends Disposable {
  readonly database: DatabaseSync
  /** The work as one transaction, with nobody else writing meanwhile. Not to be nested. */
  transaction: <Result>(work: () => Result) => Result
  /** To be called in a transaction that changes who may come in. */
  markChanged(): void
  /**
   * Grows with every such change, of any process: what was remembered before is no longer sure.
   * Reading it takes a microsecond or two, so that every request can.
   */
  revision(): number
}

export const storeFile = (data: string): string => join(data, 'isthmus.sqlite')

/** How long a process waits for another one's transaction, in milliseconds. */
const busyTimeoutMs = 5_000

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
  let database: DatabaseSync | undefined
  try {
    database = new DatabaseSync(file, { timeout: busyTimeoutMs })
    useWriteAheadLog(database)
    return database
  } catch (cause) {
    database?.close()
    throw unusable(file, cause)
  }
}

/**
 * Readers then never wait for a writer. The mode is kept in the file; changing it does not wait for
 * other processes as transactions do, so of several that start at once some must try again.
 */
function useWriteAheadLog(database: DatabaseSync): void {
  const until = performance.now() + busyTimeoutMs
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (!isBusy(error) || performance.now() > until) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10)
    }
  }
}

/** SQLITE_BUSY, in the lower byte of every form of it. */
const isBusy = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  error.errcode % 256 === 5

const unusable = (file: string, cause: unknown) =>
  new AppError('DATABASE_INVALID', `The gateway's own database ${file} cannot be used.`, { cause })

/** Runs work in a transaction of this database, with nobody else writing meanwhile. */
export function transactions(database: DatabaseSync): Store['transaction'] {
  return (work) => {
    database.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      database.exec('COMMIT')
      return result
    } catch (error) {
      // A full disk may have ended the transaction already.
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
}

function revisions(database: DatabaseSync): Pick<Store, 'markChanged' | 'revision'> {
  const number = database.prepare('SELECT number FROM revision')
  const mark = database.prepare('UPDATE revision SET number = number + 1')
  return {
    markChanged: () => void mark.run(),
    revision: () => Number(number.get()?.['number']),
  }
}
