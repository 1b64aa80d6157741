/**
 * What finance knows beyond its rows: the age of open items, a credit decision, how far an order is
 * billed. Pure: no database, no clock.
 */
import { daysBetween } from '#shared/calendar.ts'
import { Big } from '#shared/decimal.ts'
import { moneyOf, sumMoney, type Money } from '#shared/money.ts'

export interface OpenItem {
  readonly dueOn: string
  /** What was open. */
  readonly open: Big
  readonly currency: string
}

const ageNames = ['current', 'days1To30', 'days31To60', 'days61To90', 'over90Days'] as const
type AgeName = (typeof ageNames)[number]

export type Ageing = { readonly [Name in AgeName | 'total']: Money } & {
  readonly currency: string
  readonly asOf: string
}

/** Open items by how long they are overdue on a day, one row per currency. */
export function ageing(items: readonly OpenItem[], asOf: string): readonly Ageing[] {
  const byCurrency = Map.groupBy(
    items.filter(({ open }) => !open.eq(0)),
    ({ currency }) => currency,
  )
  return [...byCurrency].toSorted(byKey).map(([currency, ofCurrency]) => {
    const byAge = Map.groupBy(ofCurrency, ({ dueOn }) => ageOf(daysBetween(dueOn, asOf)))
    const total = (of: readonly OpenItem[]) =>
      moneyOf(
        of.reduce((sum, { open }) => sum.plus(open), new Big(0)),
        currency,
      )
    return {
      currency,
      asOf,
      current: total(byAge.get('current') ?? []),
      days1To30: total(byAge.get('days1To30') ?? []),
      days31To60: total(byAge.get('days31To60') ?? []),
      days61To90: total(byAge.get('days61To90') ?? []),
      over90Days: total(byAge.get('over90Days') ?? []),
      total: total(ofCurrency),
    }
  })
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1)

function ageOf(daysOverdue: number): AgeName {
  if (daysOverdue <= 0) return 'current'
  if (daysOverdue <= 30) return 'days1To30'
  if (daysOverdue <= 60) return 'days31To60'
  return daysOverdue <= 90 ? 'days61To90' : 'over90Days'
}

export interface CreditStanding {
  /** Null: nobody decided. */
  readonly limit: Money | null
  readonly onHold: boolean
  readonly receivables: readonly Money[]
  readonly overdue: readonly Money[]
  /** Null: the ERP did not say. */
  readonly openOrders: readonly Money[] | null
}

/** What is left of the limit, in its currency; null without a limit or without the open orders. */
export function availableCredit({ limit, receivables, openOrders }: CreditStanding): Money | null {
  if (limit === null || openOrders === null) return null
  const used = sumMoney([...receivables, ...openOrders]).find(
    ({ currency }) => currency === limit.currency,
  )
  return moneyOf(new Big(limit.amount).minus(used?.amount ?? '0'), limit.currency)
}

export interface CreditDecision {
  readonly outcome: 'APPROVE' | 'REVIEW' | 'HOLD'
  readonly available: Money | null
  readonly shortfall: Money | null
  readonly reasons: readonly string[]
}

/** Whether an order may be taken: HOLD on a hold, REVIEW on any doubt, else APPROVE. */
export function creditDecision(standing: CreditStanding, order: Money): CreditDecision {
  const { limit, onHold, receivables, overdue, openOrders } = standing
  const available = availableCredit(standing)
  const isOther = ({ amount, currency }: Money) =>
    currency !== limit?.currency && Number(amount) !== 0
  const shortfall =
    available !== null && order.currency === available.currency
      ? new Big(order.amount).minus(available.amount)
      : null
  const reasons = [
    ...(onHold ? ['ON_HOLD'] : []),
    ...(limit === null ? ['NO_LIMIT'] : []),
    ...(openOrders === null ? ['OPEN_ORDERS_UNKNOWN'] : []),
    ...(limit !== null && [order, ...receivables, ...(openOrders ?? [])].some(isOther)
      ? ['OTHER_CURRENCY']
      : []),
    ...(shortfall?.gt(0) ? ['LIMIT_EXCEEDED'] : []),
    ...(overdue.some(({ amount }) => new Big(amount).gt(0)) ? ['OVERDUE'] : []),
  ]
  return {
    outcome: onHold ? 'HOLD' : reasons.length > 0 ? 'REVIEW' : 'APPROVE',
    available,
    shortfall: shortfall?.gt(0) ? moneyOf(shortfall, order.currency) : null,
    reasons,
  }
}

export interface BillingInvoice {
  readonly kind: string
  readonly status: string
  readonly gross: string
  readonly openAmount: string
  readonly currency: string
  /** What of the order it bills. */
  readonly billedNet: string
}

/**
 * How far an order is billed, null when no invoice bills it. A credit note is money that we owe: it
 * makes no bill paid, neither when it is settled nor when its amount is taken off a bill.
 */
export function billingOf(invoices: readonly BillingInvoice[]) {
  const [first] = invoices
  if (first === undefined) return null
  const total = (of: (invoice: BillingInvoice) => Big) =>
    sumMoney(invoices.map((invoice) => moneyOf(of(invoice), invoice.currency)))
  const single = (sums: readonly Money[]) => (sums.length === 1 ? (sums[0] ?? null) : null)
  const bills = invoices.filter(({ kind }) => kind !== 'CREDIT_NOTE')
  const isOpen = ({ openAmount }: BillingInvoice) => !new Big(openAmount).eq(0)
  const paid = total(({ gross, openAmount }) => new Big(gross).minus(openAmount))
  return {
    invoiced: single(total(({ billedNet }) => new Big(billedNet))),
    paid: single(paid),
    open: single(total(({ openAmount }) => new Big(openAmount))),
    state: invoices.some(({ status }) => status === 'WRITTEN_OFF')
      ? 'WRITTEN_OFF'
      : !(bills.length > 0 ? bills : invoices).some(isOpen)
        ? 'PAID'
        : paid.some(({ amount }) => new Big(amount).gt(0))
          ? 'PARTIALLY_PAID'
          : 'BILLED',
  }
}
