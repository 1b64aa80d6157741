/**
 * How finance's resolvers reach rows: one loader per access path, made for one request.
 */
import type { DateRange } from '#shared/calendar.ts'
import type { ListArgs } from '#shared/list.ts'
import { byArguments, manyByKey, oneByKey } from '#shared/loader.ts'
import type { Session } from '#shared/subgraph.ts'
import { relations } from './relations.ts'
import * as source from './source.ts'

export const databases = { finance: { relations } } as const

type FinanceSession = Session<typeof databases>

export function createLoaders(session: FinanceSession) {
  return { ...receivableLoaders(session), ...ledgerLoaders(session) }
}

export type Loaders = ReturnType<typeof createLoaders>

function receivableLoaders({ databases: { finance: db }, calendar }: FinanceSession) {
  const invoices = source.invoices(calendar.today)
  return {
    particularsOfDebtor: oneByKey(
      (nos) => source.particularsOfDebtors(db, nos),
      (row) => row.debtorNo,
    ),
    debtorByNo: oneByKey(
      (nos) => source.debtorsByNo(db, nos),
      (row) => row.debtorNo,
    ),
    openItems: manyByKey(
      async (nos) => (await source.openItems(db, nos, calendar)).rows,
      (row) => String(row['debtorNo']),
    ),
    openItemsAt: byArguments((at: string) =>
      manyByKey(
        (nos) => source.openItemsAt(db, nos, at),
        (row) => row.debtorNo,
      ),
    ),
    invoiceByNo: oneByKey(
      (nos) => source.invoicesByNo(db, nos),
      (row) => row.invoiceNo,
    ),
    invoicesOfDebtor: byArguments((args: ListArgs) => invoices.children(db, 'debtorNo', args)),
    invoicesOfOrder: manyByKey(
      (nos) => source.invoicesOfOrders(db, nos),
      (row) => row.orderNo ?? '',
    ),
    linesOfInvoice: manyByKey(
      (nos) => source.linesOfInvoices(db, nos),
      (row) => row.invoiceNo,
    ),
    paymentById: oneByKey(
      (ids) => source.paymentsById(db, ids),
      (row) => row.id,
    ),
    allocationsOfInvoice: manyByKey(
      (nos) => source.allocationsOfInvoices(db, nos),
      (row) => row.invoiceNo,
    ),
    allocationsOfPayment: manyByKey(
      (ids) => source.allocationsOfPayments(db, ids),
      (row) => row.paymentId,
    ),
    bankTransactionById: oneByKey(
      (ids) => source.bankTransactionsById(db, ids),
      (row) => row.id,
    ),
    creditNotesOfCase: manyByKey(
      (nos) => source.creditNotesOfCases(db, nos),
      (row) => row.caseNo ?? '',
    ),
    revenueOfDebtor: byArguments((range: DateRange) =>
      manyByKey(
        async (nos) => (await source.revenueOf(db, 'invoice.debtorNo', nos, range, calendar)).rows,
        (row) => String(row['key']),
      ),
    ),
    revenueOfProduct: byArguments((range: DateRange) =>
      manyByKey(
        async (skus) =>
          (await source.revenueOf(db, 'invoice_line.sku', skus, range, calendar)).rows,
        (row) => String(row['key']),
      ),
    ),
  }
}

function ledgerLoaders({ databases: { finance: db }, calendar }: FinanceSession) {
  return {
    costs: byArguments((scope: source.CostScope) =>
      manyByKey(
        async (keys) => (await source.costsOf(db, keys, scope, calendar)).rows,
        (row) => String(row['key']),
      ),
    ),
    ledgerAccountByNo: oneByKey(
      (nos) => source.ledgerAccountsByNo(db, nos),
      (row) => row.account,
    ),
    costCentre: oneByKey(
      (codes) => source.costCentresOf(db, codes),
      (row) => row.departmentCode,
    ),
    budget: byArguments((year: number) =>
      manyByKey(
        async (codes) =>
          (await source.budgetsOf(db, codes, calendar.period(String(year)), calendar)).rows,
        (row) => String(row['departmentCode']),
      ),
    ),
    statement: byArguments((period: string) =>
      oneByKey(
        (nos) => source.statementsOf(db, nos, period),
        (row) => row.employeeNo,
      ),
    ),
    commissionLines: byArguments(({ period, ...args }: ListArgs & { period: string }) =>
      source.commissionLines.children(db, 'employeeNo', args, (eb) =>
        eb('commission_line.periodKey', '=', period),
      ),
    ),
    supplierTotals: byArguments((range: DateRange | null) =>
      manyByKey(
        async (nos) => (await source.supplierTotals(db, nos, range, calendar)).rows,
        (row) => String(row['supplierNo']),
      ),
    ),
  }
}
