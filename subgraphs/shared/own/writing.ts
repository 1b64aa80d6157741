/**
 * A database of Isthmus's own, for writing: a file or PostgreSQL, chosen once, with the same statements on
 * both. Everything runs in a transaction: those that write come one after the other, of all processes;
 * those that only read see one state of it. Must not know a business noun.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Kysely, sql, SqliteDialect, type Dialect, type Insertable } from 'kysely'
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import type { Decode } from '../dialect.ts'
import { postgresqlDialect } from '../dialects/postgresql.ts'
import { sqliteDialect } from '../dialects/sqlite.ts'
import { AppError } from '../errors.ts'
import type { Relations } from '../relations.ts'
import type { OwnAddress, OwnPlace } from './address.ts'
import { bringUpToDate, isAsDeclared, lockForWriting, postgresqlWriting } from './postgresql.ts'
import { notOpened } from './server.ts'
import { openOwn } from './sqlite.ts'
import { isBusy } from './sqlite-writing.ts'

/** Within one transaction. Values of rows are those of the declaration, whatever the database keeps. */
export interface OwnRows<DB> {
  /** For statements whose values are text; what they answer goes through `decoded`. */
  readonly db: Kysely<DB>
  /** Columns left out are null. Rows whose key is there already stay as they are. */
  readonly insert: <Name extends keyof DB & string>(
    relation: Name,
    rows: readonly Partial<DB[Name]>[],
  ) => Promise<void>
  /** Whole rows of a relation. */
  readonly decoded: <Name extends keyof DB & string>(
    relation: Name,
    rows: readonly object[],
  ) => readonly DB[Name][]
  /** A value as a statement binds it; the type stays that of the column. */
  readonly encoded: <Name extends keyof DB & string, Column extends keyof DB[Name] & string>(
    relation: Name,
    column: Column,
    value: DB[Name][Column],
  ) => DB[Name][Column]
}

export interface OwnDatabase<DB> extends AsyncDisposable {
  readonly read: <Result>(work: (rows: OwnRows<DB>) => Promise<Result>) => Promise<Result>
  /** Not to be nested. */
  readonly write: <Result>(work: (rows: OwnRows<DB>) => Promise<Result>) => Promise<Result>
}

export interface OwnDeclaration {
  /** How messages and locks call it. */
  readonly name: string
  readonly relations: Relations
}

/** Opens it, made and brought to the declared layout where that is needed. `DB` is that layout. */
export async function openOwnDatabase<DB>(
  place: OwnPlace,
  { name, relations }: OwnDeclaration,
): Promise<OwnDatabase<DB>> {
  const engine =
    place.kind === 'sqlite'
      ? sqliteEngine(openOwn(place.file, { relations }))
      : await postgresqlEngine(place, name)
  const kysely = new Kysely<unknown>({ dialect: engine.dialect })
  const enclosed =
    (begin: (db: Kysely<unknown>) => Promise<void>): Enclosed =>
    async (work) => {
      try {
        return await kysely.connection().execute(async (db) => {
          try {
            await begin(db)
            const result = await work(db)
            await sql`COMMIT`.execute(db)
            return result
          } catch (error) {
            await engine.rollBack(db)
            throw error
          }
        })
      } catch (cause) {
        // What is wrong with the program is no failure of the database.
        if (cause instanceof AppError || cause instanceof TypeError) throw cause
        throw new AppError('SOURCE_UNAVAILABLE', `The database "${name}" could not answer.`, {
          cause,
        })
      }
    }
  const reading = enclosed(engine.beginReading)
  const writing = enclosed(engine.beginWriting)
  try {
    await engine.prepare(reading, writing, relations)
  } catch (error) {
    await kysely.destroy()
    const isFailure = error instanceof AppError && error.code === 'SOURCE_UNAVAILABLE'
    const settings = place.kind === 'sqlite' ? undefined : place.settings
    throw isFailure ? notOpened(name, error, settings) : error
  }
  const rowsIn = ownRows<DB>(relations, engine.values)
  const of = (db: Kysely<unknown>) => rowsIn(db as unknown as Kysely<DB>) // as declared by now
  return {
    read: (work) => reading((db) => work(of(db))),
    write: (work) => writing((db) => work(of(db))),
    [Symbol.asyncDispose]: () => kysely.destroy(),
  }
}

type Enclosed = <Result>(work: (db: Kysely<unknown>) => Promise<Result>) => Promise<Result>

interface Engine {
  readonly dialect: Dialect
  /** How values are bound and read. */
  readonly values: Pick<typeof sqliteDialect, 'encode' | 'decoder'>
  readonly beginReading: (db: Kysely<unknown>) => Promise<void>
  readonly beginWriting: (db: Kysely<unknown>) => Promise<void>
  readonly rollBack: (db: Kysely<unknown>) => Promise<void>
  readonly prepare: (read: Enclosed, write: Enclosed, relations: Relations) => Promise<void>
}

