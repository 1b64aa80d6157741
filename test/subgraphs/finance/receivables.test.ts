/** Receivables over a real database: exact sums, ageing as of a day, and the rights of a partner. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { subgraph } from '../../../subgraphs/finance/subgraph.ts'
import { anyone, subgraphFixture } from '../../support/subgraph-fixture.ts'

const invoice = (invoiceNo: string, debtorNo: string, dueOn: string, gross: string, more = {}) => ({
  invoiceNo,
  kind: 'INVOICE',
  status: 'ISSUED',
  debtorNo,
  issuedOn: '2026-03-01',
  dueOn,
  net: gross,
  tax: '0',
  gross,
  openAmount: gross,
  currency: 'TWD',
  ...more,
})

const line = (
  invoiceNo: string,
  lineNo: number,
  sku: string | null,
  net: string,
  quantity: string,
  more = {},
) => ({ invoiceNo, lineNo, sku, net, quantity, unit: 'PCS', currency: 'TWD', ...more })

const debtor = (debtorNo: string) => ({
  debtorNo,
  name: debtorNo,
  currency: 'TWD',
  creditHold: false,
})

// In minor units far above 2^53; JPY has no places, KWD three.
const large = '90071992547409.93'
const fixture = subgraphFixture(subgraph, {
  finance: {
    debtor: [debtor('D1'), debtor('D2'), debtor('D3')],
    invoice: [
      invoice('I1', 'D1', '2026-06-30', large),
      invoice('I2', 'D1', '2026-06-01', large),
      invoice('I3', 'D1', '2026-03-31', '100', { openAmount: '0', status: 'PAID' }),
      invoice('I4', 'D1', '2026-06-01', '1001', { currency: 'JPY' }),
      invoice('I5', 'D2', '2026-06-01', '0.125', { currency: 'KWD' }),
      invoice('C1', 'D3', '2026-06-01', '-200', {
        kind: 'CREDIT_NOTE',
        status: 'PAID',
        openAmount: '0',
        currency: 'JPY',
        caseNo: 'CS-1',
      }),
      // A repair that was billed for the same case is no credit note.
      invoice('R1', 'D3', '2026-07-30', '50', { caseNo: 'CS-1' }),
    ],
    payment: [
      { id: 'P1', debtorNo: 'D1', receivedOn: '2026-06-20', amount: '100', currency: 'TWD' },
    ],
    payment_allocation: [
      {
        paymentId: 'P1',
        invoiceNo: 'I3',
        allocatedOn: '2026-06-20',
        amount: '100',
        currency: 'TWD',
      },
    ],
    invoice_line: [
      line('I4', 1, 'PUMP', '700', '2', { currency: 'JPY', orderNo: 'SO-1' }),
      line('I4', 2, 'SEAL', '301', '5', { currency: 'JPY', orderNo: 'SO-2' }),
      line('C1', 1, 'PUMP', '-200', '-1', { currency: 'JPY', orderNo: 'SO-1' }),
      line('R1', 1, null, '50', '1'),
    ],
  },
})
after(() => fixture[Symbol.dispose]())

const customers = `query ($asOf: Date) {
  _entities(representations: [
    { __typename: "Customer", debtorNo: "D1" } { __typename: "Customer", debtorNo: "D2" } { __typename: "Customer", debtorNo: "D9" }
  ]) { ... on Customer {
    openReceivables { amount currency }
    overdue { amount currency }
    ageing(asOf: $asOf) { currency current { amount } days1To30 { amount } days61To90 { amount } total { amount } }
  } } }`

const answerOf = async (...args: Parameters<typeof fixture.run>) => {
  const { data, errors } = await fixture.run(...args)
  assert.equal(errors, undefined)
  return JSON.parse(JSON.stringify(data)) // without graphql's null prototypes
}

describe('receivables', () => {
  it('are summed exactly, by currency with its places, in three statements for all customers', async () => {
    const { _entities: answer } = await answerOf(customers)
    assert.deepEqual(answer[0].openReceivables, [
      { amount: '1001', currency: 'JPY' },
      { amount: '180143985094819.86', currency: 'TWD' },
    ])
    assert.deepEqual(answer[0].overdue, [
      { amount: '1001', currency: 'JPY' },
      { amount: large, currency: 'TWD' },
    ])
    assert.deepEqual(answer[1].openReceivables, [{ amount: '0.125', currency: 'KWD' }])
    assert.deepEqual(answer[2], { openReceivables: null, overdue: null, ageing: null })
    assert.equal(fixture.statements.length, 3)
  })

  it('age as they were at the end of a day, by the payments until then', async () => {
    const { _entities: before } = await answerOf(customers, { asOf: '2026-06-19' })
    const row = before[0].ageing.find(({ currency }: { currency: string }) => currency === 'TWD')
    assert.equal(row.days61To90.amount, '100.00')
    const { _entities: on } = await answerOf(customers, { asOf: '2026-06-20' })
    const later = on[0].ageing.find(({ currency }: { currency: string }) => currency === 'TWD')
    assert.equal(later.days61To90.amount, '0.00')
    assert.equal(later.total.amount, '180143985094819.86')
  })

  it('of others are not shown to a partner, in keys, lists, counts and sums', async () => {
    const partner = {
      ...anyone,
      rows: { rule: 'own_customers' as const, parameters: { debtorNo: ['D2'] } },
    }
    const answer = await answerOf(
      `{ own: invoice(invoiceNo: "I5") { invoiceNo } other: invoice(invoiceNo: "I1") { invoiceNo }
         invoices { totalCount nodes { invoiceNo } } payments { totalCount }
         invoiceAggregates(groupBy: [CUSTOMER]) { rows { customer { debtorNo } count currency } } }`,
      {},
      partner,
    )
    assert.deepEqual(answer, {
      own: { invoiceNo: 'I5' },
      other: null,
      invoices: { totalCount: 1, nodes: [{ invoiceNo: 'I5' }] },
      payments: { totalCount: 0 },
      invoiceAggregates: { rows: [{ customer: { debtorNo: 'D2' }, count: 1, currency: 'KWD' }] },
    })
  })
})

describe('revenue', () => {
  const revenue = async (filter: string) => {
    const { revenueAggregates } = await answerOf(
      `{ revenueAggregates(filter: ${filter}, groupBy: []) { rows { currency invoices quantity net { amount } } } }`,
    )
    return revenueAggregates.rows.map(
      (row: { currency: string; invoices: number; quantity: string; net: { amount: string } }) =>
        `${row.currency} ${row.invoices} ${row.quantity} ${row.net.amount}`,
    )
  }

  it('of a product is that of its lines, not of the invoices they stand on', async () => {
    assert.deepEqual(await revenue('{ sku: { eq: "PUMP" } }'), ['JPY 2 1 500'])
    assert.deepEqual(await revenue('{ sku: { eq: "SEAL" } }'), ['JPY 1 5 301'])
    assert.deepEqual(await revenue('{ sku: { in: ["PUMP", "SEAL"] } }'), ['JPY 2 6 801'])
  })

  it('of an order, and of everything but a product, is that of the lines as well', async () => {
    assert.deepEqual(await revenue('{ orderNo: { eq: "SO-1" }, kind: [INVOICE] }'), ['JPY 1 2 700'])
    assert.deepEqual(await revenue('{ not: { sku: { eq: "PUMP" } } }'), [
      'JPY 1 5 301',
      'TWD 1 1 50.00',
    ])
  })

  it('invoices are still chosen whole by what they bill', async () => {
    const { invoices, invoiceAggregates } = await answerOf(
      `{ invoices(filter: { sku: { eq: "SEAL" } }) { nodes { invoiceNo } }
         invoiceAggregates(filter: { sku: { eq: "SEAL" } }, groupBy: []) { rows { net { amount } } } }`,
    )
    assert.deepEqual(invoices.nodes, [{ invoiceNo: 'I4' }])
    assert.deepEqual(invoiceAggregates.rows, [{ net: { amount: '1001' } }])
  })
})

describe('the credit notes of a case', () => {
  it('are credit notes, and no bill that is for the case', async () => {
    const { _entities } = await answerOf(
      `{ _entities(representations: [{ __typename: "Case", caseNo: "CS-1" } { __typename: "Case", caseNo: "CS-2" }]) {
          ... on Case { creditNotes { invoiceNo kind } } } }`,
    )
    assert.deepEqual(_entities, [
      { creditNotes: [{ invoiceNo: 'C1', kind: 'CREDIT_NOTE' }] },
      { creditNotes: [] },
    ])
  })
})
