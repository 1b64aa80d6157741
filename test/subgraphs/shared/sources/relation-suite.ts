/**
 * What a mapped relation answers, the same on every kind of database: one list of expectations, run by
 * each with its own connection.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { aggregate, bucketOf, count, countDistinct, sum } from '#shared/aggregate.ts'
import { createCalendar, timeBuckets } from '#shared/calendar.ts'
import { childPages, page, type Connection, type PageInfo } from '#shared/connection.ts'
import { byId, contains, dateRange, decimalRange, filterFor, inList } from '#shared/filter.ts'
import type { RowLimit } from '#shared/principal.ts'
import { sql } from 'kysely'
import { evenShare, placesOf } from '#shared/shares.ts'
import { amount, type Relations, type RowOf } from '#shared/relations.ts'
import { typed } from '#shared/result-types.ts'
import { allRows } from '#shared/row-rights.ts'
import { rowsBy, withMore } from '#shared/rows.ts'
import type { StatementEvent } from '#shared/select-only.ts'
import type { SourceKind } from '#shared/sources/connection.ts'
import { mappingSetIn } from '#shared/sources/mapping-set.ts'
import { openSource, type OpenSource } from '#shared/sources/open-source.ts'
import { relations, writeMappings } from './mappings.ts'
import { bigAmount, bigNo, statementsFor, uuidOf } from './tables.ts'

export interface SuiteDatabase {
  readonly kind: SourceKind
  /** The lines of source.yaml that say where it is. */
  readonly address: string
  /** Runs what changes it, past Isthmus. */
  execute(statements: readonly string[]): Promise<void>
  drop(): Promise<void>
}

const calendar = createCalendar({
  today: '2026-06-30',
  timeZone: 'Europe/Berlin',
  fiscalYearStartMonth: 4,
})

const byFirst = ([a]: readonly unknown[], [b]: readonly unknown[]): number =>
  String(a) < String(b) ? -1 : 1

