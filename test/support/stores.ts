/** Places for a store of a test: a file in a new folder, or a new database on a PostgreSQL. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { OwnPlace } from '#shared/own/address.ts'
import { testDatabase } from './database-servers.ts'

export interface StorePlace extends AsyncDisposable {
  readonly address: OwnPlace
  /** Runs statements past the store, as somebody with a program for the database; rows of the last one. */
  run(...statements: readonly string[]): Promise<readonly (readonly unknown[])[]>
}

export type OpenPlace = () => Promise<StorePlace>

export const inFile = (): Promise<StorePlace> => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-store-'))
  const file = join(folder, 'a.sqlite')
  return Promise.resolve({
    address: { kind: 'sqlite', file },
    run: (...statements) => {
      using database = new DatabaseSync(file)
      const last = statements.at(-1) ?? ''
      for (const statement of statements.slice(0, -1)) database.exec(statement)
      if (!/^\s*(?:SELECT|PRAGMA)/.test(last)) {
        database.exec(last)
        return Promise.resolve([])
      }
      return Promise.resolve(
        database
          .prepare(last)
          .all()
          .map((row) => Object.values(row)),
      )
    },
    [Symbol.asyncDispose]: () => {
      rmSync(folder, { recursive: true, force: true })
      return Promise.resolve()
    },
  })
}

/** `ISTHMUS_TEST_POSTGRES_URL` says where the server is. */
export async function onServer(): Promise<StorePlace> {
  const database = await testDatabase('postgresql')
  return {
    address: { kind: 'postgresql', url: database.ownerUrl, tls: undefined },
    run: (...statements) => database.owner(...statements),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}
