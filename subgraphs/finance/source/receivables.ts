/**
 * The statements about debtors, invoices and payments, and what was billed.
 */
import {
  aggregate,
  bucketOf,
  count,
  countDistinct,
  countIf,
  sum,
  sumIf,
  sumOrNull,
} from '#shared/aggregate.ts'
import type { Calendar, DateRange } from '#shared/calendar.ts'
import {
  allOf,
  byId,
  custom,
  dateRange,
  equals,
  filterFor,
  flag,
  inList,
  moneyRange,
  type IdFilter,
} from '#shared/filter.ts'
import { listOf } from '#shared/list.ts'
import type { Where } from '#shared/relations.ts'
import { rowsBy } from '#shared/rows.ts'
import { relations } from '../relations.ts'
import type { AggregateArgs } from './arguments.ts'
import type { Db, FinanceDatabase } from './database.ts'
import { isOpen, isOverdue } from './open-items.ts'

/** Money that we owe the customer. */
const isCredit: Where = (eb) => eb('invoice.kind', '=', 'CREDIT_NOTE')

const bills = (column: 'orderNo' | 'sku') =>
  custom<IdFilter>((eb, key) =>
    eb.exists(
      eb
        .selectFrom('invoice_line as billed')
        .select('billed.lineNo')
        .whereRef('billed.invoiceNo', '=', 'invoice.invoiceNo')
        .where((inner) => byId(`billed.${column}`)(inner, key)),
    ),
  )

/** "Overdue" depends on the business date, so the conditions are made for it. */
const invoiceConditions = (today: string) => ({
  invoiceNo: byId('invoice.invoiceNo'),
  debtorNo: byId('invoice.debtorNo'),
  kind: inList('invoice.kind'),
  status: inList('invoice.status'),
  isOpen: flag(isOpen),
  isOverdue: flag(isOverdue(today)),
  issued: dateRange('invoice.issuedOn'),
  due: dateRange('invoice.dueOn'),
  open: moneyRange('invoice.openAmount', 'invoice.currency'),
})

/** Whole invoices: those of which some line bills the order or product. */
export const invoiceFilter = (today: string) =>
  filterFor({ ...invoiceConditions(today), orderNo: bills('orderNo'), sku: bills('sku') })

/** Billed lines: of an invoice about several orders or products only the lines that are asked for. */
const lineFilter = (today: string) =>
  filterFor({
    ...invoiceConditions(today),
    orderNo: byId('invoice_line.orderNo'),
    sku: byId('invoice_line.sku'),
  })

export const invoices = (today: string) =>
  listOf<FinanceDatabase, 'invoice'>('invoice', relations.invoice, {
    filter: invoiceFilter(today),
    sorts: { ISSUED_ON: 'issuedOn', DUE_ON: 'dueOn', OPEN: 'openAmount' },
    order: { column: 'issuedOn', direction: 'DESC' },
  })

export const payments = listOf<FinanceDatabase, 'payment'>('payment', relations.payment, {
  filter: filterFor({
    id: byId('payment.id'),
    debtorNo: byId('payment.debtorNo'),
    received: dateRange('payment.receivedOn'),
    amount: moneyRange('payment.amount', 'payment.currency'),
  }),
  sorts: { RECEIVED_ON: 'receivedOn', AMOUNT: 'amount' },
  order: { column: 'receivedOn', direction: 'DESC' },
})

export const bankTransactions = listOf<FinanceDatabase, 'bank_transaction'>(
  'bank_transaction',
  relations.bank_transaction,
  {
    filter: filterFor({
      id: byId('bank_transaction.id'),
      booked: dateRange('bank_transaction.bookedOn'),
      matched: equals('bank_transaction.matched'),
      amount: moneyRange('bank_transaction.amount', 'bank_transaction.currency'),
    }),
    sorts: { BOOKED_ON: 'bookedOn', AMOUNT: 'amount' },
    order: { column: 'bookedOn', direction: 'DESC' },
  },
)

export const debtorsByNo = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'debtor', relations.debtor, 'debtorNo', nos)

export const invoicesByNo = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'invoice', relations.invoice, 'invoiceNo', nos)

export const linesOfInvoices = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'invoice_line', relations.invoice_line, 'invoiceNo', nos)

export const paymentsById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'payment', relations.payment, 'id', ids)

export const allocationsOfInvoices = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'payment_allocation', relations.payment_allocation, 'invoiceNo', nos)

export const allocationsOfPayments = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'payment_allocation', relations.payment_allocation, 'paymentId', ids)

