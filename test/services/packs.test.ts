/**
 * The mapping packs on real servers: every file of theirs against tables that were written from the
 * published definitions, read as the graph reads them, compared with rows that people wrote down; and
 * many rows more, whose sums were counted when they were made. No running installation was ever asked.
 * What the files say is judged in test/subgraphs/packs.test.ts.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Relations } from '#shared/relations.ts'
import { assertRows, expectedTables, type ExpectedTable } from '../support/expected-rows.ts'
import type { MappedRow } from '../support/mapped-system.ts'
import {
  filesOf,
  openPack,
  packFixtures,
  packs,
  setFolder,
  systems,
  type OpenPack,
  type Pack,
} from '../support/packs.ts'

for (const pack of packs) {
  describe(`the pack for ${pack.name}`, () => {
    let open: OpenPack
    before(async () => {
      open = await openPack(pack)
    })
    after(() => open[Symbol.asyncDispose]())

    for (const [system, set] of Object.entries(pack.sets)) {
      const expected = expectedTables(join(packFixtures, pack.tables, 'expected', `${system}.txt`))
      const files = filesOf(setFolder(system, set))

      it(`${system}: there is an expectation for each file, and the other way round`, () => {
        assert.deepEqual([...files.keys()].toSorted(), [...expected.keys()].toSorted())
      })

      for (const [relation, wanted] of expected) {
        it(`${system}.${relation} prepares, fits its declaration and yields its rows`, async () => {
          const mapping = (await open.system(system).check()).get(relation)
          assert.deepEqual(mapping?.problems, [])
          const rows = await open.system(system).rows(relation)
          assertRows(rows, released(wanted, relation, pack))
          assertKeys(rows, systems[system]?.[relation]?.key ?? [])
          assertPresent(rows, systems[system] ?? {}, relation)
        })
      }
    }

    it('many rows more add up to what was counted when they were made', async () => {
      const bulk = pack.bulk(20_261_126)
      await open.database.owner(...bulk.statements)
      const orders = await open.system('erp').rows('sales_order')
      assertSums(bulk.ordered, orders, (row) => [row['erpCustomerNo'], row['net']], 100)
      const invoices = (await open.system('finance').rows('invoice')).filter(
        (row) => row['status'] !== 'DRAFT',
      )
      assertSums(bulk.open, invoices, (row) => [row['debtorNo'], row['openAmount']], 100)
      const stock = await open.system('erp').rows('stock')
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
