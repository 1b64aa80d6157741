/**
 * Customers' credit and receivables, invoices, payments, what is billed of orders and products.
 */
import { daysBetween } from '#shared/calendar.ts'
import { Big } from '#shared/decimal.ts'
import { cappedList, moneyField, quantityField, stub } from '#shared/fields.ts'
import type { ListArgs } from '#shared/list.ts'
import { money, type Money } from '#shared/money.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import {
  ageing,
  availableCredit,
  billingOf,
  creditDecision,
  type CreditStanding,
} from '../rules.ts'
import * as source from '../source.ts'
import type { AggregateArgs, Row } from '../source.ts'
import type { Finance, Ranged } from './context.ts'

type Invoice = Row<'invoice'>
type Payment = Row<'payment'>

/** A customer as the gateway hands it over. */
interface CustomerReference {
  readonly debtorNo: string
  readonly openOrderValue?: readonly Money[] | null
}

const debtorOf = ({ debtorNo }: CustomerReference, { loaders }: Finance) =>
  loaders.debtorByNo.load(debtorNo)

/** A sum of each currency of what a customer owes; null when finance does not know the customer. */
const owed =
  (measure: 'open' | 'overdue') =>
  async (customer: CustomerReference, _: object, finance: Finance) => {
    if ((await debtorOf(customer, finance)) === null) return null
    const items = await finance.loaders.openItems.load(customer.debtorNo)
    return items.map(moneyField(measure)).filter((sum) => sum !== null)
  }

async function standingOf(
  customer: CustomerReference,
  finance: Finance,
): Promise<CreditStanding | null> {
  const debtor = await debtorOf(customer, finance)
  if (debtor === null) return null
  const items = await finance.loaders.openItems.load(customer.debtorNo)
  const sums = (measure: string) => items.map(moneyField(measure)).filter((sum) => sum !== null)
  return {
    limit: money(debtor.creditLimit, debtor.currency),
    onHold: debtor.creditHold,
    receivables: sums('open'),
    overdue: sums('overdue'),
    openOrders: customer.openOrderValue ?? null,
  }
}

type RevenueRow = Awaited<ReturnType<typeof source.revenueOf>>['rows'][number]

const marginOf = ({
  costedNet,
  cogs,
  currency,
}: {
  costedNet: unknown
  cogs: unknown
  currency: string | null
}) => (typeof cogs === 'string' ? money(new Big(String(costedNet)).minus(cogs), currency) : null)

const revenueSummary = (row: RevenueRow) => ({
  currency: row.currency,
  invoiced: moneyField('invoiced')(row),
  credited: money(new Big(String(row.credited)).times(-1), row.currency),
  cogs: moneyField('cogs')(row),
  margin: marginOf(row),
})

const isOwed = (status: string, openAmount: string): boolean =>
  status !== 'DRAFT' && status !== 'WRITTEN_OFF' && !new Big(openAmount).eq(0)

const invoiceOf = ({ invoiceNo }: { invoiceNo: string }, _: object, { loaders }: Finance) =>
  loaders.invoiceByNo.load(invoiceNo)

