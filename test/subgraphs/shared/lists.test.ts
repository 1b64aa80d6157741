/** Connections, filters and aggregates over real SQL. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { allRows } from '#shared/row-rights.ts'
import { aggregate, bucketOf, count, countIf, sum, sumIf } from '#shared/aggregate.ts'
import { createCalendar } from '#shared/calendar.ts'
import { childPages, page, type Order } from '#shared/connection.ts'
import { openEmbedded, type EmbeddedDatabase } from '#shared/embedded.ts'
import type { StatementEvent } from '#shared/select-only.ts'
import {
  byId,
  contains,
  dateRange,
  filterFor,
  inList,
  moneyRange,
  rewriteIds,
} from '#shared/filter.ts'
import { writeDatabase } from '../../support/subgraph-fixture.ts'
import { declaration, relations } from './shop/shop.ts'

/** 40 orders of 4 customers, many ties, a third without a due date. */
const orders = Array.from({ length: 40 }, (_, at) => ({
  orderNo: `O${String(at).padStart(2, '0')}`,
  customerNo: 'ABCD'.charAt(at % 4),
  orderedOn: `2026-0${1 + (at % 5)}-1${at % 3}`,
  dueOn: at % 3 === 0 ? null : `2026-0${1 + (at % 2)}-01`,
  state: at % 2 === 0 ? 'OPEN' : 'CLOSED',
  net: `${at}.5`,
  currency: at % 10 === 0 ? 'JPY' : 'TWD',
  urgent: false,
}))

const calendar = createCalendar({
  today: '2026-06-30',
  timeZone: 'Asia/Taipei',
  fiscalYearStartMonth: 4,
})

