/**
 * A mapping set on a real database server, for tests: tables loaded by their owner, read as the graph
 * reads them, by an account that may only SELECT.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { AnyDatabase, Relations } from '#shared/relations.ts'
import { allRows } from '#shared/row-rights.ts'
import type { CheckedMapping } from '#shared/sources/check.ts'
import { mappingSetIn, type MappingSet } from '#shared/sources/mapping-set.ts'
import { openSource } from '#shared/sources/open-source.ts'
import type { Kysely } from 'kysely'
import type { ServerKind, TestDatabase } from './database-servers.ts'

export type MappedRow = Readonly<Record<string, unknown>>

export interface MappedSystem extends AsyncDisposable {
  readonly set: MappingSet
  readonly relations: Relations
  /** As a caller without limits reads the relations. */
  db<DB>(): Kysely<DB>
  /** Every mapping of the set beside the database. */
  check(): Promise<ReadonlyMap<string, CheckedMapping>>
  /** All rows of a relation with the columns that are mapped, in the order of the key. */
  rows(relation: string): Promise<readonly MappedRow[]>
}

export interface MappedSystemOptions {
  readonly database: TestDatabase
  readonly system: string
  /** The mapping set. */
  readonly folder: string
  readonly relations: Relations
  readonly env: Readonly<Record<string, string>>
}

const scope = {
  rows: allRows,
  signal: new AbortController().signal,
  deadlineAt: Infinity,
}

export function mappedSystem({
  database,
  system,
  folder,
  relations,
  env,
}: MappedSystemOptions): MappedSystem {
  const set = mappingSetIn(folder, { relations, env })
  const source = openSource({
    system,
    set,
    timeZone: 'Europe/Berlin',
    connect: async () => database.open(),
  })
  const db: Kysely<AnyDatabase> = source.limitedTo({ name: system, relations }, scope)
  let checked: Promise<ReadonlyMap<string, CheckedMapping>> | null = null
  const check = () => (checked ??= source.check(relations))
  return {
    set,
    relations,
    db: <DB>() => db as unknown as Kysely<DB>,
    check,
    async rows(relation) {
      const found = (await check()).get(relation)
      assert.ok(found?.described, `${relation}: ${found?.problems.join('; ') ?? 'not mapped'}`)
      const columns = [...found.described.held.keys()]
      const rows = await db.selectFrom(relation).select(columns).execute()
      const keyOf = (row: MappedRow) =>
        (relations[relation]?.key ?? []).map((column) => String(row[column])).join('\u001f')
      return rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
    },
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
}

/** Runs the statements of files as the owner. A `;` at the end of a line ends a statement. */
export async function load(database: TestDatabase, ...files: readonly string[]): Promise<void> {
  for (const file of files) await database.owner(...statementsOf(readFileSync(file, 'utf8')))
  await grantAll(database)
}

export const statementsOf = (text: string): readonly string[] =>
  text
    .split(/;[ \t]*\n/)
    .map((statement) => statement.replaceAll(/^--.*\n?/gm, '').trim())
    .filter((statement) => statement !== '')

/** Tables that were there before the default rights of the reader. */
const grantAll = async (database: TestDatabase): Promise<void> => {
  const kind: ServerKind = database.kind
  if (kind === 'postgresql') {
    await database.owner(`GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${database.reader}`)
  }
}
