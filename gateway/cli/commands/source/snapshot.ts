/** What a check saw of a database, kept under the data folder for the next comparison. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import type { CatalogueTable } from '#shared/sources/catalogue.ts'
import type { CountedCodes } from './check/values.ts'

export interface Snapshot {
  /** An ISO moment. */
  readonly takenAt: string
  /** Table → column → its native type. */
  readonly tables: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Relation → column of an enumeration → its raw codes; one that was not counted is not there. */
  readonly codes: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

export const takeSnapshot = (tables: readonly CatalogueTable[], codes: CountedCodes): Snapshot => ({
  takenAt: new Date().toISOString(),
  tables: Object.fromEntries(
    tables.map(({ name, columns }) => [
      name,
      Object.fromEntries(columns.map((column) => [column.name, column.native])),
    ]),
  ),
  codes: Object.fromEntries(
    [...codes].map(([relation, columns]) => [
      relation,
      Object.fromEntries(
        [...columns].map(([column, counted]) => [column, counted.map(([code]) => code)]),
      ),
    ]),
  ),
})

export const snapshotFile = (data: string, system: string, mapping: string): string =>
  join(data, 'sources', `${system}-${mapping}.json`)

export function writeSnapshot(file: string, snapshot: Snapshot): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(snapshot, null, 1)}\n`)
}

export function readSnapshot(file: string): Snapshot {
  if (!existsSync(file)) {
    throw new AppError(
      'NOT_FOUND',
      'There is nothing to compare with yet: run `isthmus source check` first.',
    )
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Snapshot // written above
}
