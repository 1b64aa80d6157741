/** Statements through the plugin: types, row rules, and what it refuses. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { sql } from 'kysely'
import { allRows } from '#shared/row-rights.ts'
import { openEmbedded, type EmbeddedDatabase } from '#shared/embedded.ts'
import type { RowLimit } from '#shared/principal.ts'
import { integer } from '#shared/relations.ts'
import { typed } from '#shared/result-types.ts'
import { writeDatabase } from '../../support/subgraph-fixture.ts'
import { declaration, type relations } from './shop/shop.ts'

const huge = '123456789012345.678' // far above 2^53 thousandths

const rows = {
  purchase: [
    order('1', 'A', '2026-01-05', 'TWD', '100.5', null),
    order('2', 'A', '2026-02-05', 'TWD', huge, '2026-03-01'),
    order('3', 'B', '2026-02-20', 'KWD', '0.001', '2026-02-25'),
    order('4', 'B', '2026-05-20', 'TWD', huge, '2026-01-01'),
  ],
  purchase_line: [
    { orderNo: '1', lineNo: 1, sku: 'X' },
    { orderNo: '1', lineNo: 2, parentLineNo: 1, sku: 'Y' },
    { orderNo: '1', lineNo: 3, parentLineNo: 2, sku: 'Z' },
    { orderNo: '3', lineNo: 1, sku: 'X' },
  ],
  secret_note: [{ noteNo: 'N', words: 'hidden' }],
  catalogue: [{ sku: 'X', name: 'Pump' }],
}

function order(
  orderNo: string,
  customerNo: string,
  orderedOn: string,
  currency: string,
  net: string,
  dueOn: string | null,
) {
  return {
    orderNo,
    customerNo,
    orderedOn,
    currency,
    net,
    dueOn,
    state: 'OPEN',
    urgent: orderNo === '1',
  }
}

describe('relations', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-test-'))
  let file: EmbeddedDatabase<typeof relations>
  before(() => {
    writeDatabase(join(folder, 'shop.sqlite'), declaration, rows, '2026-06-30')
    file = openEmbedded('shop', join(folder, 'shop.sqlite'), declaration)
  })
  after(() => {
    file[Symbol.dispose]()
    rmSync(folder, { recursive: true })
  })
  const asSeenBy = (limit: RowLimit | null) =>
    file.limitedTo({
      rows: { ...allRows, limit },
      signal: new AbortController().signal,
      deadlineAt: Infinity,
    })
  const all = () => asSeenBy(null)
  const ofCustomer = (...customerNo: string[]) =>
    asSeenBy({ rule: 'own_customers', parameters: { customerNo } })

  it('reads decimals as exact text, booleans as booleans, absent values as null', async () => {
    const [first, second] = await all()
      .selectFrom('purchase')
      .select(['net', 'urgent', 'dueOn'])
      .orderBy('orderNo')
      .limit(2)
      .execute()
    assert.deepEqual(first, { net: '100.5', urgent: true, dueOn: null })
    assert.deepEqual(second, { net: huge, urgent: false, dueOn: '2026-03-01' })
  })

  it('sums amounts far above 2^53 minor units exactly', async () => {
    const [row] = await all()
      .selectFrom('purchase')
      .select((eb) => eb.fn.sum<string>('net').as('total'))
      .where('currency', '=', 'TWD')
      .execute()
    assert.equal(row?.total, '246913578024791.856')
  })

  it('compares decimals by value, not as text', async () => {
    const found = await all()
      .selectFrom('purchase')
      .select('orderNo')
      .where('net', '>=', '20.50')
      .orderBy('orderNo')
      .execute()
    assert.deepEqual(
      found.map((row) => row.orderNo),
      ['1', '2', '4'],
    )
  })

  it('refuses a value that does not fit the column it is compared with', async () => {
    const compare = (value: string) =>
      all().selectFrom('purchase').select('orderNo').where('net', '=', value).execute()
    await assert.rejects(compare('12abc'), { code: 'BAD_USER_INPUT' })
    await assert.rejects(compare('0.00001'), { code: 'BAD_USER_INPUT' })
    await assert.rejects(
      all()
        .selectFrom('purchase')
        .select('orderNo')
        .where('orderedOn', '=', '2026-02-30')
        .execute(),
      { code: 'BAD_USER_INPUT' },
    )
  })

  it('a limited principal sees its own rows in lists, by key, in counts and in sums', async () => {
    const db = ofCustomer('B')
    const list = await db.selectFrom('purchase').select('orderNo').orderBy('orderNo').execute()
    assert.deepEqual(
      list.map((row) => row.orderNo),
      ['3', '4'],
    )
    const byKey = await db
      .selectFrom('purchase')
      .select('orderNo')
      .where('orderNo', '=', '1')
      .execute()
    assert.deepEqual(byKey, [])
    const [sums] = await db
      .selectFrom('purchase as p')
      .select((eb) => [eb.fn.countAll<number>().as('rows'), eb.fn.sum<string>('p.net').as('net')])
      .execute()
    assert.deepEqual(sums, { rows: 2, net: '123456789012345.679' })
  })

  it('the rule of a parent holds for its children, in joins and subqueries too', async () => {
    const db = ofCustomer('A')
    const lines = await db.selectFrom('purchase_line').select(['orderNo', 'lineNo']).execute()
    assert.equal(lines.length, 3)
    const joined = await db
      .selectFrom('catalogue')
      .innerJoin('purchase_line as l', 'l.sku', 'catalogue.sku')
      .select(['l.orderNo', 'catalogue.name'])
      .execute()
    assert.deepEqual(joined, [{ orderNo: '1', name: 'Pump' }])
    const through = await db
      .selectFrom('catalogue')
      .select('sku')
      .where((eb) =>
        eb.exists(eb.selectFrom('purchase').select('orderNo').where('customerNo', '=', 'B')),
      )
      .execute()
    assert.deepEqual(through, [])
  })

  it('a relation without a rule, and a principal without the fact, yield nothing', async () => {
    assert.deepEqual(await ofCustomer('A').selectFrom('secret_note').select('words').execute(), [])
    const without = asSeenBy({ rule: 'own_customers', parameters: {} })
    assert.deepEqual(await without.selectFrom('purchase').select('orderNo').execute(), [])
    const unknown = asSeenBy({ rule: 'no_such_rule', parameters: { customerNo: ['A'] } })
    assert.deepEqual(await unknown.selectFrom('catalogue').select('sku').execute(), [])
  })

  it('a recursive statement keeps the rule and its types', async () => {
    const tree = (limit: RowLimit | null) =>
      asSeenBy(limit)
        .withRecursive('tree', (db) =>
          db
            .selectFrom('purchase_line')
            .select(['lineNo', 'sku', typed(sql<number>`1`, integer(), 'level')])
            .where('orderNo', '=', '1')
            .where('parentLineNo', 'is', null)
            .unionAll((eb) =>
              eb
                .selectFrom('purchase_line as child')
                .innerJoin('tree', 'tree.lineNo', 'child.parentLineNo')
                .select([
                  'child.lineNo',
                  'child.sku',
                  typed(sql<number>`tree.level + 1`, integer(), 'level'),
                ])
                .where('child.orderNo', '=', '1'),
            ),
        )
        .selectFrom('tree')
        .select(['lineNo', 'sku', 'level'])
        .orderBy('level')
        .execute()
    assert.deepEqual(await tree(null), [
      { lineNo: 1, sku: 'X', level: 1 },
      { lineNo: 2, sku: 'Y', level: 2 },
      { lineNo: 3, sku: 'Z', level: 3 },
    ])
    assert.deepEqual(await tree({ rule: 'own_customers', parameters: { customerNo: ['B'] } }), [])
  })

  it('a builder used inside another one is limited and encoded once', async () => {
    const sums = async (limit: RowLimit | null) => {
      const db = asSeenBy(limit)
      const inner = db
        .selectFrom('purchase')
        .select(['customerNo', 'net'])
        .where('net', '>=', '100.5')
        .where('urgent', '=', false)
      return await db
        .selectFrom(inner.as('large'))
        .select((eb) => ['large.customerNo', eb.fn.sum<string>('large.net').as('net')])
        .groupBy('large.customerNo')
        .orderBy('large.customerNo')
        .execute()
    }
    assert.deepEqual(await sums(null), [
      { customerNo: 'A', net: huge },
      { customerNo: 'B', net: huge },
    ])
    const limit = { rule: 'own_customers', parameters: { customerNo: ['B'] } }
    assert.deepEqual(await sums(limit), [{ customerNo: 'B', net: huge }])
  })

  it('refuses what the rules could not reach: raw table names, other tables, writes, untyped columns', async () => {
    const db = all()
    await assert.rejects(
      db
        .selectFrom('catalogue')
        .select(typed(sql<number>`(select count(*) from secret_note)`, integer(), 'n'))
        .execute(),
      /raw SQL may not read a table/,
    )
    await assert.rejects(sql`select * from secret_note`.execute(db), /subgraphs only read/)
    await assert.rejects(
      db
        .selectFrom('sqlite_master' as 'catalogue')
        .select('name')
        .execute(),
      /no relation/,
    )
    await assert.rejects(db.deleteFrom('catalogue').execute(), /only read/)
    await assert.rejects(
      db
        .selectFrom('catalogue')
        .select(sql<string>`upper(name)`.as('loud'))
        .execute(),
      /has no type/,
    )
    await assert.rejects(db.selectFrom('catalogue').selectAll().execute(), TypeError)
  })

  it('an empty list matches nothing, and its negation everything', async () => {
    const count = async (operator: 'in' | 'not in') =>
      (
        await all()
          .selectFrom('purchase')
          .select('orderNo')
          .where('orderNo', operator, [])
          .execute()
      ).length
    assert.equal(await count('in'), 0)
    assert.equal(await count('not in'), 4)
  })

  it('an aborted request and one out of time run no further statement', async () => {
    const run = (signal: AbortSignal, deadlineAt: number) =>
      file
        .limitedTo({ rows: allRows, signal, deadlineAt })
        .selectFrom('catalogue')
        .select('sku')
        .execute()
    await assert.rejects(run(AbortSignal.abort(), Infinity), { code: 'CANCELLED' })
    await assert.rejects(run(new AbortController().signal, performance.now() - 1), {
      code: 'DEADLINE_EXCEEDED',
    })
  })
})
