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
import { assertRows, expectedTables, type ExpectedTable } from '../support/expected-rows.ts'
import type { MappedRow } from '../support/mapped-system.ts'
import {
  erpnext15,
  odoo17,
  odoo18,
  openPack,
  packFixtures,
  setFolder,
  systems,
  type OpenPack,
  type Pack,
} from '../support/packs.ts'

/** The files of a set with those of its base. */
function filesOf(folder: string): ReadonlyMap<string, string> {
  const base = /^base: (.+)$/m.exec(readFileSync(join(folder, 'source.yaml'), 'utf8'))?.[1]
  const own = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .map((file): [string, string] => [file.slice(0, -4), readFileSync(join(folder, file), 'utf8')])
  return new Map([...(base === undefined ? [] : filesOf(join(folder, base))), ...own])
}

for (const pack of [odoo18, odoo17, erpnext15]) {
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
