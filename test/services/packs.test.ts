/**
 * The mapping packs on real servers: every file of theirs against tables that were written from the
 * published definitions, read as the graph reads them, compared with rows that people wrote down; and
 * many rows more, whose sums were counted when they were made. No running installation was ever asked.
 */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Relations } from '#shared/relations.ts'
import { relations as crm } from '../../subgraphs/crm/relations.ts'
import { relations as erp } from '../../subgraphs/erp/relations.ts'
import { relations as finance } from '../../subgraphs/finance/relations.ts'
import { relations as hr } from '../../subgraphs/hr/relations.ts'
import { testDatabase, type ServerKind, type TestDatabase } from '../support/database-servers.ts'
import { assertRows, expectedTables, type ExpectedTable } from '../support/expected-rows.ts'
import { load, mappedSystem, type MappedRow, type MappedSystem } from '../support/mapped-system.ts'
import { erpnextBulk, odooBulk, type Bulk } from '../support/pack-bulk.ts'

const root = join(import.meta.dirname, '../..')
const fixtures = join(root, 'test/fixtures/packs')
const systems: Readonly<Record<string, Relations>> = { crm, erp, finance, hr }

interface Pack {
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

const odoo = { ODOO_COMPANY_ID: '1', ODOO_PRICELIST_ID: '1' }
const packs: readonly Pack[] = [
  {
    name: 'Odoo 18',
    tables: 'odoo',
    kind: 'postgresql',
    files: ['schema.sql', 'rows.sql', 'version-18.sql'],
    env: odoo,
    sets: { crm: 'odoo', erp: 'odoo', finance: 'odoo', hr: 'odoo' },
    bulk: odooBulk,
  },
  {
    name: 'Odoo 17',
    tables: 'odoo',
    kind: 'postgresql',
    files: ['schema.sql', 'rows.sql', 'version-17.sql'],
    env: odoo,
    sets: { crm: 'odoo-17', erp: 'odoo-17', finance: 'odoo-17', hr: 'odoo' },
    bulk: odooBulk,
    without: (relation, cells) => relation === 'task' && cells.includes('DONE'),
  },
  {
    name: 'ERPNext 15',
    tables: 'erpnext',
    kind: 'mysql',
    files: ['schema.sql', 'rows.sql'],
    env: { ERPNEXT_COMPANY: 'Brandt GmbH', ERPNEXT_TIME_ZONE: 'Europe/Berlin' },
    sets: { crm: 'erpnext', erp: 'erpnext', finance: 'erpnext', hr: 'erpnext' },
    bulk: erpnextBulk,
  },
]

const setFolder = (system: string, set: string) => join(root, 'subgraphs', system, 'mappings', set)

/** The files of a set with those of its base. */
function filesOf(folder: string): ReadonlyMap<string, string> {
  const base = /^base: (.+)$/m.exec(readFileSync(join(folder, 'source.yaml'), 'utf8'))?.[1]
  const own = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .map((file): [string, string] => [file.slice(0, -4), readFileSync(join(folder, file), 'utf8')])
  return new Map([...(base === undefined ? [] : filesOf(join(folder, base))), ...own])
}

for (const pack of packs) {
  describe(`the pack for ${pack.name}`, () => {
    let database: TestDatabase
    const open = new Map<string, MappedSystem>()

    before(async () => {
      database = await testDatabase(
        pack.kind,
        pack.kind === 'mysql'
          ? { encoding: 'CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci' }
          : {},
      )
      await load(database, ...pack.files.map((file) => join(fixtures, pack.tables, file)))
      const url = { CRM: '', ERP: '', FINANCE: '', HR: '' }
      const env = Object.fromEntries(
        Object.keys(url).map((name) => [`${name}_DATABASE_URL`, database.url]),
      )
      for (const [system, set] of Object.entries(pack.sets)) {
        const relations = systems[system] ?? {}
        open.set(
          system,
          mappedSystem({
            database,
            system,
            folder: setFolder(system, set),
            relations,
            env: { ...pack.env, ...env },
          }),
        )
      }
    })
    after(async () => {
      for (const each of open.values()) await each[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    })

    const opened = (system: string): MappedSystem => {
      const found = open.get(system)
      assert.ok(found)
      return found
    }

    for (const [system, set] of Object.entries(pack.sets)) {
      const expected = expectedTables(join(fixtures, pack.tables, 'expected', `${system}.txt`))
      const files = filesOf(setFolder(system, set))

      it(`${system}: there is an expectation for each file, and the other way round`, () => {
        assert.deepEqual([...files.keys()].toSorted(), [...expected.keys()].toSorted())
      })

      for (const [relation, wanted] of expected) {
        it(`${system}.${relation} prepares, fits its declaration and yields its rows`, async () => {
          const mapping = (await opened(system).check()).get(relation)
          assert.deepEqual(mapping?.problems, [])
          const rows = await opened(system).rows(relation)
          assertRows(rows, released(wanted, relation, pack))
          assertKeys(rows, systems[system]?.[relation]?.key ?? [])
          assertPresent(rows, systems[system] ?? {}, relation)
        })
      }
    }

    it('many rows more add up to what was counted when they were made', async () => {
      const bulk = pack.bulk(20_261_126)
      await database.owner(...bulk.statements)
      const orders = await opened('erp').rows('sales_order')
      assertSums(bulk.ordered, orders, (row) => [row['erpCustomerNo'], row['net']], 100)
      const invoices = (await opened('finance').rows('invoice')).filter(
        (row) => row['status'] !== 'DRAFT',
      )
      assertSums(bulk.open, invoices, (row) => [row['debtorNo'], row['openAmount']], 100)
      const stock = await opened('erp').rows('stock')
      assertSums(
        bulk.stock,
        stock,
        (row) => [`${String(row['sku'])}@${String(row['siteId'])}`, row['onHand']],
        1000,
      )
    })
  })
}

const released = (table: ExpectedTable, relation: string, { without }: Pack): ExpectedTable => ({
  columns: table.columns,
  rows: table.rows.filter((cells) => without?.(relation, cells) !== true),
})

function assertKeys(rows: readonly MappedRow[], key: readonly string[]): void {
  assert.ok(rows.length > 0, 'no row shows what the mapping does')
  const keys = rows.map((row) => key.map((column) => row[column]))
  for (const each of keys) assert.ok(!each.includes(null), `null in the key ${each.join()}`)
  assert.equal(new Set(keys.map((each) => each.join('\u001f'))).size, rows.length)
}

/** What is declared to be there is there. */
function assertPresent(rows: readonly MappedRow[], relations: Relations, relation: string): void {
  for (const [column, { nullable }] of Object.entries(relations[relation]?.columns ?? {})) {
    if (nullable) continue
    for (const row of rows) assert.notEqual(column in row ? row[column] : '', null, column)
  }
}

function assertSums(
  wanted: ReadonlyMap<string, number>,
  rows: readonly MappedRow[],
  read: (row: MappedRow) => readonly [unknown, unknown],
  scale: number,
): void {
  assert.ok(wanted.size > 5)
  const found = new Map<string, number>()
  for (const row of rows) {
    const [key, value] = read(row)
    if (!wanted.has(String(key))) continue
    const before = found.get(String(key)) ?? 0
    found.set(String(key), before + Math.round(Number(value) * scale))
  }
  assert.deepEqual(found, new Map(wanted))
}

/** Columns that no mapping may read, whatever they are called in their system. */
const secrets =
  /\b(password|passwd|api_secret|api_key|pin|ssnid|passport\w*|bank_ac_no|hash|__Auth)\b/i

describe('the packs as files', () => {
  const sets = Object.keys(systems).flatMap((system) =>
    ['odoo', 'odoo-17', 'erpnext']
      .map((set) => ({ system, set, folder: setFolder(system, set) }))
      .filter(({ folder }) => existsSync(folder)),
  )

  for (const { system, set, folder } of sets) {
    it(`${system}/${set}: each file says which definition it was written from, and none reads secrets`, () => {
      for (const [relation, text] of filesOf(folder)) {
        const [comment = '', ...select] = text.split(/^(?=SELECT|WITH)/m)
        assert.match(comment, new RegExp(`^-- ${relation}: `), relation)
        assert.match(comment, /\b(1[578](\.0)?)\b/, `${relation} names no release`)
        assert.doesNotMatch(select.join(''), secrets, relation)
      }
    })

    it(`${system}/${set}: the README says of each relation what the files do`, () => {
      const mapped = filesOf(folder)
      const said = coverageIn(readFileSync(join(folder, 'README.md'), 'utf8'))
      const declared = systems[system] ?? {}
      assert.deepEqual([...said.keys()].toSorted(), Object.keys(declared).toSorted())
      for (const [relation, { columns }] of Object.entries(declared)) {
        const text = mapped.get(relation)
        const lacking =
          text === undefined ? [] : Object.keys(columns).filter((name) => !yields(text, name))
        const { verdict, lacks } = said.get(relation) ?? { verdict: '', lacks: [] }
        const wanted = text === undefined ? 'no' : lacking.length === 0 ? 'yes' : 'partly'
        assert.equal(verdict, wanted, relation)
        if (wanted === 'partly') assert.deepEqual(lacks, lacking, relation)
      }
    })
  }
})

/** Whether a SELECT's own columns have the name; sub-selects name none of theirs like that. */
const yields = (text: string, column: string): boolean =>
  new RegExp(`AS ["\`]?${column}["\`]?(,|\\n|$)`).test(text)

/** `| relation | yes | … |` of the table in a README; columns that are not there stand first in the third cell. */
function coverageIn(
  readme: string,
): ReadonlyMap<string, { readonly verdict: string; readonly lacks: readonly string[] }> {
  const lines = readme.matchAll(/^\| `(\w+)` +\| (yes|partly|no) +\| (.*?) *\|$/gm)
  return new Map(
    [...lines].map(([, relation = '', verdict = '', why = '']) => [
      relation,
      {
        verdict,
        lacks: [...(/^without ([^.:]*)/.exec(why)?.[1] ?? '').matchAll(/`(\w+)`/g)].map(
          ([, name = '']) => name,
        ),
      },
    ]),
  )
}