export function relationSuite(name: string, create: (folder: string) => Promise<SuiteDatabase>) {
  describe(`mapped relations on ${name}`, () => {
    let folder: string
    let database: SuiteDatabase
    let source: OpenSource
    const events: StatementEvent[] = []
    const sent: string[] = []

    const opened = (changed: Readonly<Record<string, string>> = {}, named = 'plain') => {
      writeMappings(join(folder, named), database.kind, database.address, changed)
      const set = mappingSetIn(join(folder, named), { relations, env: {} })
      return openSource({ system: 'test', set, timeZone: 'UTC' })
    }
    const dbOf = (from: OpenSource, limit: RowLimit | null = null) =>
      from.limitedTo(
        { name: 'test', relations },
        {
          rows: { ...allRows, limit },
          signal: new AbortController().signal,
          deadlineAt: Infinity,
          onStatement: (event) => {
            events.push(event)
            sent.push(event.sql)
          },
        },
      )
    const all = () => dbOf(source)
    const seenBy = (rule: string, parameters: Readonly<Record<string, readonly string[]>>) =>
      dbOf(source, { rule, parameters })

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'isthmus-suite-'))
      database = await create(folder)
      await database.execute(statementsFor(database.kind))
      source = opened()
    })
    after(async () => {
      await source[Symbol.asyncDispose]()
      await database.drop()
      rmSync(folder, { recursive: true })
    })

    const customers = (limit?: ReturnType<typeof all>) =>
      (limit ?? all())
        .selectFrom('customer')
        .select('customerNo')
        .orderBy('customerNo')
        .execute()
        .then((rows) => rows.map(({ customerNo }) => customerNo).join(' '))

    it('reads every type as the declaration says it', async () => {
      const [first, second, , , last] = await all()
        .selectFrom('customer')
        .select(['customerNo', 'code', 'name', 'region', 'creditLimit', 'isActive', 'since'])
        .orderBy('customerNo')
        .execute()
      assert.deepEqual(first, {
        customerNo: '1',
        code: 'a1',
        name: 'Ana',
        region: 'n',
        creditLimit: '1000.5',
        isActive: true,
        since: '2020-01-31',
      })
      assert.equal(second?.creditLimit, bigAmount)
      assert.equal(last?.creditLimit, '-5.25')
      const orders = await all()
        .selectFrom('sales_order')
        .select(['orderNo', 'customerNo', 'number', 'net', 'placedAt', 'dueOn', 'kind'])
        .orderBy('orderNo')
        .execute()
      assert.deepEqual(orders.slice(0, 2), [
        {
          orderNo: uuidOf(1),
          customerNo: '1',
          number: bigNo,
          net: '10.1',
          placedAt: '2026-03-29T00:30:00Z', // winter time, an hour before the clocks change
          dueOn: '2026-04-10',
          kind: 'INVOICE',
        },
        {
          orderNo: uuidOf(2),
          customerNo: '1',
          number: '9007199254740992',
          net: '20.2',
          placedAt: '2026-03-29T01:30:00.25Z',
          dueOn: null,
          kind: 'INVOICE',
        },
      ])
    })

    it('finds keys of every type, and nothing by what is no such key', async () => {
      const byNo = (...keys: string[]) =>
        rowsBy(all(), 'customer', relations.customer, 'customerNo', keys).then((rows) =>
          rows.map(({ customerNo }) => customerNo),
        )
      assert.deepEqual(await byNo('1', '3', '999'), ['1', '3'])
      for (const none of [
        '01',
        '1.0',
        '1e0',
        '1abc',
        ' 1',
        '',
        '+1',
        '99999999999999999999',
        '3000000000',
        "1' or '1'='1",
        '\0',
      ]) {
        assert.deepEqual(await byNo(none), [], none)
        assert.deepEqual(await byNo('2', none), ['2'], none)
      }
      const byOrder = (...keys: string[]) =>
        rowsBy(all(), 'sales_order', relations.sales_order, 'orderNo', keys)
      assert.equal((await byOrder(uuidOf(1), uuidOf(3))).length, 2)
      for (const none of [uuidOf(1).toUpperCase(), 'no-uuid', '']) {
        assert.equal((await byOrder(none)).length, 0, none)
      }
      const byBig = await rowsBy(all(), 'sales_order', relations.sales_order, 'number', [bigNo])
      assert.deepEqual(
        byBig.map(({ orderNo }) => orderNo),
        [uuidOf(1)],
      )
    })

    it('tells texts apart that a collation takes for one', async () => {
      const byCode = await rowsBy(all(), 'customer', relations.customer, 'code', ['A1', 'b2'])
      assert.deepEqual(
        byCode.map(({ customerNo }) => customerNo),
        ['2'],
      )
      assert.equal(await customers(seenBy('own_region', { region: ['N'] })), '2')
      const groups = await aggregate({
        from: all().selectFrom('order_line'),
        dimensions: { SKU: ['order_line.sku'] },
        groupBy: ['SKU'],
        calendar,
        currency: null,
        measures: { lines: count(), quantity: sum('order_line.quantity') },
      })
      assert.deepEqual(Object.fromEntries(groups.rows.map((row) => [row['sku'], row.quantity])), {
        X: '2',
        x: '4.5',
        Y: '4',
      })
    })

    it('sums and compares decimals exactly', async () => {
      const [row] = await all()
        .selectFrom('sales_order')
        .select((eb) => [eb.fn.sum<string>('net').as('net'), eb.fn.countAll<number>().as('rows')])
        .execute()
      assert.deepEqual(row, { net: '24691357802504.4357', rows: 6 })
      const at = async (operator: '=' | '>' | '<=', net: string) =>
        (
          await all()
            .selectFrom('sales_order')
            .select('orderNo')
            .where('net', operator, net)
            .execute()
        ).length
      assert.equal(await at('=', bigAmount), 2)
      assert.equal(await at('=', '12345678901234.5677'), 0)
      assert.equal(await at('>', '10.0999'), 4)
      assert.equal(await at('<=', '10.1'), 3)
      await assert.rejects(at('=', '12abc'), { code: 'BAD_USER_INPUT' })
    })

    it('filters by and, or and not, with ranges, codes and absent values', async () => {
      const filter = filterFor({
        id: byId('customer.customerNo'),
        region: byId('customer.region'),
        status: inList('customer.status'),
        nameContains: contains('customer.name'),
        since: dateRange('customer.since'),
        limit: decimalRange('customer.creditLimit'),
      })
      const found = async (input: object) => {
        const where = filter(input)
        assert.ok(where)
        const rows = await all()
          .selectFrom('customer')
          .select('customerNo')
          .where((eb) => where(eb as never))
          .orderBy('customerNo')
          .execute()
        return rows.map(({ customerNo }) => customerNo).join(' ')
      }
      assert.equal(await found({ status: ['CLOSED'] }), '2 10')
      assert.equal(await found({ status: ['OPEN', 'CLOSED'] }), '1 2 3 10')
      assert.equal(await found({ status: ['LOST'] }), '')
      assert.equal(await found({ not: { status: ['OPEN'] } }), '2 10 11')
      assert.equal(await found({ not: { region: { eq: 'S' } } }), '1 2 3')
      assert.equal(await found({ not: { id: { eq: 'x' } } }), '1 2 3 10 11')
      assert.equal(
        await found({ or: [{ nameContains: 'AN' }, { id: { in: ['10', 'x'] } }] }),
        '1 3 10',
      )
      assert.equal(await found({ since: { from: '2021-02-28', to: '2021-12-31' } }), '2 3 11')
      assert.equal(
        await found({ and: [{ limit: { gte: '0' } }, { limit: { lte: '1000.5' } }] }),
        '1 10',
      )
      assert.equal(await found({ status: [], id: { eq: '1' } }), '')
    })

    it('codes are a filter on the raw column, and a code that is not listed is an error of its field', async () => {
      events.length = 0
      const rows = await rowsBy(all(), 'customer', relations.customer, 'status', ['CLOSED'])
      assert.equal(rows.length, 2)
      assert.match(events[0]?.sql ?? '', /status__raw. (in|= any)/)
      const [eleven] = await rowsBy(all(), 'customer', relations.customer, 'customerNo', ['11'])
      assert.equal(eleven?.name, 'Dee')
      assert.throws(() => eleven.status, {
        code: 'SOURCE_DATA_INVALID',
        message: /customer\.status" holds the code "99", which codes.yaml does not list/,
      })
      const kinds = await aggregate({
        from: all().selectFrom('sales_order'),
        dimensions: { KIND: ['sales_order.kind'] },
        groupBy: ['KIND'],
        calendar,
        currency: null,
        measures: { orders: count(), customers: countDistinct('sales_order.customerNo') },
      })
      assert.deepEqual(
        kinds.rows.map((row) => [row['kind'], row.orders, row.customers]).toSorted(byFirst),
        [
          ['CREDIT_NOTE', 1, 1],
          ['INVOICE', 4, 3],
          ['OTHER', 1, 1],
        ],
      )
      await assert.rejects(rowsBy(all(), 'customer', relations.customer, 'status', ['NONE']), {
        code: 'BAD_USER_INPUT',
      })
    })

    const lists = [
      ['dueOn', 'ASC', [4, 1, 3, 6, 2, 5]],
      ['dueOn', 'DESC', [6, 3, 1, 4, 5, 2]],
      ['net', 'ASC', [5, 6, 1, 2, 3, 4]],
      ['net', 'DESC', [4, 3, 2, 1, 6, 5]],
      ['orderNo', 'DESC', [6, 5, 4, 3, 2, 1]],
      ['customerNo', 'ASC', [1, 2, 3, 4, 5, 6]],
      ['placedAt', 'ASC', [6, 5, 1, 2, 3, 4]],
    ] as const
    for (const [column, direction, expected] of lists) {
      for (const first of [1, 2, 5]) {
        it(`pages of ${first} by ${column} ${direction}: no row twice, none left out`, async () => {
          const seen: string[] = []
          let cursor: string | null = null
          for (let pages = 0; pages < 10; pages += 1) {
            const list: Connection<RowOf<typeof relations.sales_order>> = await page(
              all(),
              'sales_order',
              relations.sales_order,
              {
                orderBy: { column, direction },
                first,
                after: cursor,
              },
            )
            seen.push(...list.nodes.map(({ orderNo }) => orderNo))
            const { hasNextPage, endCursor }: PageInfo = list.pageInfo()
            cursor = endCursor
            if (!hasNextPage) break
          }
          assert.deepEqual(seen, expected.map(uuidOf))
        })
      }
    }

    it('pages by a text whose collation takes two for one', async () => {
      const seen: string[] = []
      let cursor: string | null = null
      do {
        const list: Connection<RowOf<typeof relations.customer>> = await page(
          all(),
          'customer',
          relations.customer,
          {
            orderBy: { column: 'code', direction: 'ASC' },
            first: 1,
            after: cursor,
          },
        )
        seen.push(...list.nodes.map(({ customerNo }) => customerNo))
        cursor = list.pageInfo().hasNextPage ? list.pageInfo().endCursor : null
      } while (cursor !== null)
      assert.deepEqual(seen.toSorted(), ['1', '10', '11', '2', '3'])
    })

    it('pages of the children of several parents come from one statement, in the order of the list', async () => {
      const options = {
        parent: 'customerNo',
        first: 2,
        orderBy: { column: 'dueOn', direction: 'ASC' },
      } as const
      const pages = childPages(all(), 'sales_order', relations.sales_order, options)
      events.length = 0
      const [one, three, none] = await Promise.all(['1', '3', '11'].map((no) => pages.load(no)))
      assert.equal(events.length, 1)
      const numbers = (connection: typeof one) => connection?.nodes.map(({ orderNo }) => orderNo)
      assert.deepEqual(numbers(one), [uuidOf(1), uuidOf(2)])
      assert.deepEqual(numbers(three), [uuidOf(4), uuidOf(5)])
      assert.deepEqual(numbers(none), [])
      assert.equal(await one?.totalCount(), 2)
      const merged = await childPages(
        all(),
        'sales_order',
        relations.sales_order,
        options,
      ).loadMerged(['1', '3'])
      assert.deepEqual(
        merged.nodes.map(({ orderNo }) => orderNo),
        [uuidOf(4), uuidOf(1)],
      )
    })

    for (const bucket of timeBuckets) {
      it(`cuts dates into buckets: ${bucket}`, async () => {
        const { rows } = await aggregate({
          from: all().selectFrom('sales_order'),
          where: (eb) => eb('sales_order.dueOn', 'is not', null),
          dimensions: { DUE: bucketOf('sales_order.dueOn') },
          groupBy: ['DUE'],
          bucket,
          calendar,
          currency: null,
          measures: { orders: count() },
          orderBy: { measure: 'orders', direction: 'DESC' },
        })
        const expected = {
          DAY: ['2026-04-10:2', '2026-04-09:1', '2026-05-01:1'],
          WEEK: ['2026-W15:3', '2026-W18:1'],
          MONTH: ['2026-04:3', '2026-05:1'],
          QUARTER: ['2026-Q1:4'],
          YEAR: ['2026:4'],
        }[bucket]
        assert.deepEqual(
          rows.map((row) => `${row.period?.key}:${String(row.orders)}`),
          expected,
        )
      })
    }

    it('groups without a date come first, as those without any value do', async () => {
      const { rows } = await aggregate({
        from: all().selectFrom('sales_order'),
        dimensions: { DUE: bucketOf('sales_order.dueOn') },
        groupBy: ['DUE'],
        bucket: 'MONTH',
        calendar,
        currency: null,
        measures: { orders: count() },
      })
      assert.deepEqual(
        rows.map((row) => [row.period?.key ?? null, row.orders]),
        [
          [null, 2],
          ['2026-04', 3],
          ['2026-05', 1],
        ],
      )
    })

    it('divides an amount into parts that add up to it', async () => {
      const shares = await all()
        .selectFrom('order_line')
        .innerJoin('sales_order', 'sales_order.orderNo', 'order_line.orderNo')
        .select([
          'order_line.lineNo',
          typed(
            evenShare({
              amount: 'sales_order.net',
              part: 'order_line.lineNo',
              parts: 'numbers.parts',
              places: 'numbers.places',
            }),
            amount(),
            'share',
          ),
        ])
        .innerJoin(
          (eb) =>
            eb
              .selectFrom('order_line')
              .select((inner) => [
                'order_line.orderNo as of',
                inner.fn.countAll<number>().as('parts'),
                typed(sql`min(2)`, amount(), 'places'),
              ])
              .groupBy('order_line.orderNo')
              .as('numbers'),
          (on) => on.onRef('numbers.of' as never, '=', 'order_line.orderNo' as never),
        )
        .where('sales_order.orderNo', '=', uuidOf(1))
        .orderBy('order_line.lineNo')
        .execute()
      assert.deepEqual(
        shares.map(({ share }) => share),
        ['5.05', '5.05'],
      )
      void placesOf
    })

    it('shows a limited principal its own rows, through parents too, in sums and counts', async () => {
      assert.equal(
        await customers(seenBy('own_customers', { customerNo: ['1', '3', '1abc'] })),
        '1 3',
      )
      const own = seenBy('own_customers', { customerNo: ['2'] })
      const lines = await own.selectFrom('order_line').select(['orderNo', 'lineNo']).execute()
      assert.deepEqual(lines, [{ orderNo: uuidOf(3), lineNo: 1 }])
      const [sums] = await own
        .selectFrom('sales_order')
        .select((eb) => [eb.fn.countAll<number>().as('rows'), eb.fn.sum<string>('net').as('net')])
        .execute()
      assert.deepEqual(sums, { rows: 1, net: bigAmount })
      assert.equal(await customers(seenBy('unknown_rule', {})), '')
    })

    it('a relation without a mapping is NOT_MAPPED in lists, by key, in joins and in sums', async () => {
      const refused = { code: 'NOT_MAPPED', message: /"contract" is not mapped/ }
      const db = all()
      await assert.rejects(
        page(db, 'contract', relations.contract, {
          orderBy: { column: 'contractNo', direction: 'ASC' },
        }),
        refused,
      )
      await assert.rejects(rowsBy(db, 'contract', relations.contract, 'contractNo', ['1']), refused)
      await assert.rejects(
        db
          .selectFrom('contract')
          .select((eb) => eb.fn.countAll<number>().as('rows'))
          .execute(),
        refused,
      )
      await assert.rejects(
        db
          .selectFrom('customer')
          .leftJoin('contract', 'contract.customerNo', 'customer.customerNo')
          .select('customer.name')
          .execute(),
        refused,
      )
    })

    it('a column without a mapping is NOT_MAPPED only where it is read', async () => {
      const refused = { code: 'NOT_MAPPED', message: /"customer" has no "exposure"/ }
      const [first] = await rowsBy(all(), 'customer', relations.customer, 'customerNo', ['1'])
      assert.equal(first?.name, 'Ana')
      assert.throws(() => first.exposure, refused)
      assert.throws(() => first.rating, { code: 'NOT_MAPPED' })
      assert.throws(
        () => ({ ...first }),
        { code: 'NOT_MAPPED' },
        'a copy does not lose it silently',
      )
      assert.throws(() => withMore(first, { more: 1 }).exposure, refused)
      const db = all()
      await assert.rejects(
        db.selectFrom('customer').select('name').where('exposure', '>', '0').execute(),
        refused,
      )
      await assert.rejects(
        db.selectFrom('customer').select('name').orderBy('exposure').execute(),
        refused,
      )
      const [sums] = await db
        .selectFrom('customer')
        .select((eb) => [eb.fn.countAll<number>().as('count'), eb.fn.sum('exposure').as('sum')])
        .execute()
      assert.ok(Number(sums?.count) > 0, 'what needs it not is answered')
      assert.throws(() => sums?.sum, refused)
      await assert.rejects(
        aggregate({
          from: db.selectFrom('customer'),
          dimensions: { EXPOSURE: ['customer.exposure'] },
          groupBy: ['EXPOSURE'],
          calendar,
          currency: null,
          measures: { customers: count() },
        }),
        refused,
      )
      const through = await db
        .selectFrom(db.selectFrom('customer').select(['customerNo', 'exposure']).as('inner'))
        .select(['inner.customerNo', 'inner.exposure'])
        .limit(1)
        .execute()
      assert.throws(() => through[0]?.exposure, refused)
    })

    it('an empty page of children still knows what is not mapped', async () => {
      const pages = childPages(all(), 'customer', relations.customer, {
        parent: 'region',
        orderBy: { column: 'name', direction: 'ASC' },
      })
      const [north, south] = await Promise.all([pages.load('N'), pages.load('S')])
      assert.deepEqual(
        north.nodes.map(({ customerNo }) => customerNo),
        ['2'],
      )
      assert.equal(south.nodes.length, 2)
      assert.throws(() => south.nodes[0]?.exposure, { code: 'NOT_MAPPED' })
    })

    it('a mapping that does not fit names file, column and what was expected; others answer', async () => {
      await using broken = opened(
        {
          order_line:
            'SELECT l.uid AS [orderno], l.no AS [lineNo], l.sku AS sku, l.sku AS [extra] FROM [order-line] l',
          sales_order: 'SELECT nothing FROM no_such_table',
        },
        'broken',
      )
      await assert.rejects(dbOf(broken).selectFrom('order_line').select('sku').execute(), {
        code: 'MAPPING_INVALID',
        message:
          /broken\/order_line\.sql .*does not yield the key "orderNo".*yields "orderno", which is not declared; did you mean "orderNo".*"extra"/,
      })
      await assert.rejects(dbOf(broken).selectFrom('sales_order').select('net').execute(), {
        code: 'MAPPING_INVALID',
        message: /broken\/sales_order\.sql/,
      })
      assert.equal(await customers(dbOf(broken)), '1 2 3 10 11')
      const checked = await broken.check(relations satisfies Relations)
      assert.deepEqual(
        [...checked.values()]
          .map(({ relation, described }) => [relation, described !== null])
          .toSorted(byFirst),
        [
          ['customer', true],
          ['order_line', false],
          ['sales_order', false],
        ],
      )
    })

    it('pages of the children of several parents keep the order of absent values when merged', async () => {
      const merged = await childPages(all(), 'sales_order', relations.sales_order, {
        parent: 'customerNo',
        first: 10,
        orderBy: { column: 'dueOn', direction: 'DESC' },
      }).loadMerged(['1', '3', '10'])
      assert.deepEqual(
        merged.nodes.map(({ orderNo }) => orderNo),
        [6, 1, 4, 5, 2].map(uuidOf),
      )
    })

    it('rows of keys come with absent values first, as everywhere', async () => {
      const rows = await rowsBy(
        all(),
        'sales_order',
        relations.sales_order,
        'customerNo',
        ['1', '3'],
        {
          orderBy: ['dueOn'],
        },
      )
      assert.deepEqual(
        rows.map(({ orderNo }) => orderNo),
        [2, 5, 4, 1].map(uuidOf),
      )
    })

    it('nothing but SELECT was sent', () => {
      assert.ok(sent.length > 100)
      for (const text of sent) assert.match(text, /^(select|with) /)
    })
  })
}
