/**
 * The gateway's own database as a file, through node:sqlite: the default, for the processes of one
 * machine. Statements end before their promises do; what is not part of a transaction waits for its end,
 * as they share a connection.
 */
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { openForWriting } from '#shared/own/sqlite-writing.ts'
import { oncePerTurn } from '../turn.ts'
import type { Database, Statements } from './statements.ts'
import { storeUnavailable } from './unavailable.ts'

export function openSqlite(file: string): Database {
  const database = openForWriting(file, (open) => {
    open.exec('PRAGMA synchronous = FULL') // what was answered survives a power cut
  })
  const inside = statementsOf(database)
  let last: Promise<unknown> = Promise.resolve()
  /** One after the other, so that nothing gets into somebody else's transaction. */
  function alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
  async function enclosed<Result>(
    begin: string,
    end: string,
    work: (inside: Statements) => Promise<Result>,
  ): Promise<Result> {
    await inside.script(begin)
    try {
      const result = await work(inside)
      await inside.script(end)
      return result
    } catch (error) {
      // A full disk may have ended the transaction already.
      if (database.isTransaction) database.exec('ROLLBACK')
      throw error
    }
  }
  return {
    kind: 'sqlite',
    rows: (sql, values) => alone(() => inside.rows(sql, values)),
    run: (sql, values) => alone(() => inside.run(sql, values)),
    script: (sql) => alone(() => inside.script(sql)),
    transaction: (_changing, work) => alone(() => enclosed('BEGIN IMMEDIATE', 'COMMIT', work)),
    snapshot: (work) => alone(() => enclosed('BEGIN', 'ROLLBACK', work)),
    revision: oncePerTurn(revisionOf(database)),
    [Symbol.asyncDispose]: async () => {
      await last
      database.close()
    },
  }
}

/**
 * Takes some microseconds. A change that is not at its end yet shows
 * already: who then reads waits for that end, and reads again if it is taken back.
 */
function revisionOf(database: DatabaseSync): () => number {
  let statement: StatementSync | undefined
  return () => {
    try {
      statement ??= asArrays(database.prepare('SELECT number FROM revision'))
      const row: unknown = statement.get()
      return Number(Array.isArray(row) ? row[0] : undefined)
    } catch (cause) {
      throw storeUnavailable(cause)
    }
  }
}

/** Rows as arrays, which cost less to make than objects. */
function asArrays(statement: StatementSync): StatementSync {
  statement.setReturnArrays(true)
  return statement
}

function statementsOf(database: DatabaseSync): Statements {
  const prepared = new Map<string, StatementSync>()
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const made = database.prepare(sql)
    prepared.set(sql, made)
    return made
  }
  const told = <Result>(work: () => Result): Promise<Result> => {
    try {
      return Promise.resolve(work())
    } catch (cause) {
      return Promise.reject(storeUnavailable(cause))
    }
  }
  return {
    kind: 'sqlite',
    rows: (sql, values = []) => told(() => statement(sql).all(...values)),
    run: (sql, values = []) => told(() => Number(statement(sql).run(...values).changes)),
    script: (sql) => told(() => database.exec(sql)),
  }
}
