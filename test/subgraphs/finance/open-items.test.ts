/** Receivables as they stood on a day, grouped: against plain SQL, and against each customer's ageing. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, it } from 'node:test'
import { addDays } from '#shared/calendar.ts'
import { subgraph } from '../../../subgraphs/finance/subgraph.ts'
import { anyone, asker, subgraphFixture } from '../../support/subgraph-fixture.ts'
import { scaled } from './ledger-rows.ts'

const debtors = ['D1', 'D2', 'D3']
const statuses = ['ISSUED', 'PAID', 'PARTIALLY_PAID', 'DISPUTED', 'DRAFT', 'WRITTEN_OFF']

/** In minor units far above 2^53; every fifth is a credit note. */
const invoices = Array.from({ length: 60 }, (_, at) => {
  const issuedOn = addDays('2026-01-05', at * 3)
  const status = statuses[at % 6]
  const gross = `${at % 5 === 4 ? '-' : ''}90071992547${at + 10}.5`
  return {
    invoiceNo: `I${String(at).padStart(2, '0')}`,
    kind: at % 5 === 4 ? 'CREDIT_NOTE' : 'INVOICE',
    status,
    debtorNo: debtors[at % 3],
    issuedOn,
    dueOn: addDays(issuedOn, 10 + (at % 4) * 10),
    net: gross,
    tax: '0',
    gross,
    openAmount: status === 'PAID' ? '0' : status === 'PARTIALLY_PAID' ? '1' : gross,
    currency: at % 7 === 0 ? 'USD' : 'TWD',
  }
})

/** Those that are paid were paid in two parts, ten days apart; the others in part never. */
const payments = invoices.flatMap(
  ({ invoiceNo, gross, openAmount, issuedOn, currency, debtorNo }) => {
    if (openAmount === gross) return []
    const paid = scaled(gross) - scaled(openAmount)
    const text = (scaledAmount: bigint) => {
      const digits = String(scaledAmount < 0n ? -scaledAmount : scaledAmount).padStart(5, '0')
      return `${scaledAmount < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`
    }
    return [paid / 3n, paid - paid / 3n].map((amount, part) => ({
      id: `P${invoiceNo}-${part}`,
      invoiceNo,
      debtorNo,
      on: addDays(issuedOn, 15 + part * 10),
      amount: text(amount),
      currency,
    }))
  },
)

const fixture = subgraphFixture(
  subgraph,
  {
    finance: {
      debtor: debtors.map((debtorNo) => ({
        debtorNo,
        name: debtorNo,
        currency: 'TWD',
        creditHold: false,
      })),
      invoice: invoices,
      payment: payments.map(({ id, debtorNo, on, amount, currency }) => ({
        id,
        debtorNo,
        receivedOn: on,
        amount,
        currency,
      })),
      payment_allocation: payments.map(({ id, invoiceNo, on, amount, currency }) => ({
        paymentId: id,
        invoiceNo,
        allocatedOn: on,
        amount,
        currency,
      })),
    },
  },
  { asOf: '2026-07-31' },
)
const file = new DatabaseSync(join(fixture.data, 'finance.sqlite'), { readOnly: true })
after(() => {
  file.close()
  fixture[Symbol.dispose]()
})
const ask = asker(fixture)

/** What was owed on a day, worked out from the payments joined to the invoices. */
const expected = (day: string, columns: string, where = 'true') => {
  const statement = file.prepare(`
    WITH item AS (
      SELECT i.invoiceNo, i.debtorNo, i.currency, i.dueOn, i.gross - coalesce(sum(a.amount), 0) AS open,
             CAST(julianday(:day) - julianday(i.dueOn) AS INTEGER) AS late
        FROM invoice i LEFT JOIN payment_allocation a ON a.invoiceNo = i.invoiceNo AND a.allocatedOn <= :day
       WHERE i.issuedOn <= :day AND i.status NOT IN ('DRAFT', 'WRITTEN_OFF')
       GROUP BY i.invoiceNo HAVING open <> 0)
    SELECT ${columns}, currency, sum(open), sum(CASE WHEN late > 0 THEN open ELSE 0 END), count(*)
      FROM item WHERE ${where} GROUP BY ${columns}, currency ORDER BY ${columns}, currency`)
  statement.setReadBigInts(true)
  return statement.all({ ':day': day }).map((row) => Object.values(row))
}

const bucket = `CASE WHEN late <= 0 THEN 'CURRENT' WHEN late <= 30 THEN 'DAYS_1_TO_30' WHEN late <= 60 THEN 'DAYS_31_TO_60'
  WHEN late <= 90 THEN 'DAYS_61_TO_90' ELSE 'OVER_90_DAYS' END`

