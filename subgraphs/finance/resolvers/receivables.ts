/**
 * Invoices, payments, what is billed to customers, of orders and products.
 */
import { daysBetween } from '#shared/calendar.ts'
import { Big } from '#shared/decimal.ts'
import { cappedList, moneyField, quantityField, stub } from '#shared/fields.ts'
import type { ListArgs } from '#shared/list.ts'
import { money } from '#shared/money.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import { billingOf } from '../rules.ts'
import * as source from '../source.ts'
import type { AggregateArgs, Row } from '../source.ts'
import type { CustomerReference, Finance, Ranged } from './context.ts'

type Invoice = Row<'invoice'>
type Payment = Row<'payment'>

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

/** Worked out where it is asked for: what finance does not have is missing there alone. */
const revenueSummary = (row: RevenueRow) => ({
  currency: row.currency,
  invoiced: () => moneyField('invoiced')(row),
  credited: () => money(new Big(String(row.credited)).times(-1), row.currency),
  cogs: () => moneyField('cogs')(row),
  margin: () => marginOf(row),
})

const isOwed = (status: string, openAmount: string): boolean =>
  status !== 'DRAFT' && status !== 'WRITTEN_OFF' && !new Big(openAmount).eq(0)

const invoiceOf = ({ invoiceNo }: { invoiceNo: string }, _: object, { loaders }: Finance) =>
  loaders.invoiceByNo.load(invoiceNo)

export const receivableResolvers: Resolvers = {
  InvoiceMeasure: { COUNT: 'count', NET: 'net', OPEN: 'open', OVERDUE: 'overdue' },
  RevenueMeasure: { INVOICES: 'invoices', QUANTITY: 'quantity', NET: 'net', COGS: 'cogs' },
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
      args: AggregateArgs<'invoices' | 'quantity' | 'net' | 'cogs'>,
      { databases: { finance }, calendar }: Finance,
    ) => source.revenueAggregates(finance, args, calendar),
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
    invoices: ({ debtorNo }: CustomerReference, args: ListArgs, { loaders }: Finance) =>
      loaders.invoicesOfDebtor(args).load(debtorNo),
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
}