describe('lists', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-test-'))
  let file: EmbeddedDatabase<typeof relations>
  const statements: StatementEvent[] = []
  before(() => {
    writeDatabase(join(folder, 'shop.sqlite'), declaration, { purchase: orders }, '2026-06-30')
    file = openEmbedded('shop', join(folder, 'shop.sqlite'), declaration)
  })
  after(() => {
    file[Symbol.dispose]()
    rmSync(folder, { recursive: true })
  })
  const db = () => {
    statements.length = 0
    return file.limitedTo({
      rows: allRows,
      signal: new AbortController().signal,
      deadlineAt: Infinity,
      onStatement: (event) => statements.push(event),
    })
  }
  const nulls = (value: string | null, descending: boolean) => value ?? (descending ? '' : '9')
  const expected = ({ column, direction }: Order): string[] => {
    const sign = direction === 'ASC' ? 1 : -1
    const of = (row: (typeof orders)[number]) => {
      const value = row[column as 'dueOn']
      return column === 'net' ? Number(value) : nulls(value, direction === 'DESC')
    }
    return orders
      .toSorted((a, b) => {
        const [x, y] = [of(a), of(b)]
        return sign * (x < y ? -1 : x > y ? 1 : a.orderNo < b.orderNo ? -1 : 1)
      })
      .map((row) => row.orderNo)
      .toSorted(nullsLast(column))
  }
  const nullsLast = (column: string) => (a: string, b: string) =>
    Number(dueOf(a, column) === null) - Number(dueOf(b, column) === null)
  const dueOf = (orderNo: string, column: string) =>
    orders.find((row) => row.orderNo === orderNo)?.[column as 'dueOn']

  for (const column of ['orderedOn', 'dueOn', 'net', 'orderNo']) {
    for (const direction of ['ASC', 'DESC'] as const) {
      it(`pages by ${column} ${direction} without gaps or repeats`, async () => {
        const seen: string[] = []
        let after: string | null = null
        do {
          const got: Awaited<ReturnType<typeof onePage>> = await onePage(
            { column, direction },
            after,
          )
          seen.push(...got.nodes.map((row) => row.orderNo))
          after = got.pageInfo().hasNextPage ? got.pageInfo().endCursor : null
        } while (after !== null)
        assert.deepEqual(seen, expected({ column, direction }))
      })
    }
  }
  const onePage = (orderBy: Order, after: string | null) =>
    page(db(), 'purchase', relations.purchase, { orderBy, first: 7, after })

  it('counts only when asked, in one more statement', async () => {
    const got = await onePage({ column: 'orderNo', direction: 'ASC' }, null)
    assert.equal(statements.length, 1)
    assert.equal(await got.totalCount(), 40)
    assert.equal(statements.length, 2)
  })

  it('refuses a cursor of another order, a forged one and a page size out of bounds', async () => {
    const { endCursor } = (await onePage({ column: 'net', direction: 'ASC' }, null)).pageInfo()
    const again = (after: string) => onePage({ column: 'net', direction: 'DESC' }, after)
    await assert.rejects(again(endCursor ?? ''), { code: 'BAD_USER_INPUT' })
    await assert.rejects(again('not a cursor'), { code: 'BAD_USER_INPUT' })
    for (const first of [0, -1, 1001]) {
      await assert.rejects(
        page(db(), 'purchase', relations.purchase, {
          orderBy: { column: 'net', direction: 'ASC' },
          first,
        }),
        { code: 'BAD_USER_INPUT' },
      )
    }
  })

  for (const column of ['orderedOn', 'dueOn']) {
    it(`the children of many parents by ${column} come in one statement, each list as if asked alone`, async () => {
      const options = {
        parent: 'customerNo',
        orderBy: { column, direction: 'DESC' },
        first: 3,
      } as const
      const pages = childPages(db(), 'purchase', relations.purchase, options)
      const together = await Promise.all(['A', 'B', 'none'].map((key) => pages.load(key)))
      assert.equal(statements.length, 1)
      for (const [at, key] of ['A', 'B', 'none'].entries()) {
        const alone = await childPages(db(), 'purchase', relations.purchase, options).load(key)
        assert.deepEqual(together[at]?.nodes, alone.nodes)
        assert.deepEqual(together[at]?.pageInfo(), alone.pageInfo())
      }
      assert.equal(together[0]?.nodes.length, 3)
      assert.deepEqual(together[2]?.nodes, [])
      assert.deepEqual(await Promise.all(together.map((list) => list.totalCount())), [10, 10, 0])
    })
  }

  it('several parents merge into one list in the right order', async () => {
    const orderBy = { column: 'net', direction: 'DESC' } as const
    const pages = childPages(db(), 'purchase', relations.purchase, {
      parent: 'customerNo',
      orderBy,
      first: 5,
    })
    const merged = await pages.loadMerged(['A', 'C'])
    assert.deepEqual(
      merged.nodes.map((row) => row.net),
      ['38.5', '36.5', '34.5', '32.5', '30.5'],
    )
    assert.equal(merged.pageInfo().hasNextPage, true)
    assert.equal(await merged.totalCount(), 20)
  })

  const purchaseFilter = filterFor({
    orderNo: byId('orderNo'),
    customerNo: byId('customerNo'),
    state: inList('state'),
    due: dateRange('dueOn'),
    net: moneyRange('net', 'currency'),
    number: contains('orderNo'),
  })
  const found = async (filter: object) =>
    (
      await page(db(), 'purchase', relations.purchase, {
        where: purchaseFilter(filter),
        orderBy: { column: 'orderNo', direction: 'ASC' },
        first: 100,
      })
    ).nodes.map((row) => row.orderNo)
  const those = (test: (row: (typeof orders)[number]) => boolean) =>
    orders.filter(test).map((row) => row.orderNo)

  it('filters by keys, codes, ranges and text, with and, or and not', async () => {
    assert.deepEqual(await found({ customerNo: { in: [] } }), [])
    assert.deepEqual(
      await found({ customerNo: { eq: 'A', in: ['A', 'B'] } }),
      those((o) => o.customerNo === 'A'),
    )
    assert.deepEqual(
      await found({ or: [{ customerNo: { eq: 'A' } }, { state: ['CLOSED'] }], number: 'o1' }),
      those((o) => (o.customerNo === 'A' || o.state === 'CLOSED') && o.orderNo.startsWith('O1')),
    )
    assert.deepEqual(
      await found({ net: { currency: 'JPY', gte: '10' } }),
      those((o) => o.currency === 'JPY' && Number(o.net) >= 10),
    )
  })

  it('the negation of a condition on an absent value holds', async () => {
    const before = (o: (typeof orders)[number]) => o.dueOn !== null && o.dueOn <= '2026-01-31'
    assert.deepEqual(await found({ due: { to: '2026-01-31' } }), those(before))
    assert.deepEqual(
      await found({ not: { due: { to: '2026-01-31' } } }),
      those((o) => !before(o)),
    )
  })

  it('foreign ids are rewritten at every depth', async () => {
    const filter = { or: [{ debtor: { eq: 'd' } }, { not: { debtor: { in: ['d', 'e'] } } }] }
    const rewritten = await rewriteIds(filter, {
      debtor: (values) =>
        Promise.resolve({ customerNo: { in: values.map((v) => (v === 'd' ? 'A' : 'B')) } }),
    })
    assert.deepEqual(
      await found(rewritten ?? {}),
      those((o) => o.customerNo !== 'B'),
    )
  })

  it('groups by key, by period of the fiscal year and by currency, in one statement', async () => {
    const { rows, truncated } = await aggregate({
      from: db().selectFrom('purchase'),
      where: purchaseFilter({ customerNo: { in: ['A', 'B'] } }),
      dimensions: { CUSTOMER: ['purchase.customerNo'], PERIOD: bucketOf('purchase.orderedOn') },
      groupBy: ['CUSTOMER', 'PERIOD'],
      bucket: 'QUARTER',
      calendar,
      currency: 'purchase.currency',
      measures: {
        count: count(),
        net: sum('purchase.net'),
        open: countIf((eb) => eb('purchase.state', '=', 'OPEN')),
        closedNet: sumIf('purchase.net', (eb) => eb('purchase.state', '=', 'CLOSED')),
      },
      orderBy: { measure: 'net', direction: 'DESC' },
      first: 100,
    })
    assert.equal(statements.length, 1)
    assert.equal(truncated, false)
    const quarter = (o: (typeof orders)[number]) =>
      o.orderedOn < '2026-04' ? '2025-Q4' : '2026-Q1'
    const groups = Map.groupBy(
      orders.filter((o) => 'AB'.includes(o.customerNo)),
      (o) => [o.customerNo, quarter(o), o.currency].join(),
    )
    assert.equal(rows.length, groups.size)
    for (const row of rows) {
      const group = groups.get([row['customerNo'], row.period?.key, row.currency].join()) ?? []
      assert.equal(row.count, group.length)
      assert.equal(
        Number(row.net),
        group.reduce((total, o) => total + Number(o.net), 0),
      )
      assert.equal(row.open, group.filter((o) => o.state === 'OPEN').length)
      const closed = group.filter((o) => o.state === 'CLOSED')
      assert.equal(
        Number(row.closedNet),
        closed.reduce((total, o) => total + Number(o.net), 0),
      )
    }
    const nets = rows.map((row) => Number(row.net))
    assert.deepEqual(
      nets,
      nets.toSorted((a, b) => b - a),
    )
  })

  it('says when there are more groups than were asked for, and when a bucket is missing', async () => {
    const options = {
      from: db().selectFrom('purchase'),
      dimensions: { ORDER: ['purchase.orderNo'], PERIOD: bucketOf('purchase.orderedOn') },
      calendar,
      currency: null,
      measures: { count: count() },
      first: 5,
    } as const
    const { rows, truncated } = await aggregate({ ...options, groupBy: ['ORDER'] })
    assert.equal(rows.length, 5)
    assert.equal(truncated, true)
    await assert.rejects(aggregate({ ...options, groupBy: ['PERIOD'] }), { code: 'BAD_USER_INPUT' })
  })
})
