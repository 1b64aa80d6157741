/**
 * What things and people cost, commission, suppliers, exchange rates.
 */
import { Big } from '#shared/decimal.ts'
import { moneyField, stub } from '#shared/fields.ts'
import type { ListArgs } from '#shared/list.ts'
import { money, type Money } from '#shared/money.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import * as source from '../source.ts'
import type { AggregateArgs, CostScope, Row } from '../source.ts'
import { withDays, type Finance, type Ranged } from './context.ts'

type Statement = Row<'commission_statement'>

interface OptionalRange {
  readonly range?: Ranged['range'] | null
}

/** Debits less credits, or the opposite for revenue. */
const balance = (
  { debit, credit, currency }: { debit: unknown; credit: unknown; currency: string | null },
  sign: 1 | -1 = 1,
): Money | null => money(new Big(String(debit)).minus(String(credit)).times(sign), currency)

/** What was posted for the entity whose key stands in `key`, one sum per currency. */
const cost =
  (key: string, { column, category }: Omit<CostScope, 'range'>, sign: 1 | -1 = 1) =>
  async (
    entity: Readonly<Record<string, string>>,
    { range }: OptionalRange,
    { loaders }: Finance,
  ) => {
    const rows = await loaders
      .costs({ column, category, range: range ?? null })
      .load(entity[key] ?? '')
    return rows.map((row) => balance(row, sign))
  }

const supplierSum =
  (measure: 'gross' | 'open') =>
  async ({ supplierNo }: { supplierNo: string }, { range }: OptionalRange, { loaders }: Finance) =>
    (await loaders.supplierTotals(range ?? null).load(supplierNo)).map(moneyField(measure))

export const ledgerResolvers: Resolvers = {
  LedgerMeasure: { COUNT: 'count', DEBIT: 'debit', CREDIT: 'credit' },
  Query: {
    ledgerAggregates: (
      _: unknown,
      args: AggregateArgs<'count' | 'debit' | 'credit'>,
      { databases: { finance }, calendar }: Finance,
    ) => source.ledgerAggregates(finance, withDays(args), calendar),
    fiscalPeriods: (_: unknown, { year }: { year: number }, { calendar }: Finance) => {
      const { start } = calendar.period(String(year))
      return Array.from({ length: 12 }, (__, month) => {
        const first = new Date(`${start}T00:00:00Z`)
        first.setUTCMonth(first.getUTCMonth() + month)
        return calendar.periodOf('MONTH', first.toISOString().slice(0, 10))
      })
    },
    exchangeRate: async (
      _: unknown,
      args: { from: string; to: string; at?: string | null; kind: Row<'exchange_rate'>['kind'] },
      { databases: { finance }, calendar }: Finance,
    ) => {
      const [found] = await source.exchangeRate(finance, { ...args, at: args.at ?? calendar.today })
      return found?.rate ?? null
    },
  },
  Product: {
    warrantyCost: cost('sku', { column: 'sku', category: 'WARRANTY' }),
  },
  Campaign: {
    spend: async (
      { costObjectCode }: { costObjectCode: string },
      { range }: OptionalRange,
      { loaders }: Finance,
    ) => {
      const scope = { column: 'costObject', category: 'CAMPAIGN', range: range ?? null } as const
      const rows = await loaders.costs(scope).load(costObjectCode)
      return rows.map((row) => ({
        currency: row.currency,
        actual: balance(row),
        committed: moneyField('committed')(row),
      }))
    },
  },
  Case: {
    serviceCost: cost('caseNo', { column: 'caseNo', category: 'SERVICE' }),
    creditNotes: ({ caseNo }: { caseNo: string }, _: object, { loaders }: Finance) =>
      loaders.creditNotesOfCase.load(caseNo),
  },
  Department: {
    costCentre: async ({ code }: { code: string }, _: object, { loaders }: Finance) =>
      (await loaders.costCentre.load(code))?.costCentre ?? null,
    personnelCost: cost('code', { column: 'departmentCode', category: 'PERSONNEL' }),
    operatingCost: cost('code', { column: 'departmentCode', category: 'OPERATING' }),
    revenue: cost('code', { column: 'departmentCode', category: 'REVENUE' }, -1),
  },
  Employee: {
    commissionStatement: (
      { employeeNo }: { employeeNo: string },
      { period }: { period: string },
      { loaders, calendar }: Finance,
    ) => loaders.statement(calendar.period(period).key).load(employeeNo),
    expenses: cost('employeeNo', { column: 'employeeNo', category: 'TRAVEL' }),
  },
  CommissionStatement: {
    period: ({ periodKey }: Statement, _: object, { calendar }: Finance) =>
      calendar.period(periodKey),
    base: moneyField('base'),
    earned: moneyField('earned'),
    clawback: moneyField('clawback'),
    payable: moneyField('payable'),
    lines: ({ employeeNo, periodKey }: Statement, args: ListArgs, { loaders }: Finance) =>
      loaders.commissionLines({ ...args, period: periodKey }).load(employeeNo),
  },
  CommissionLine: {
    salesOrder: stub('orderNo'),
    invoice: ({ invoiceNo }: Row<'commission_line'>, _: object, { loaders }: Finance) =>
      invoiceNo === null ? null : loaders.invoiceByNo.load(invoiceNo),
    base: moneyField('base'),
    amount: moneyField('amount'),
  },
  Supplier: {
    payables: supplierSum('open'),
    spend: supplierSum('gross'),
  },
  LedgerAggregate: {
    department: stub('code', 'departmentCode'),
    campaign: stub('costObjectCode', 'costObject'),
    debit: moneyField('debit'),
    credit: moneyField('credit'),
    balance: (row: { debit: unknown; credit: unknown; currency: string }) => balance(row),
  },
}
