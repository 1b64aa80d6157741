/** The mapping packs and their test tables, opened on a real server for tests. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Relations } from '#shared/relations.ts'
import { relations as crm } from '../../subgraphs/crm/relations.ts'
import { relations as erp } from '../../subgraphs/erp/relations.ts'
import { relations as finance } from '../../subgraphs/finance/relations.ts'
import { relations as hr } from '../../subgraphs/hr/relations.ts'
import { testDatabase, type ServerKind, type TestDatabase } from './database-servers.ts'
import { load, mappedSystem, type MappedSystem } from './mapped-system.ts'
import { erpnextBulk, odooBulk, type Bulk } from './pack-bulk.ts'

const root = join(import.meta.dirname, '../..')
export const packFixtures = join(root, 'test/fixtures/packs')
export const systems: Readonly<Record<string, Relations>> = { crm, erp, finance, hr }

export interface Pack {
  readonly name: string
  /** The folder of its tables and expectations. */
  readonly tables: string
  readonly kind: ServerKind
  readonly files: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** The set of a system, by name. */
  readonly sets: Readonly<Record<string, string>>
  readonly bulk: (seed: number) => Bulk
  /** What a release lacks of the rows that were written down. */
  readonly without?: (relation: string, cells: readonly string[]) => boolean
}

const odooEnv = { ODOO_COMPANY_ID: '1', ODOO_PRICELIST_ID: '1' }

export const odoo18: Pack = {
  name: 'Odoo 18',
  tables: 'odoo',
  kind: 'postgresql',
  files: ['schema.sql', 'rows.sql', 'version-18.sql'],
  env: odooEnv,
  sets: { crm: 'odoo', erp: 'odoo', finance: 'odoo', hr: 'odoo' },
  bulk: odooBulk,
}

const odoo17: Pack = {
  ...odoo18,
  name: 'Odoo 17',
  files: ['schema.sql', 'rows.sql', 'version-17.sql'],
  sets: { crm: 'odoo-17', erp: 'odoo-17', finance: 'odoo-17', hr: 'odoo' },
  without: (relation, cells) => relation === 'task' && cells.includes('DONE'),
}

export const erpnext15: Pack = {
  name: 'ERPNext 15',
  tables: 'erpnext',
  kind: 'mysql',
  files: ['schema.sql', 'rows.sql'],
  env: { ERPNEXT_COMPANY: 'Brandt GmbH', ERPNEXT_TIME_ZONE: 'Europe/Berlin' },
  sets: { crm: 'erpnext', erp: 'erpnext', finance: 'erpnext', hr: 'erpnext' },
  bulk: erpnextBulk,
}

export const packs: readonly Pack[] = [odoo18, odoo17, erpnext15]

/** The files of a set with those of its base. */
export function filesOf(folder: string): ReadonlyMap<string, string> {
  const base = /^base: (.+)$/m.exec(readFileSync(join(folder, 'source.yaml'), 'utf8'))?.[1]
  const own = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .map((file): [string, string] => [file.slice(0, -4), readFileSync(join(folder, file), 'utf8')])
  return new Map([...(base === undefined ? [] : filesOf(join(folder, base))), ...own])
}

export const setFolder = (system: string, set: string) =>
  join(root, 'subgraphs', system, 'mappings', set)

export interface OpenPack extends AsyncDisposable {
  readonly database: TestDatabase
  /** What its sets take from the environment. */
  readonly env: Readonly<Record<string, string>>
  system(name: string): MappedSystem
}

/** The pack's tables in a database of their own, read through its sets. */
export async function openPack(pack: Pack): Promise<OpenPack> {
  const database = await testDatabase(
    pack.kind,
    pack.kind === 'mysql'
      ? { encoding: 'CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci' } // as Frappe makes it
      : {},
  )
  await load(database, ...pack.files.map((file) => join(packFixtures, pack.tables, file)))
  const addresses = Object.keys(systems).map((system) => [
    `${system.toUpperCase()}_DATABASE_URL`,
    database.url,
  ])
  const env = { ...pack.env, ...(Object.fromEntries(addresses) as Record<string, string>) }
  const open = new Map(
    Object.entries(pack.sets).map(([system, set]) => {
      const relations = systems[system] ?? {}
      const folder = setFolder(system, set)
      return [system, mappedSystem({ database, system, folder, relations, env })]
    }),
  )
  return {
    database,
    env,
    system: (name) => {
      const found = open.get(name)
      assert.ok(found, name)
      return found
    },
    async [Symbol.asyncDispose]() {
      for (const each of open.values()) await each[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}
