/** A folder of CSV files as the source of a system, through the whole way of a mapping set. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  boolean,
  date,
  decimal,
  defineRelations,
  id,
  integer,
  isOneOf,
  nullable,
  oneOf,
  text,
} from '#shared/relations.ts'
import { columnsOf } from '#shared/columns.ts'
import { allRows, type RowRights } from '#shared/row-rights.ts'
import { mappingSetIn } from '#shared/sources/mapping-set.ts'
import { openSource } from '#shared/sources/open-source.ts'

const relations = defineRelations({
  supplier: {
    description: 'Who delivers.',
    columns: {
      supplierNo: id(),
      name: text(),
      rating: nullable(integer()),
      status: oneOf(['ACTIVE', 'BLOCKED']),
      since: nullable(date()),
      discountPct: nullable(decimal(6, 2)),
      isPreferred: boolean(),
    },
    key: ['supplierNo'],
    rules: { own_supplier: isOneOf('supplierNo', 'supplierNo') },
  },
})

const mapping = `-- Of the list that purchasing keeps.
SELECT "No" AS "supplierNo", "Name" AS name, CAST("Rating" AS INTEGER) AS rating, "State" AS status,
  "Since" AS since, replace("Discount", ',', '.') AS "discountPct", "Preferred" = 'x' AS "isPreferred"
FROM suppliers`

const list = `\uFEFFNo;Name;Rating;State;Since;Discount;Preferred
0007;"Müller; Söhne ""Nord""";3;A;2020-02-29;2,50;x
0012;台灣精密;;B;;;-
12;Twelve;1;A;2021-01-01;0,05;-
`

function folderOf(files: Readonly<Record<string, string | Buffer>>) {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-csv-'))
  const write = (name: string, content: string | Buffer) =>
    writeFileSync(join(folder, name), content)
  write('source.yaml', 'kind: csv\nfolder: .\n')
  write('supplier.sql', mapping)
  write('codes.yaml', 'supplier:\n  status:\n    A: ACTIVE\n    B: BLOCKED\n')
  for (const [name, content] of Object.entries(files)) write(name, content)
  const set = mappingSetIn(folder, { relations, env: {} })
  const source = openSource({ system: 'erp', set, timeZone: 'UTC' })
  return {
    write,
    folder,
    suppliers: (rows: RowRights = allRows) =>
      source
        .limitedTo(
          { name: 'erp', relations },
          { rows, signal: new AbortController().signal, deadlineAt: Infinity },
        )
        .selectFrom('supplier')
        .select(columnsOf(relations.supplier, 'supplier'))
        .orderBy('supplierNo'),
    [Symbol.asyncDispose]: async () => {
      await source[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}

describe('a folder of CSV files', () => {
  it('is read as typed rows: quotes, a BOM, another delimiter, empty values, codes', async () => {
    await using csv = folderOf({ 'suppliers.csv': list })
    const rows = await csv.suppliers().execute()
    assert.deepEqual(
      rows.map((row) => ({ ...row })),
      [
        {
          supplierNo: '0007',
          name: 'Müller; Söhne "Nord"',
          rating: 3,
          status: 'ACTIVE',
          since: '2020-02-29',
          discountPct: '2.5',
          isPreferred: true,
        },
        {
          supplierNo: '0012',
          name: '台灣精密',
          rating: null,
          status: 'BLOCKED',
          since: null,
          discountPct: null,
          isPreferred: false,
        },
        {
          supplierNo: '12',
          name: 'Twelve',
          rating: 1,
          status: 'ACTIVE',
          since: '2021-01-01',
          discountPct: '0.05',
          isPreferred: false,
        },
      ],
    )
  })

  it('obeys filters and row rules like every other source', async () => {
    await using csv = folderOf({ 'suppliers.csv': list })
    const active = await csv.suppliers().where('status', '=', 'ACTIVE').execute()
    assert.deepEqual(
      active.map(({ supplierNo }) => supplierNo),
      ['0007', '12'],
    )
    const own: RowRights = {
      ...allRows,
      limit: { rule: 'own_supplier', parameters: { supplierNo: ['0012'] } },
    }
    const seen = await csv.suppliers(own).execute()
    assert.deepEqual(
      seen.map(({ name }) => name),
      ['台灣精密'],
    )
  })

  it('is read again when a file has changed', async () => {
    await using csv = folderOf({ 'suppliers.csv': list })
    assert.equal((await csv.suppliers().execute()).length, 3)
    csv.write('suppliers.csv', `${list}13;New;1;A;;;-\n`)
    utimesSync(join(csv.folder, 'suppliers.csv'), new Date(), new Date(Date.now() + 5_000))
    await sleep(1_100) // changes are looked for once a second
    assert.equal((await csv.suppliers().execute()).length, 4)
  })

  const faults: Readonly<Record<string, { content: string | Buffer; message: RegExp }>> = {
    'a line with too few values': {
      content: 'No;Name\n1;A\n2\n',
      message: /^suppliers\.csv:3: expected as many values as the first line has names\.$/,
    },
    'a quote that is not closed': {
      content: 'No;Name\n1;"A\n',
      message: /^suppliers\.csv:\d: .*[Qq]uote/,
    },
    'a name that stands twice': { content: 'No;no\n1;2\n', message: /"no" stands twice/ },
    'another encoding': {
      content: Buffer.from([0x4e, 0x6f, 0x0a, 0xfc, 0x0a]),
      message: /expected UTF-8/,
    },
  }
  for (const [what, { content, message }] of Object.entries(faults)) {
    it(`says where there is ${what}, and is read once it is mended`, async () => {
      await using csv = folderOf({ 'suppliers.csv': content })
      await assert.rejects(csv.suppliers().execute(), (error: Error & { code?: string }) => {
        assert.equal(error.code, 'SOURCE_DATA_INVALID')
        assert.match(error.message, message)
        return true
      })
      csv.write('suppliers.csv', list)
      assert.equal((await csv.suppliers().execute()).length, 3)
    })
  }

  it('says which kind of source needs what', () => {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-csv-'))
    try {
      writeFileSync(join(folder, 'source.yaml'), 'kind: csv\n')
      assert.throws(() => mappingSetIn(folder, { relations, env: {} }), {
        code: 'MAPPING_INVALID',
        message: /source\.yaml:1: folder: csv needs one/,
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