interface Row {
  readonly customer: { readonly debtorNo: string } | null
  readonly bucket: string | null
  readonly currency: string
  readonly open: { readonly amount: string }
  readonly overdue: { readonly amount: string }
  readonly invoices: number
}

const sums = 'currency open { amount } overdue { amount } invoices'
const numbers = ({ currency, open, overdue, invoices: count }: Row) => [
  currency,
  scaled(open.amount),
  scaled(overdue.amount),
  BigInt(count),
]

describe('receivables as they stood on a day', () => {
  for (const day of [
    '2026-01-04',
    '2026-02-10',
    '2026-03-31',
    '2026-05-20',
    '2026-06-30',
    '2026-12-31',
  ]) {
    it(`${day}, by customer and by age, in one statement each`, async () => {
      const { byCustomer, byAge } = await ask(
        `query ($day: Date) {
           byCustomer: receivableAggregates(asOf: $day, groupBy: [CUSTOMER]) { truncated rows { asOf customer { debtorNo } ${sums} } }
           byAge: receivableAggregates(asOf: $day, groupBy: [BUCKET]) { rows { bucket ${sums} } } }`,
        { day },
      )
      assert.deepEqual(
        byCustomer.rows.map((row: Row) => [row.customer?.debtorNo, ...numbers(row)]),
        expected(day, 'debtorNo'),
      )
      assert.deepEqual(
        byAge.rows.map((row: Row) => [row.bucket, ...numbers(row)]),
        expected(day, bucket),
      )
      assert.ok(byCustomer.rows.every(({ asOf }: { asOf: string }) => asOf === day))
      assert.equal(byCustomer.truncated, false)
      assert.equal(fixture.statements.length, 2)
    })
  }

  it('are filtered by customer and by what was overdue then', async () => {
    for (const [filter, where] of [
      ['isOverdue: true', 'late > 0'],
      ['isOverdue: false', 'late <= 0'],
      ['debtorNo: {in: ["D1", "D3"]}, isOverdue: true', "debtorNo <> 'D2' AND late > 0"],
      ['or: [{debtorNo: {eq: "D2"}}, {not: {isOverdue: true}}]', "(debtorNo = 'D2' OR late <= 0)"],
    ] as const) {
      const { receivableAggregates } = await ask(
        `{ receivableAggregates(asOf: "2026-04-15", filter: {${filter}}, groupBy: [CUSTOMER]) { rows { customer { debtorNo } ${sums} } } }`,
      )
      assert.ok(receivableAggregates.rows.length > 0, filter)
      assert.deepEqual(
        receivableAggregates.rows.map((row: Row) => [row.customer?.debtorNo, ...numbers(row)]),
        expected('2026-04-15', 'debtorNo', where),
        filter,
      )
    }
  })

  it('agree with the ageing of each customer, and today with what finance keeps', async () => {
    const { day, today, now, _entities } = await ask(
      `query ($of: [_Any!]!) {
         day: receivableAggregates(asOf: "2026-04-15", groupBy: [CUSTOMER]) { ...sums }
         today: receivableAggregates(asOf: "2026-07-31", groupBy: [CUSTOMER, BUCKET]) { ...sums }
         now: receivableAggregates(groupBy: [CUSTOMER, BUCKET]) { ...sums }
         _entities(representations: $of) { ... on Customer { debtorNo ageing(asOf: "2026-04-15") { currency total { amount } } } } }
       fragment sums on ReceivableAggregates { rows { asOf bucket customer { debtorNo } ${sums} } }`,
      { of: debtors.map((debtorNo) => ({ __typename: 'Customer', debtorNo })) },
    )
    type Aged = {
      debtorNo: string
      ageing: readonly { currency: string; total: { amount: string } }[]
    }
    assert.deepEqual(
      _entities.flatMap(({ debtorNo, ageing }: Aged) =>
        ageing.map(({ currency, total }) => [debtorNo, currency, total.amount]),
      ),
      day.rows.map((row: Row) => [row.customer?.debtorNo, row.currency, row.open.amount]),
    )
    assert.ok(now.rows.length > 5)
    assert.equal(now.rows[0].asOf, '2026-07-31')
    assert.deepEqual(now, today)
  })

  it('of others are not shown to a partner, nor what others paid', async () => {
    const { receivableAggregates } = await ask(
      `{ receivableAggregates(asOf: "2026-04-15", groupBy: [CUSTOMER]) { rows { customer { debtorNo } ${sums} } } }`,
      {},
      { ...anyone, rows: { rule: 'own_customers', parameters: { debtorNo: ['D2'] } } },
    )
    assert.deepEqual(
      receivableAggregates.rows.map((row: Row) => [row.customer?.debtorNo, ...numbers(row)]),
      expected('2026-04-15', 'debtorNo', "debtorNo = 'D2'"),
    )
  })
})
