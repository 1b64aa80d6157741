/**
 * A company's SQLite file through `node:sqlite`, opened read-only, and whatever else is brought as
 * tables of SQLite. Synchronous: a running statement cannot be interrupted, so the deadline and the
 * abort act between statements.
 */
import {
  DatabaseSync,
  type SQLInputValue,
  type SQLOutputValue,
  type StatementSync,
} from 'node:sqlite'
import { toScaled } from '../decimal.ts'
import { paddedInstant } from '../dialects/sqlite-file.ts'
import { AppError } from '../errors.ts'
import { expectTime } from '../select-only.ts'
import type { SourceColumn, SourceConnection, SourceStatement } from './connection.ts'
import { sqliteFunctions } from './derived.ts'
import { failureOf } from './failures.ts'
import { declaredType } from './sqlite-types.ts'
import { utcOf } from './time-zone.ts'

export interface SqliteOptions {
  /** The name in supergraph.yaml, for messages. */
  readonly system: string
  readonly file: string
  /** In which times without an offset are meant, IANA name. */
  readonly timeZone: string
}

/** Statements that are kept prepared. */
const maxPrepared = 300

export const openSqlite = ({ system, file, timeZone }: SqliteOptions): SourceConnection =>
  openTables({
    system,
    timeZone,
    open: () => {
      let made: DatabaseSync | null = null
      try {
        made = new DatabaseSync(file, { readOnly: true, readBigInts: true })
        made.exec('PRAGMA query_only = 1')
        made.prepare('SELECT count(*) FROM sqlite_master').all()
        return made
      } catch (cause) {
        made?.close()
        throw new AppError(
          'SOURCE_UNAVAILABLE',
          `The database file of "${system}" is missing or is no SQLite file: check "file" in source.yaml.`,
          { cause },
        )
      }
    },
  })

export interface TablesOptions extends Omit<SqliteOptions, 'file'> {
  /** Throws an AppError. Called again after a failure, and when what it gave is no longer current. */
  readonly open: () => DatabaseSync
  /** Asked before each statement; always by default. */
  readonly isCurrent?: () => boolean
}

export function openTables({ system, timeZone, open, isCurrent }: TablesOptions): SourceConnection {
  let opened: DatabaseSync | null = null
  const prepared = new Map<string, StatementSync>()

  const close = (): void => {
    prepared.clear()
    opened?.close()
    opened = null
  }

  function database(): DatabaseSync {
    if (opened !== null && isCurrent?.() === false) close()
    if (opened !== null) return opened
    const made = open()
    addFunctions(made, timeZone)
    return (opened = made)
  }

  function prepare(sql: string): StatementSync {
    const tables = database()
    const known = prepared.get(sql)
    if (known !== undefined) return known
    const statement = tables.prepare(sql)
    statement.setReturnArrays(true)
    if (prepared.size >= maxPrepared) prepared.clear()
    prepared.set(sql, statement)
    return statement
  }

  const failed = (cause: unknown): AppError =>
    cause instanceof AppError
      ? cause
      : isOfTheText(cause)
        ? new AppError(
            'MAPPING_INVALID',
            `The database of "${system}" does not understand its mapping.`,
            { cause },
          )
        : failureOf(system, 'unable', cause)

  return {
    kind: 'sqlite',
    run: async ({ sql, parameters }, limits) => {
      expectTime(limits)
      try {
        // Arrays were asked for; what is bound was encoded by the types of the columns.
        const rows: unknown = prepare(sql).all(...parameters.map(boundOf))
        return rows as readonly (readonly unknown[])[]
      } catch (cause) {
        throw failed(cause)
      }
    },
    describe: async ({ sql }: SourceStatement) => {
      try {
        return database().prepare(sql).columns().map(describedOf)
      } catch (cause) {
        throw failed(cause)
      }
    },
    [Symbol.asyncDispose]: async () => close(),
  }
}

const boundOf = (value: unknown): SQLInputValue =>
  typeof value === 'boolean' ? Number(value) : (value as SQLInputValue)

/** The text names what is not there, or is no SQL. */
const isOfTheText = (cause: unknown): boolean =>
  cause instanceof Error &&
  /^(no such (table|column|function)|near |ambiguous column|incomplete input)/.test(cause.message)

/** What SQL has no word for. A value that is none stays as it is, and is refused when it is read. */
function addFunctions(database: DatabaseSync, timeZone: string): void {
  const options = { deterministic: true, useBigIntArguments: true, directOnly: false }
  database.function(sqliteFunctions.instant, options, (value: SQLOutputValue) =>
    typeof value === 'string' ? instantOf(value, timeZone) : value,
  )
  database.function(
    sqliteFunctions.scaled,
    options,
    (value: SQLOutputValue, scale: SQLOutputValue) =>
      typeof value === 'string' ? scaledOf(value, Number(scale)) : value,
  )
}

function instantOf(text: string, timeZone: string): string {
  const instant = utcOf(text, timeZone)
  return instant === null ? text : paddedInstant(instant)
}

function scaledOf(text: string, scale: number): bigint | string {
  const scaled = toScaled(text, scale)
  return scaled === null || BigInt.asIntN(64, scaled) !== scaled ? text : scaled
}

const describedOf = ({ name, type }: { name: string; type: string | null }): SourceColumn => ({
  name,
  type: type === null ? null : declaredType(type),
  native: type ?? 'an expression',
})