export const receivableResolvers: Resolvers = {
  InvoiceMeasure: { COUNT: 'count', NET: 'net', OPEN: 'open', OVERDUE: 'overdue' },
  RevenueMeasure: { INVOICES: 'invoices', QUANTITY: 'quantity', NET: 'net' },
  ReceivableMeasure: { OPEN: 'open', OVERDUE: 'overdue', INVOICES: 'invoices' },
  Query: {
    invoice: (_: unknown, { invoiceNo }: { invoiceNo: string }, { loaders }: Finance) =>
      loaders.invoiceByNo.load(invoiceNo),
    invoices: (_: unknown, args: ListArgs, { databases: { finance }, calendar }: Finance) =>
      source.invoices(calendar.today).page(finance, args),
    invoiceAggregates: (
      _: unknown,
      args: AggregateArgs<'count' | 'net' | 'open' | 'overdue'>,
      { databases: { finance }, calendar }: Finance,
    ) => source.invoiceAggregates(finance, args, calendar),
    revenueAggregates: (
      _: unknown,
      args: AggregateArgs<'invoices' | 'quantity' | 'net'>,
      { databases: { finance }, calendar }: Finance,
    ) => source.revenueAggregates(finance, args, calendar),
    receivableAggregates: (
      _: unknown,
      args: AggregateArgs<'open' | 'overdue' | 'invoices'>,
      { databases: { finance }, calendar }: Finance,
    ) => source.receivableAggregates(finance, args, calendar),
    payment: (_: unknown, { id }: { id: string }, { loaders }: Finance) =>
      loaders.paymentById.load(id),
    payments: (_: unknown, args: ListArgs, { databases: { finance } }: Finance) =>
      source.payments.page(finance, args),
    bankTransaction: (_: unknown, { id }: { id: string }, { loaders }: Finance) =>
      loaders.bankTransactionById.load(id),
    bankTransactions: (_: unknown, args: ListArgs, { databases: { finance } }: Finance) =>
      source.bankTransactions.page(finance, args),
  },
  Customer: {
    creditLimit: async (customer: CustomerReference, _: object, finance: Finance) => {
      const debtor = await debtorOf(customer, finance)
      return debtor === null ? null : moneyField('creditLimit')(debtor)
    },
    creditRating: async (customer: CustomerReference, _: object, finance: Finance) =>
      (await debtorOf(customer, finance))?.creditRating ?? null,
    creditHold: async (customer: CustomerReference, _: object, finance: Finance) =>
      (await debtorOf(customer, finance))?.creditHold ?? null,
    availableCredit: async (customer: CustomerReference, _: object, finance: Finance) => {
      const standing = await standingOf(customer, finance)
      return standing === null ? null : availableCredit(standing)
    },
    creditDecision: async (
      customer: CustomerReference,
      { orderValue }: { orderValue: Money },
      finance: Finance,
    ) => {
      const standing = await standingOf(customer, finance)
      return standing === null ? null : creditDecision(standing, orderValue)
    },
    openReceivables: owed('open'),
    overdue: owed('overdue'),
    ageing: async (
      customer: CustomerReference,
      { asOf }: { asOf?: string | null },
      finance: Finance,
    ) => {
      if ((await debtorOf(customer, finance)) === null) return null
      const at = asOf ?? finance.calendar.today
      const items = await finance.loaders.openItemsAt(at).load(customer.debtorNo)
      return ageing(
        items.map(({ dueOn, gross, paid, currency }) => ({
          dueOn,
          open: new Big(gross).minus(paid ?? '0'),
          currency,
        })),
        at,
      )
    },
    invoices: ({ debtorNo }: CustomerReference, args: ListArgs, { loaders }: Finance) =>
      loaders.invoicesOfDebtor(args).load(debtorNo),
    averageDaysToPay: async (customer: CustomerReference, _: object, finance: Finance) =>
      (await debtorOf(customer, finance))?.averageDaysToPay ?? null,
    revenue: async ({ debtorNo }: CustomerReference, { range }: Ranged, { loaders }: Finance) =>
      (await loaders.revenueOfDebtor(range).load(debtorNo)).map(revenueSummary),
  },
  SalesOrder: {
    invoices: ({ orderNo }: { orderNo: string }, _: object, { loaders }: Finance) =>
      cappedList(loaders.invoicesOfOrder.load(orderNo), 100, 'SalesOrder.invoices'),
    billing: async ({ orderNo }: { orderNo: string }, _: object, { loaders }: Finance) =>
      billingOf(await loaders.invoicesOfOrder.load(orderNo)),
  },
  Invoice: {
    __resolveReference: ({ invoiceNo }: { invoiceNo: string }, { loaders }: Finance) =>
      loaders.invoiceByNo.load(invoiceNo),
    customer: stub('debtorNo'),
    net: moneyField('net'),
    tax: moneyField('tax'),
    gross: moneyField('gross'),
    open: moneyField('openAmount'),
    daysOverdue: ({ dueOn, openAmount, status }: Invoice, _: object, { calendar }: Finance) => {
      const days = daysBetween(dueOn, calendar.today)
      return isOwed(status, openAmount) && days > 0 ? days : null
    },
    lines: ({ invoiceNo }: Invoice, _: object, { loaders }: Finance) =>
      cappedList(loaders.linesOfInvoice.load(invoiceNo), 500, 'Invoice.lines'),
    salesOrders: async ({ invoiceNo }: Invoice, _: object, { loaders }: Finance) => {
      const lines = await loaders.linesOfInvoice.load(invoiceNo)
      const orderNos = new Set(lines.map((line) => line.orderNo).filter((no) => no !== null))
      return cappedList(
        [...orderNos].map((orderNo) => ({ orderNo })),
        100,
        'Invoice.salesOrders',
      )
    },
    allocations: ({ invoiceNo }: Invoice, _: object, { loaders }: Finance) =>
      cappedList(loaders.allocationsOfInvoice.load(invoiceNo), 100, 'Invoice.allocations'),
    case: stub('caseNo'),
  },
  InvoiceLine: {
    salesOrder: stub('orderNo'),
    product: stub('sku'),
    quantity: quantityField('quantity'),
    net: moneyField('net'),
    cogs: moneyField('cogs'),
  },
  Payment: {
    __resolveReference: ({ id }: { id: string }, { loaders }: Finance) =>
      loaders.paymentById.load(id),
    customer: stub('debtorNo'),
    amount: moneyField('amount'),
    bankTransaction: ({ bankTransactionId }: Payment, _: object, { loaders }: Finance) =>
      bankTransactionId === null ? null : loaders.bankTransactionById.load(bankTransactionId),
    allocations: ({ id }: Payment, _: object, { loaders }: Finance) =>
      cappedList(loaders.allocationsOfPayment.load(id), 200, 'Payment.allocations'),
  },
  PaymentAllocation: {
    invoice: invoiceOf,
    payment: ({ paymentId }: Row<'payment_allocation'>, _: object, { loaders }: Finance) =>
      loaders.paymentById.load(paymentId),
    amount: moneyField('amount'),
  },
  BankTransaction: {
    __resolveReference: ({ id }: { id: string }, { loaders }: Finance) =>
      loaders.bankTransactionById.load(id),
    amount: moneyField('amount'),
  },
  Product: {
    revenue: async ({ sku }: { sku: string }, { range }: Ranged, { loaders }: Finance) =>
      (await loaders.revenueOfProduct(range).load(sku)).map(revenueSummary),
  },
  InvoiceAggregate: {
    customer: stub('debtorNo'),
    net: moneyField('net'),
    gross: moneyField('gross'),
    open: moneyField('open'),
    overdue: moneyField('overdue'),
  },
  RevenueAggregate: {
    customer: stub('debtorNo'),
    product: stub('sku'),
    net: moneyField('net'),
    cogs: moneyField('cogs'),
    margin: marginOf,
  },
  ReceivableAggregate: {
    customer: stub('debtorNo'),
    open: moneyField('open'),
    overdue: moneyField('overdue'),
  },
}
