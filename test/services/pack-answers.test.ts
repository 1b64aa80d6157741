/**
 * What the subgraphs ask, through the packs: bills down to the bottom, what is owed today and on a past
 * day, what was ordered and billed, who reports to whom; and what a pack lacks says so.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createCalendar } from '#shared/calendar.ts'
import { AppError } from '#shared/errors.ts'
import * as erp from '../../subgraphs/erp/source.ts'
import * as finance from '../../subgraphs/finance/source.ts'
import * as hr from '../../subgraphs/hr/source.ts'
import { erpnext15, odoo18, openPack, type OpenPack, type Pack } from '../support/packs.ts'

const calendar = createCalendar({
  today: '2026-04-30',
  timeZone: 'Europe/Berlin',
  fiscalYearStartMonth: 1,
})
const thisYear = { from: '2026-01-01', to: '2026-12-31' }

interface Answers {
  readonly pack: Pack
  readonly bill: string
  /** Level, component, for one of the product above. */
  readonly components: readonly string[]
  readonly debtor: string
  readonly open: readonly string[]
  readonly openBefore: readonly string[]
  readonly revenue: readonly string[]
  readonly orders: readonly string[]
  readonly head: string
  readonly team: number
  readonly order: string
}

const expected: readonly Answers[] = [
  {
    pack: odoo18,
    bill: '1.102',
    components: ['1 201 2', '1 301 0.75', '1 701 6', '2 801 0.05'],
    debtor: '10',
    open: ['EUR 963.3 -59.5'], // 1022.80 - 119 + 59.50; overdue 59.50 - 119
    openBefore: ['-119 2026-04-05', '2522.8 2026-06-01', '59.5 2026-02-02'],
    revenue: ['EUR 2070 2170 -100 800'],
    orders: ['EUR 1 2120 2120 851'],
    head: '4',
    team: 2,
    order: 'S00001',
  },
  {
    pack: erpnext15,
    bill: 'BOM-P100-2-002',
    components: ['1 ROD 0.75', '1 SEAL 6'],
    debtor: 'Nordwind Logistik AG',
    open: ['EUR 778 -119'], // 897 - 119
    openBefore: ['-119 2026-04-05', '2397 2026-06-01'],
    revenue: ['EUR 1914 2014 -100 800'],
    orders: ['EUR 2 2114 2014 851'],
    head: 'HR-EMP-00004',
    team: 2,
    order: 'SAL-ORD-2026-00001',
  },
]

for (const { pack, ...wanted } of expected) {
  describe(`questions to ${pack.name}`, () => {
    let open: OpenPack
    before(async () => {
      open = await openPack(pack)
    })
    after(() => open[Symbol.asyncDispose]())

    const erpDb = () => open.system('erp').db<erp.ErpDatabase>()
    const financeDb = () => open.system('finance').db<finance.FinanceDatabase>()
    const hrDb = () => open.system('hr').db<hr.HrDatabase>()

    it('a bill is exploded by one statement', async () => {
      const found = await erp.explodeBoms(erpDb(), [wanted.bill], 10, '2026-04-01')
      const lines = found.map(
        ({ level, componentSku, quantity }) => `${level} ${componentSku} ${quantity}`,
      )
      assert.deepEqual(lines.toSorted(), wanted.components)
    })

    it('what is owed today, and what of it is overdue', async () => {
      const { rows } = await finance.openItems(financeDb(), [wanted.debtor], calendar)
      assert.deepEqual(linesOf(rows, 'currency', 'open', 'overdue'), wanted.open)
    })

    it('what was owed on a day before the payment came', async () => {
      const items = await finance.openItemsAt(financeDb(), [wanted.debtor], '2026-04-10')
      assert.deepEqual(linesOf(items, 'open', 'dueOn').toSorted(), wanted.openBefore)
    })

    it('what was billed and credited, and what it cost', async () => {
      const { rows } = await finance.revenueOf(
        financeDb(),
        'invoice.debtorNo',
        [wanted.debtor],
        thisYear,
        calendar,
      )
      assert.deepEqual(
        linesOf(rows, 'currency', 'net', 'invoiced', 'credited', 'cogs'),
        wanted.revenue,
      )
    })

    it('what was ordered, without what was called off', async () => {
      const { rows } = await erp.orderTotals(
        erpDb(),
        'erpCustomerNo',
        [wanted.debtor],
        thisYear,
        calendar,
      )
      assert.deepEqual(
        linesOf(rows, 'currency', 'count', 'ordered', 'shipped', 'cost'),
        wanted.orders,
      )
    })

    it('who reports to somebody, directly or not', async () => {
      const [team] = await hr.teamSizes(hrDb(), [wanted.head])
      assert.equal(team?.people, wanted.team)
    })

    it('what the pack lacks is said where it is read, and nowhere else', async () => {
      const [order] = await erp.ordersByNo(erpDb(), [wanted.order])
      assert.equal(order?.erpCustomerNo, wanted.debtor)
      assert.throws(() => order?.requestedOn, isNotMapped)
      await assert.rejects(() => erp.holdsOf(erpDb(), [wanted.order]), isNotMapped)
      await assert.rejects(
        () =>
          finance.costsOf(
            financeDb(),
            ['x'],
            { column: 'departmentCode', category: 'OPERATING', range: null },
            calendar,
          ),
        isNotMapped,
      )
    })
  })
}

const isNotMapped = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'NOT_MAPPED'

const linesOf = <Row extends object>(
  rows: readonly Row[],
  ...columns: readonly (keyof Row & string)[]
): readonly string[] => rows.map((row) => columns.map((column) => String(row[column])).join(' '))
