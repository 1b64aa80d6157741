/**
 * Two databases as the sources of one system: the same small company in both, so that every id of the
 * one is an id of the other too. One list of expectations, whatever kinds of databases they are.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { aggregate, count, countDistinct, sum } from '#shared/aggregate.ts'
import { createCalendar } from '#shared/calendar.ts'
import { childPages, page } from '#shared/connection.ts'
import type { LazyDatabases } from '#shared/databases.ts'
import { ofSource } from '#shared/dialect.ts'
import { byId, filterFor } from '#shared/filter.ts'
import { manyByKey, oneByKey } from '#shared/loader.ts'
import { mappedDatabases } from '#shared/mapped-databases.ts'
import type { RowLimit } from '#shared/principal.ts'
import type { Database } from '#shared/relations.ts'
import { allRows } from '#shared/row-rights.ts'
import { rowsBy } from '#shared/rows.ts'
import type { StatementEvent } from '#shared/select-only.ts'
import type { Kysely } from 'kysely'
import { relations, writeMappings } from './mappings.ts'
import type { SuiteDatabase } from './relation-suite.ts'
import { statementsFor, uuidOf } from './tables.ts'

type Db = Kysely<Database<typeof relations>>

const calendar = createCalendar({ today: '2026-06-30', timeZone: 'UTC', fiscalYearStartMonth: 1 })

const required = { code: 'SOURCE_REQUIRED' }

export function severalSuite(
  name: string,
  create: readonly ((folder: string) => Promise<SuiteDatabase>)[],
) {
  describe(`several sources: ${name}`, () => {
    let folder: string
    let databases: LazyDatabases
    const made: SuiteDatabase[] = []
    const events: StatementEvent[] = []

    const dbOf = (limit: RowLimit | null = null, source: string | null = null): Db =>
      databases.open().databases['erp']?.limitedTo(
        {
          rows: { ...allRows, limit },
          signal: new AbortController().signal,
          deadlineAt: Infinity,
          onStatement: (event) => events.push(event),
        },
        source,
      ) as unknown as Db // of these relations

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'isthmus-several-'))
      for (const each of create) made.push(await each(folder))
      const mappings = await Promise.all(
        made.map(async (database, at) => {
          await database.execute(statementsFor(database.kind))
          const set = join(folder, `set-${at}`)
          const [prefix, product] = [['tw', 'de'][at], ['p1', 'p2'][at]]
          const lines = `${database.address}\nprefix: ${prefix}\nreferences: { Product.sku: ${product} }`
          writeMappings(set, database.kind, lines)
          return { folder: set, env: {} }
        }),
      )
      databases = mappedDatabases(
        { name: 'erp', databases: { erp: { relations } } },
        { data: folder, timeZone: 'UTC', fiscalYearStartMonth: 1, mappings },
      )
    })
    after(async () => {
      databases[Symbol.dispose]()
      for (const database of made) await database.drop()
      rmSync(folder, { recursive: true })
    })

    const customerBy = (db: Db) =>
      oneByKey(
        (keys) => rowsBy(db, 'customer', relations.customer, 'customerNo', keys),
        (row) => row.customerNo,
      )
    const named = (keys: readonly string[]) =>
      ['tw', 'de'].flatMap((of) => keys.map((key) => `${of}:${key}`))

    it('keys of both are found by one statement of each', async () => {
      events.length = 0
      const keys = [...named(['1', '3', '999', '01']), '1', 'xx:1', 'tw']
      const found = await customerBy(dbOf()).loadMany(keys)
      assert.deepEqual(
        found.map((row) => (row instanceof Error ? row.message : (row?.customerNo ?? null))),
        ['tw:1', 'tw:3', null, null, 'de:1', 'de:3', null, null, null, null, null],
      )
      assert.equal(events.length, 2)
      // The source is asked for its own ids, so that its indexes serve.
      for (const { sql } of events) {
        assert.match(sql, /where .customer.\..customerNo. (in|= any)/)
        assert.doesNotMatch(sql, /tw:|de:/)
      }
    })

    it('keys of every type have a prefix, and so have those that refer to them', async () => {
      const orders = await rowsBy(dbOf(), 'sales_order', relations.sales_order, 'orderNo', [
        `de:${uuidOf(1)}`,
      ])
      assert.deepEqual(
        orders.map(({ orderNo, customerNo, number }) => [orderNo, customerNo, number]),
        [[`de:${uuidOf(1)}`, 'de:1', '9007199254740993']],
      )
      const lines = manyByKey(
        (keys) => rowsBy(dbOf(), 'order_line', relations.order_line, 'orderNo', keys),
        (row) => row.orderNo,
      )
      const [ours, theirs] = await Promise.all(
        named([uuidOf(1)]).map((orderNo) => lines.load(orderNo)),
      )
      assert.deepEqual(
        [ours, theirs].map((all) => all?.map(({ lineNo, sku }) => [lineNo, sku])),
        ['p1', 'p2'].map((product) => [
          [1, `${product}:x`],
          [2, `${product}:X`],
        ]),
      )
      // An id of another system is of the source that has such ids.
      const bySku = await rowsBy(dbOf(), 'order_line', relations.order_line, 'sku', ['p2:Y'])
      assert.deepEqual(
        bySku.map(({ orderNo }) => orderNo),
        [`de:${uuidOf(6)}`],
      )
    })

    it('what could be of several sources is refused before anybody is asked', async () => {
      events.length = 0
      const db = dbOf()
      const orderBy = { column: 'orderNo', direction: 'ASC' } as const
      await assert.rejects(page(db, 'sales_order', relations.sales_order, { orderBy }), required)
      await assert.rejects(db.selectFrom('customer').select('name').execute(), required)
      await assert.rejects(
        db.selectFrom('customer').select('name').where('region', '=', 'S').execute(),
        required,
      )
      await assert.rejects(
        db
          .selectFrom('customer')
          .select('name')
          .where('customerNo', 'in', named(['1']))
          .execute(),
        required,
      )
      await assert.rejects(
        aggregate({
          from: db.selectFrom('sales_order'),
          dimensions: { CUSTOMER: ['sales_order.customerNo'] },
          groupBy: ['CUSTOMER'],
          calendar,
          currency: null,
          measures: { orders: count() },
        }),
        required,
      )
      assert.equal(events.length, 0)
    })

    const byKeys = filterFor({ no: byId('customer.customerNo') })
    for (const [input, expected] of [
      [{ no: { eq: 'de:1' } }, 'de:1'],
      [{ no: { in: ['de:1', 'de:2', 'xx:3'] } }, 'de:1 de:2'],
      [{ source: 'tw', no: { in: ['tw:1', 'de:2'] } }, 'tw:1'],
      [{ source: 'tw', no: { eq: 'de:1' } }, ''],
      [
        { and: [{ source: 'de' }, { or: [{ no: { eq: 'de:1' } }, { no: { eq: 'tw:2' } }] }] },
        'de:1',
      ],
      [{ or: [{ no: { eq: 'de:1' } }, { no: { eq: 'de:3' } }] }, 'de:1 de:3'],
      [{ source: 'de', not: { no: { in: ['de:1', 'tw:2'] } } }, 'de:10 de:11 de:2 de:3'],
      [{ source: 'de', or: [{ source: 'tw' }, { no: { eq: 'de:10' } }] }, 'de:10'],
      [{ no: { in: [] } }, ''],
    ] as const) {
      it(`is asked of one source: ${JSON.stringify(input)}`, async () => {
        const where = byKeys(input)
        assert.ok(where)
        const rows = await dbOf()
          .selectFrom('customer')
          .select('customerNo')
          .where((eb) => where(eb as never))
          .execute()
        assert.equal(
          rows
            .map(({ customerNo }) => customerNo)
            .toSorted()
            .join(' '),
          expected,
        )
      })
    }

    it('conditions in selects within, and what joins are made of, say of which source they are', async () => {
      const db = dbOf()
      const ofCustomer = await db
        .selectFrom('order_line')
        .select('order_line.lineNo')
        .where((eb) =>
          eb.exists(
            eb
              .selectFrom('sales_order')
              .select('sales_order.net')
              .whereRef('sales_order.orderNo', '=', 'order_line.orderNo')
              .where('sales_order.customerNo', '=', 'tw:1'),
          ),
        )
        .execute()
      assert.equal(ofCustomer.length, 2)
      const inner = db
        .selectFrom('sales_order')
        .select(['orderNo', 'customerNo'])
        .where('customerNo', '=', 'de:3')
      const joined = await db
        .selectFrom('customer')
        .innerJoin(inner.as('inner'), 'inner.customerNo', 'customer.customerNo')
        .select(['inner.orderNo', 'customer.customerNo'])
        .execute()
      assert.deepEqual(
        joined.map(({ customerNo }) => customerNo),
        ['de:3', 'de:3'],
      )
      const both = db.selectFrom('customer').select('name').where('customerNo', '=', 'tw:1')
      await assert.rejects(
        both
          .unionAll(db.selectFrom('customer').select('name').where('customerNo', '=', 'de:1'))
          .execute(),
        required,
      )
    })

    it('pages of a named source go on where they ended, and a cursor is of its source', async () => {
      const list = async (source: string, after: string | null) =>
        page(dbOf(), 'sales_order', relations.sales_order, {
          where: () => ofSource(source),
          orderBy: { column: 'dueOn', direction: 'ASC' },
          first: 4,
          after,
        })
      const first = await list('de', null)
      const next = await list('de', first.pageInfo().endCursor)
      assert.deepEqual(
        [...first.nodes, ...next.nodes].map(({ orderNo }) => orderNo),
        [4, 1, 3, 6, 2, 5].map((at) => `de:${uuidOf(at)}`),
      )
      assert.equal(await first.totalCount(), 6)
      await assert.rejects(list('tw', first.pageInfo().endCursor), { code: 'BAD_USER_INPUT' })
    })

    it('pages of the children of parents of both: one statement each, and one list is of one source', async () => {
      const options = {
        parent: 'customerNo',
        first: 2,
        orderBy: { column: 'dueOn', direction: 'ASC' },
      } as const
      const pages = () => childPages(dbOf(), 'sales_order', relations.sales_order, options)
      events.length = 0
      const all = pages()
      const [one, three, theirs] = await Promise.all(
        ['tw:1', 'tw:3', 'de:1', 'de:3', 'xx:1'].map((no) => all.load(no)),
      )
      assert.equal(events.length, 2)
      const numbers = (connection: typeof one) => connection?.nodes.map(({ orderNo }) => orderNo)
      assert.deepEqual(
        numbers(one),
        [1, 2].map((at) => `tw:${uuidOf(at)}`),
      )
      assert.deepEqual(
        numbers(three),
        [4, 5].map((at) => `tw:${uuidOf(at)}`),
      )
      assert.deepEqual(
        numbers(theirs),
        [1, 2].map((at) => `de:${uuidOf(at)}`),
      )
      assert.deepEqual(await Promise.all([one?.totalCount(), theirs?.totalCount()]), [2, 2])
      await assert.rejects(pages().loadMerged(['tw:1', 'de:3']), required)
      const merged = await pages().loadMerged(['de:1', 'de:3', 'xx:1'])
      assert.deepEqual(
        numbers(merged),
        [4, 1].map((at) => `de:${uuidOf(at)}`),
      )
      const ofOne = await childPages(dbOf(), 'sales_order', relations.sales_order, {
        ...options,
        where: () => ofSource('tw'),
      }).loadMerged(['tw:1', 'de:3'])
      assert.deepEqual(
        numbers(ofOne),
        [1, 2].map((at) => `tw:${uuidOf(at)}`),
      )
    })

    it('sums of keys of both are made in each', async () => {
      const totals = manyByKey(
        async (keys) =>
          (
            await aggregate({
              from: dbOf().selectFrom('sales_order'),
              where: (eb) => eb('sales_order.customerNo', 'in', keys),
              dimensions: { OF: ['sales_order.customerNo as key'] },
              groupBy: ['OF'],
              calendar,
              currency: null,
              measures: { orders: count(), net: sum('sales_order.net') },
              first: 'ALL',
            })
          ).rows,
        (row) => String(row['key']),
      )
      const found = await Promise.all(named(['1', '10', '11']).map((no) => totals.load(no)))
      assert.deepEqual(
        found.map(([row]) => (row === undefined ? null : [row.orders, row.net])),
        [[2, '30.3'], [1, '5'], null, [2, '30.3'], [1, '5'], null],
      )
    })

    it('a limited principal sees its own rows of each source', async () => {
      const own = {
        rule: 'own_customers',
        parameters: { customerNo: ['tw:1', 'de:3', '2', 'xx:2'] },
      }
      for (const [source, customers, lines] of [
        ['tw', ['tw:1'], 2],
        ['de', ['de:3'], 0],
      ] as const) {
        const seen = dbOf(own, source)
        const rows = await seen.selectFrom('customer').select('customerNo').execute()
        assert.deepEqual(
          rows.map(({ customerNo }) => customerNo),
          customers,
        )
        const [counted] = await seen
          .selectFrom('order_line')
          .select((eb) => eb.fn.countAll<number>().as('rows'))
          .execute()
        assert.equal(counted?.rows, lines)
      }
      const byKey = await customerBy(dbOf(own)).loadMany(named(['1', '2', '3']))
      assert.deepEqual(
        byKey.map((row) => (row === null || row instanceof Error ? null : row.customerNo)),
        ['tw:1', null, null, null, null, 'de:3'],
      )
    })

    it('distinct ids are counted, and the least and largest have their prefix', async () => {
      const [row] = await dbOf(null, 'de')
        .selectFrom('sales_order')
        .select((eb) => [
          eb.fn.min<string>('customerNo').as('least'),
          eb.fn.max<string>('customerNo').as('largest'),
        ])
        .execute()
      assert.deepEqual(row, { least: 'de:1', largest: 'de:10' })
      const { rows } = await aggregate({
        from: dbOf(null, 'de').selectFrom('sales_order'),
        dimensions: {},
        groupBy: [],
        calendar,
        currency: null,
        measures: { customers: countDistinct('sales_order.customerNo') },
      })
      assert.deepEqual(rows[0]?.customers, 4)
    })
  })
}
