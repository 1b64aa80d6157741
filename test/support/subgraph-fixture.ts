/**
 * A subgraph over small databases made for one test: real SQLite files in a temporary folder, rows
 * given inline, every statement counted. `using fixture = subgraphFixture(subgraph, rows)`.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { parse, type ExecutionResult } from 'graphql'
import { sqliteDialect } from '#shared/dialects/sqlite.ts'
import { createEmbedded, type DatabaseDeclaration } from '#shared/embedded.ts'
import type { StatementEvent } from '#shared/select-only.ts'
import {
  openMappableSubgraph,
  openSubgraph,
  type OpenSubgraph,
  type SubgraphOptions,
} from '#shared/open.ts'
import type { OwnAddresses } from '#shared/own/address.ts'
import type { Principal } from '#shared/principal.ts'
import type { Relation } from '#shared/relations.ts'
import type { Databases, SubgraphDefinition } from '#shared/subgraph.ts'
import { rulesOf } from '#shared/rules/rules.ts'
import { createIndexes } from '#shared/tables.ts'

import { readFrom, systems } from '../subgraphs/systems.ts'

type Row = Readonly<Record<string, unknown>>
/** By database, then by relation. */
export type FixtureRows = Readonly<Record<string, Readonly<Record<string, readonly Row[]>>>>

/** Every scope that a schema of the repository names. */
const allScopes = systems.flatMap((system) => [
  ...rulesOf(parse(readFrom(system, 'schema.graphql'))).scopes,
])

/** May read everything: for tests that are not about rights. */
export const anyone: Principal = {
  subject: 'test',
  audience: 'EMPLOYEE',
  scopes: allScopes,
  facts: {},
  rows: null,
}

export interface SubgraphFixture extends Disposable {
  readonly subgraph: OpenSubgraph
  /** The folder of the database files. */
  readonly data: string
  /** Every statement since the last `run` began. */
  readonly statements: readonly StatementEvent[]
  run(
    document: string,
    variables?: Readonly<Record<string, unknown>>,
    principal?: Principal,
  ): Promise<ExecutionResult>
}

export function subgraphFixture<D extends Databases, Loaders>(
  definition: SubgraphDefinition<D, Loaders>,
  rows: FixtureRows,
  { asOf = businessDate }: { readonly asOf?: string } = {},
): SubgraphFixture {
  const data = folderWith(definition.databases, rows, asOf)
  return fixtureOf(openSubgraph(definition, optionsFor(data)), data)
}

/** The same with databases of Isthmus's own on a server; `rows` are those of the others. */
export async function fixtureOverOwn<D extends Databases, Loaders>(
  definition: SubgraphDefinition<D, Loaders>,
  rows: FixtureRows,
  own: OwnAddresses,
): Promise<SubgraphFixture> {
  const files = Object.entries(definition.databases).filter(
    ([, declaration]) => declaration.own === undefined || own[declaration.own] === undefined,
  )
  const data = folderWith(Object.fromEntries(files), rows, businessDate)
  return fixtureOf(await openMappableSubgraph(definition, { ...optionsFor(data), own }), data)
}

const businessDate = '2026-06-30'

function folderWith(databases: Databases, rows: FixtureRows, asOf: string): string {
  const data = mkdtempSync(join(tmpdir(), 'isthmus-test-'))
  for (const [name, declaration] of Object.entries(databases))
    writeDatabase(join(data, `${name}.sqlite`), declaration, rows[name] ?? {}, asOf)
  return data
}

const optionsFor = (data: string): SubgraphOptions => ({
  data,
  timeZone: 'Asia/Taipei',
  fiscalYearStartMonth: 1,
  onError: (error) => console.error(error),
})

function fixtureOf(subgraph: OpenSubgraph, data: string): SubgraphFixture {
  const statements: StatementEvent[] = []
  return {
    subgraph,
    data,
    statements,
    run: (document, variables = {}, principal = anyone) => {
      statements.length = 0
      return subgraph.execute({
        document: parse(document),
        variables,
        principal,
        signal: new AbortController().signal,
        onStatement: (event) => statements.push(event),
      })
    },
    [Symbol.dispose]: () => {
      subgraph[Symbol.dispose]()
      rmSync(data, { recursive: true })
    },
  }
}

/** Asks and gets what a client would get, without errors. */
export const asker =
  (fixture: SubgraphFixture) =>
  async (document: string, variables = {}, principal = anyone) => {
    const { data, errors } = await fixture.run(document, variables, principal)
    assert.equal(errors, undefined)
    return JSON.parse(JSON.stringify(data)) // without graphql's null prototypes
  }

/** Makes one embedded database with the rows of each relation; columns left out are null. */
export function writeDatabase(
  path: string,
  declaration: DatabaseDeclaration,
  rows: Readonly<Record<string, readonly Row[]>>,
  asOf: string,
): void {
  const file = createEmbedded(path, declaration, { asOf })
  for (const [name, ofRelation] of Object.entries(rows)) {
    const relation = declaration.relations[name]
    if (relation === undefined) throw new TypeError(`fixture: no relation "${name}"`)
    insertRows(file, name, relation, ofRelation)
  }
  for (const index of createIndexes(declaration.relations)) file.exec(index)
  file.close()
}

function insertRows(
  file: DatabaseSync,
  name: string,
  relation: Relation,
  rows: readonly Row[],
): void {
  const columns = Object.keys(relation.columns)
  const insert = file.prepare(
    `INSERT INTO "${name}" (${columns.map((column) => `"${column}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  )
  for (const row of rows) {
    const unknown = Object.keys(row).filter((column) => !columns.includes(column))
    if (unknown.length > 0) throw new TypeError(`fixture: ${name} has no ${unknown.join(', ')}`)
    insert.run(...columns.map((column) => encoded(relation, column, row[column])))
  }
}

function encoded(relation: Relation, column: string, value: unknown): SQLInputValue {
  const type = relation.columns[column]?.type
  if (type === undefined || value === null || value === undefined) return null
  return sqliteDialect.encode(value, type, column) as SQLInputValue // what node:sqlite binds
}
