/**
 * How the SQLite files that belong to Isthmus itself are written by several processes of one machine.
 * Must not know what is in them.
 */
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AppError } from '../errors.ts'

/** How long a process waits for another one's transaction, in milliseconds. */
const busyTimeoutMs = 5_000

/**
 * Opens a file for writing, made with its folder, where `prepare` may do what else there is to do before
 * it is used. Readers never wait for a writer then: the log is written ahead.
 */
export function openForWriting(
  file: string,
  prepare: (database: DatabaseSync) => void,
): DatabaseSync {
  let database: DatabaseSync | undefined
  try {
    makeFolderOf(file)
    database = new DatabaseSync(file, { timeout: busyTimeoutMs })
    useWriteAheadLog(database)
    prepare(database)
    return database
  } catch (cause) {
    database?.close()
    throw unusableFile(file, cause)
  }
}

export const makeFolderOf = (file: string): void => {
  mkdirSync(dirname(file), { recursive: true })
}

/** What is wrong with such a file, for whoever can do something about it. */
export const unusableFile = (file: string, cause: unknown): AppError =>
  cause instanceof AppError
    ? cause
    : new AppError(
        'DATABASE_INVALID',
        `${file} cannot be used: it is damaged, was not made by Isthmus, or its folder cannot be written. Take it from a backup, or move it away.`,
        { cause },
      )

/**
 * The mode is kept in the file; changing it does not wait for other processes as transactions do, so of
 * several that start at once some must try again.
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
export const isBusy = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  error.errcode % 256 === 5

/** Runs work as one transaction, with nobody else writing meanwhile. Not to be nested. */
export type Transaction = <Result>(work: () => Result) => Result

export function transactions(database: DatabaseSync): Transaction {
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
