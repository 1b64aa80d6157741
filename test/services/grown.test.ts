/**
 * Databases as they grow in companies, made up: what each demand of theirs does to a mapping, on the
 * kind of database where it is usual. The packs' tables show the rest, see docs/packs.md.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Relations } from '#shared/relations.ts'
import { relations as crm } from '../../subgraphs/crm/relations.ts'
import { relations as erp } from '../../subgraphs/erp/relations.ts'
import { relations as finance } from '../../subgraphs/finance/relations.ts'
import { testDatabase, type ServerKind, type TestDatabase } from '../support/database-servers.ts'
import { assertRows, expectedTables } from '../support/expected-rows.ts'
import { load, mappedSystem, type MappedSystem } from '../support/mapped-system.ts'

const fixtures = join(import.meta.dirname, '../fixtures/grown')

interface Grown {
  readonly name: string
  readonly kind: ServerKind
  readonly systems: Readonly<Record<string, Relations>>
}

const databases: readonly Grown[] = [
  { name: 'wholesale', kind: 'postgresql', systems: { erp, finance } },
  { name: 'service-desk', kind: 'mysql', systems: { crm } },
]

for (const { name, kind, systems } of databases) {
  describe(`a grown database: ${name}`, () => {
    let database: TestDatabase
    const open = new Map<string, MappedSystem>()

    before(async () => {
      database = await testDatabase(kind)
      await load(database, join(fixtures, name, 'tables.sql'))
      for (const [system, relations] of Object.entries(systems)) {
        const folder = join(fixtures, name, system)
        const env = { TEST_DATABASE_URL: database.url }
        open.set(system, mappedSystem({ database, system, folder, relations, env }))
      }
    })
    after(async () => {
      for (const each of open.values()) await each[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    })

    for (const system of Object.keys(systems)) {
      const expected = expectedTables(join(fixtures, name, 'expected', `${system}.txt`))
      for (const [relation, wanted] of expected) {
        it(`${system}.${relation} yields what its rows mean`, async () => {
          const found = open.get(system)
          assert.ok(found)
          assert.deepEqual((await found.check()).get(relation)?.problems, [])
          assertRows(await found.rows(relation), wanted)
        })
      }
    }

    if (name === 'wholesale') {
      it('cancelled documents and their reversals are nought together', async () => {
        const invoices = (await open.get('finance')?.rows('invoice')) ?? []
        const ofBerger = invoices.filter((row) => row['debtorNo'] === '2')
        const sum = ofBerger.reduce((total, row) => total + Number(row['net']), 0)
        assert.equal(sum, 50)
      })

      it('debits and credits in the company’s currency are the same', async () => {
        const postings = (await open.get('finance')?.rows('ledger_posting')) ?? []
        const sum = (column: string) =>
          postings.reduce((total, row) => total + Math.round(Number(row[column]) * 100), 0)
        assert.equal(sum('debit'), sum('credit'))
        assert.equal(sum('debit'), 1379_92 + 344_98 + 105_00 + 106_25 + 53_13)
      })
    }
  })
}
