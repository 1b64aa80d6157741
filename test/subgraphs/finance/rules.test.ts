/** Finance's pure rules: the age of open items and the credit decision. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Big } from '#shared/decimal.ts'
import {
  ageing,
  billingOf,
  creditDecision,
  type BillingInvoice,
  type CreditStanding,
} from '../../../subgraphs/finance/rules.ts'

const twd = (amount: string) => ({ amount, currency: 'TWD' })

const sound: CreditStanding = {
  limit: twd('1000.00'),
  onHold: false,
  receivables: [twd('300.00')],
  overdue: [],
  openOrders: [twd('200.00')],
}

describe('ageing', () => {
  it('puts an item due today under current, and each later one by its days', () => {
    const item = (dueOn: string, open: string) => ({ dueOn, open: new Big(open), currency: 'TWD' })
    const [row] = ageing(
      [
        item('2026-06-30', '1'),
        item('2026-06-29', '2'),
        item('2026-05-31', '4'),
        item('2026-05-30', '8'),
        item('2026-05-01', '16'),
        item('2026-04-30', '32'),
        item('2026-04-01', '64'),
        item('2026-03-31', '128'),
      ],
      '2026-06-30',
    )
    assert.equal(row?.current.amount, '1.00')
    assert.equal(row.days1To30.amount, '6.00')
    assert.equal(row.days31To60.amount, '24.00')
    assert.equal(row.days61To90.amount, '96.00')
    assert.equal(row.over90Days.amount, '128.00')
    assert.equal(row.total.amount, '255.00')
  })
})

describe('the credit decision', () => {
  const cases: readonly [string, Partial<CreditStanding>, string, string, readonly string[]][] = [
    ['an order up to the limit is taken', {}, '500', 'APPROVE', []],
    ['one above it is reviewed', {}, '500.01', 'REVIEW', ['LIMIT_EXCEEDED']],
    ['no limit means review, never approval', { limit: null }, '1', 'REVIEW', ['NO_LIMIT']],
    ['a hold wins', { onHold: true }, '1', 'HOLD', ['ON_HOLD']],
    [
      'unknown open orders are a doubt',
      { openOrders: null },
      '1',
      'REVIEW',
      ['OPEN_ORDERS_UNKNOWN'],
    ],
    ['something overdue is a doubt', { overdue: [twd('0.01')] }, '1', 'REVIEW', ['OVERDUE']],
    [
      'another currency is never converted',
      { receivables: [{ amount: '5', currency: 'USD' }] },
      '1',
      'REVIEW',
      ['OTHER_CURRENCY'],
    ],
  ]
  for (const [name, change, value, outcome, reasons] of cases) {
    it(name, () => {
      const decision = creditDecision({ ...sound, ...change }, twd(value))
      assert.equal(decision.outcome, outcome)
      assert.deepEqual(decision.reasons, reasons)
    })
  }

  it('says what is missing', () => {
    const { available, shortfall } = creditDecision(sound, twd('700.50'))
    assert.deepEqual(available, twd('500.00'))
    assert.deepEqual(shortfall, twd('200.50'))
  })
})

describe('how far an order is billed', () => {
  const bill = (gross: string, openAmount: string, more: Partial<BillingInvoice> = {}) => ({
    kind: 'INVOICE',
    status: 'ISSUED',
    gross,
    openAmount,
    currency: 'TWD',
    billedNet: gross,
    ...more,
  })
  const credit = (gross: string, openAmount: string) =>
    bill(gross, openAmount, { kind: 'CREDIT_NOTE' })

  const cases: readonly [what: string, invoices: readonly BillingInvoice[], state: string][] = [
    ['nothing paid', [bill('100', '100')], 'BILLED'],
    ['one of two bills paid', [bill('100', '0'), bill('50', '50')], 'PARTIALLY_PAID'],
    ['part of the only bill paid', [bill('100', '40')], 'PARTIALLY_PAID'],
    ['all paid', [bill('100', '0'), bill('50', '0')], 'PAID'],
    [
      'nothing paid, and a credit note settled elsewhere',
      [bill('100', '100'), credit('-20', '0')],
      'BILLED',
    ],
    [
      'nothing paid, and a credit note taken off the bill',
      [bill('100', '80'), credit('-20', '0')],
      'BILLED',
    ],
    ['part paid beside a credit note', [bill('100', '40'), credit('-20', '0')], 'PARTIALLY_PAID'],
    [
      'all paid, and a credit note that we still owe',
      [bill('100', '0'), credit('-20', '-20')],
      'PAID',
    ],
    ['a credit note alone, still owed', [credit('-20', '-20')], 'BILLED'],
    [
      'a payment in one of two currencies',
      [bill('100', '100'), bill('9', '0', { currency: 'USD' })],
      'PARTIALLY_PAID',
    ],
    [
      'a bill written off',
      [bill('100', '0'), bill('50', '50', { status: 'WRITTEN_OFF' })],
      'WRITTEN_OFF',
    ],
  ]
  for (const [what, invoices, state] of cases) {
    it(`${what}: ${state}`, () => assert.equal(billingOf(invoices)?.state, state))
  }

  it('is nothing without an invoice', () => assert.equal(billingOf([]), null))
})
