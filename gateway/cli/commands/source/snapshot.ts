/** What a check saw of a database, kept under the data folder for the next comparison. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import type { CatalogueTable } from '#shared/sources/catalogue.ts'
import type { DescribedMapping } from '#shared/sources/derived.ts'
import { codesOf, type Counting } from './check/values.ts'

export interface Snapshot {
  /** An ISO moment. */
  readonly takenAt: string
  /** Table → column → its native type. */
  readonly tables: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Relation → column of an enumeration → its raw codes. */
  readonly codes: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

export async function takeSnapshot(
  tables: readonly CatalogueTable[],
  described: readonly DescribedMapping[],
  count: Counting,
): Promise<Snapshot> {
  const codes: Record<string, Record<string, readonly string[]>> = {}
  for (const each of described) {
    for (const column of each.held.keys()) {
      if (each.relation.columns[column]?.type.kind !== 'enum') continue
      const found = await codesOf(each, column, count)
      ;(codes[each.mapping.relation] ??= {})[column] = found.map(([code]) => code)
    }
  }
  return {
    takenAt: new Date().toISOString(),
    tables: Object.fromEntries(
      tables.map(({ name, columns }) => [
        name,
        Object.fromEntries(columns.map((column) => [column.name, column.native])),
      ]),
    ),
    codes,
  }
}

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