export const bankTransactionsById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'bank_transaction', relations.bank_transaction, 'id', ids)

export const creditNotesOfCases = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'invoice', relations.invoice, 'caseNo', nos, { where: isCredit })

const invoiceColumns = Object.keys(relations.invoice.columns).map(
  (column) => `invoice.${column}` as `invoice.${keyof typeof relations.invoice.columns}`,
)

/** The invoices that bill orders, with what of each order they bill. */
export const invoicesOfOrders = (db: Db, nos: readonly string[]) =>
  db
    .selectFrom((eb) =>
      eb
        .selectFrom('invoice_line')
        .select(['invoice_line.orderNo', 'invoice_line.invoiceNo'])
        .select((inner) => inner.fn.sum<string>('invoice_line.net').as('billedNet'))
        .where('invoice_line.orderNo', 'in', nos)
        .groupBy(['invoice_line.orderNo', 'invoice_line.invoiceNo'])
        .as('billed'),
    )
    .innerJoin('invoice', 'invoice.invoiceNo', 'billed.invoiceNo')
    .select(['billed.orderNo', 'billed.billedNet', ...invoiceColumns])
    .orderBy('invoice.issuedOn')
    .orderBy('invoice.invoiceNo')
    .execute()

const notDraft: Where = (eb) => eb('invoice.status', '<>', 'DRAFT')
const hasCost: Where = (eb) => eb('invoice_line.cogs', 'is not', null)

const billedLines = (db: Db) =>
  db.selectFrom('invoice_line').innerJoin('invoice', 'invoice.invoiceNo', 'invoice_line.invoiceNo')

const revenueMeasures = {
  invoices: countDistinct('invoice_line.invoiceNo'),
  quantity: sum('invoice_line.quantity'),
  net: sum('invoice_line.net'),
  invoiced: sumIf('invoice_line.net', (eb) => eb.not(isCredit(eb))),
  credited: sumIf('invoice_line.net', isCredit),
  cogs: sumOrNull('invoice_line.cogs'),
  costedNet: sumIf('invoice_line.net', hasCost),
  uncostedLines: countIf((eb) => eb.not(hasCost(eb))),
}

/** What was billed to debtors or of products, by currency. */
export const revenueOf = (
  db: Db,
  column: 'invoice.debtorNo' | 'invoice_line.sku',
  of: readonly string[],
  range: DateRange,
  calendar: Calendar,
) =>
  aggregate({
    from: billedLines(db),
    where: allOf(
      (eb) => eb(column, 'in', of),
      notDraft,
      (eb) => dateRange('invoice.issuedOn')(eb, range),
    ),
    dimensions: { OF: [`${column} as key`] },
    groupBy: ['OF'],
    calendar,
    currency: 'invoice_line.currency',
    measures: revenueMeasures,
    first: 'ALL',
  })

export const revenueAggregates = (
  db: Db,
  { filter, ...args }: AggregateArgs<'invoices' | 'quantity' | 'net' | 'cogs'>,
  calendar: Calendar,
) =>
  aggregate<string, keyof typeof revenueMeasures>({
    ...args,
    from: billedLines(db),
    where: allOf(lineFilter(calendar.today)(filter), notDraft),
    dimensions: {
      CUSTOMER: ['invoice.debtorNo'],
      PRODUCT: ['invoice_line.sku'],
      ISSUE_PERIOD: bucketOf('invoice.issuedOn'),
    },
    calendar,
    currency: 'invoice_line.currency',
    measures: revenueMeasures,
  })

const invoiceMeasures = (calendar: Calendar) => ({
  count: count(),
  net: sum('invoice.net'),
  gross: sum('invoice.gross'),
  open: sum('invoice.openAmount'),
  overdue: sumIf('invoice.openAmount', isOverdue(calendar.today)),
})

export const invoiceAggregates = (
  db: Db,
  { filter, ...args }: AggregateArgs<'count' | 'net' | 'open' | 'overdue'>,
  calendar: Calendar,
) =>
  aggregate<string, keyof ReturnType<typeof invoiceMeasures>>({
    ...args,
    from: db.selectFrom('invoice'),
    where: invoiceFilter(calendar.today)(filter),
    dimensions: {
      CUSTOMER: ['invoice.debtorNo'],
      KIND: ['invoice.kind'],
      STATUS: ['invoice.status'],
      ISSUE_PERIOD: bucketOf('invoice.issuedOn'),
    },
    calendar,
    currency: 'invoice.currency',
    measures: invoiceMeasures(calendar),
  })