async function postgresqlEngine(address: OwnAddress, name: string): Promise<Engine> {
  return {
    dialect: await postgresqlWriting(name, address),
    values: postgresqlDialect('UTC'),
    beginReading: async (db) => {
      await sql`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY`.execute(db)
    },
    beginWriting: async (db) => {
      await sql`BEGIN`.execute(db)
      await lockForWriting(db, name)
    },
    rollBack: async (db) => {
      // Where the connection is gone the server has rolled back.
      await sql`ROLLBACK`.execute(db).catch(() => undefined)
    },
    prepare: async (read, write, relations) => {
      if (!(await read((db) => isAsDeclared(db, name, relations))))
        await write((db) => bringUpToDate(db, name, relations))
    },
  }
}

/** How long a writer waits for another process, in milliseconds. */
const waitMs = 5_000

function sqliteEngine(database: DatabaseSync): Engine {
  // Waiting is done below, where other requests go on meanwhile.
  database.exec('PRAGMA busy_timeout = 0')
  return {
    dialect: new SqliteDialect({ database: overNode(database) }),
    values: sqliteDialect,
    beginReading: async (db) => {
      await sql`BEGIN`.execute(db)
    },
    beginWriting: async (db) => {
      for (const until = performance.now() + waitMs; ; await delay(10)) {
        try {
          await sql`BEGIN IMMEDIATE`.execute(db)
          return
        } catch (error) {
          if (!isBusy(error) || performance.now() > until) throw error
        }
      }
    },
    rollBack: async (db) => {
      // A full disk may have ended the transaction already.
      if (database.isTransaction) await sql`ROLLBACK`.execute(db)
    },
    prepare: () => Promise.resolve(), // `openOwn` did
  }
}

/** `node:sqlite` as Kysely takes a driver. Whole numbers come as BigInt, as elsewhere. */
function overNode(database: DatabaseSync) {
  return {
    close: () => database.close(),
    prepare: (text: string) => {
      const statement = database.prepare(text)
      statement.setReadBigInts(true)
      const bound = (values: readonly unknown[]) => values as readonly SQLInputValue[] // encoded
      return {
        reader: statement.columns().length > 0,
        all: (values: readonly unknown[]) => statement.all(...bound(values)),
        run: (values: readonly unknown[]) => statement.run(...bound(values)),
        iterate: (values: readonly unknown[]) => statement.iterate(...bound(values)),
      }
    },
  }
}

/** Rows of one INSERT: PostgreSQL takes 65,535 values, SQLite 32,766. */
const maxValues = 20_000

function ownRows<DB>(relations: Relations, values: Engine['values']) {
  const columnsOf = (relation: string) => {
    const found = relations[relation]
    if (found === undefined) throw new TypeError(`there is no relation ${relation}`)
    return found.columns
  }
  const encode = (relation: string, column: string, value: unknown) => {
    const declared = columnsOf(relation)[column]
    if (declared === undefined) throw new TypeError(`${relation} has no ${column}`)
    return values.encode(value ?? null, declared.type, `${relation}.${column}`)
  }
  const readers = new Map<string, readonly (readonly [string, Decode])[]>()
  const readerOf = (relation: string) => {
    const known = readers.get(relation)
    if (known !== undefined) return known
    const reader = Object.entries(columnsOf(relation)).map(
      ([column, of]) => [column, values.decoder(of, `${relation}.${column}`)] as const,
    )
    readers.set(relation, reader)
    return reader
  }
  return (db: Kysely<DB>): OwnRows<DB> => ({
    db,
    insert: async (relation, rows) => {
      const columns = Object.keys(columnsOf(relation))
      const perStatement = Math.floor(maxValues / columns.length)
      for (let at = 0; at < rows.length; at += perStatement) {
        const encoded = rows.slice(at, at + perStatement).map((row) => {
          const given = row as Readonly<Record<string, unknown>>
          return Object.fromEntries(
            columns.map((column) => [column, encode(relation, column, given[column])]),
          )
        })
        await db
          .insertInto(relation)
          .values(encoded as Insertable<DB[typeof relation]>[]) // all its columns
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      }
    },
    decoded: (relation, rows) =>
      rows.map((row) => {
        const found = row as Readonly<Record<string, unknown>>
        return Object.fromEntries(
          readerOf(relation).map(([column, decode]) => [column, decode(found[column])]),
        ) as DB[typeof relation] // by the declaration
      }),
    encoded: (relation, column, value) => encode(relation, column, value) as typeof value, // what the database has in its place
  })
}
