/**
 * The statements about the ledger, commission, suppliers' invoices and exchange rates.
 */
import { aggregate, bucketOf, count, sum, sumIf } from '#shared/aggregate.ts'
import type { Calendar, DateRange } from '#shared/calendar.ts'
import { allOf, byId, dateRange, filterFor, inList } from '#shared/filter.ts'
import { listOf } from '#shared/list.ts'
import type { Where } from '#shared/relations.ts'
import { rowsBy } from '#shared/rows.ts'
import { relations } from '../relations.ts'
import type { AggregateArgs } from './arguments.ts'
import type { Db, FinanceDatabase, Row } from './database.ts'

export const commissionLines = listOf<FinanceDatabase, 'commission_line'>(
  'commission_line',
  relations.commission_line,
  { filter: filterFor({}), sorts: {}, order: { column: 'lineNo', direction: 'ASC' } },
)

const actual: Where = (eb) => eb('ledger_posting.isCommitment', '=', false)
const inDays = (range: DateRange | null): Where | undefined =>
  range === null ? undefined : (eb) => dateRange('ledger_posting.postedOn')(eb, range)

/** By which column costs are looked up, and which costs count. */
export interface CostScope {
  readonly column: 'departmentCode' | 'costObject' | 'employeeNo' | 'sku' | 'caseNo'
  readonly category: Row<'ledger_posting'>['category']
  readonly range: DateRange | null
}

/** What was posted for each key, debits less credits, by currency; commitments apart. */
export const costsOf = (
  db: Db,
  keys: readonly string[],
  { column, category, range }: CostScope,
  calendar: Calendar,
) =>
  aggregate({
    from: db.selectFrom('ledger_posting'),
    where: allOf(
      (eb) => eb(`ledger_posting.${column}`, 'in', keys),
      (eb) => eb('ledger_posting.category', '=', category),
      inDays(range),
    ),
    dimensions: { OF: [`ledger_posting.${column} as key`] },
    groupBy: ['OF'],
    calendar,
    currency: 'ledger_posting.currency',
    measures: {
      debit: sumIf('ledger_posting.debit', actual),
      credit: sumIf('ledger_posting.credit', actual),
      committed: sumIf('ledger_posting.debit', (eb) => eb.not(actual(eb))),
    },
    first: 'ALL',
  })

const ledgerFilter = filterFor({
  posted: dateRange('ledger_posting.postedOn'),
  account: byId('ledger_posting.account'),
  category: inList('ledger_posting.category'),
  departmentCode: byId('ledger_posting.departmentCode'),
  costObjectCode: byId('ledger_posting.costObject'),
})

const ledgerMeasures = {
  count: count(),
  debit: sum('ledger_posting.debit'),
  credit: sum('ledger_posting.credit'),
}

export const ledgerAggregates = (
  db: Db,
  { filter, ...args }: AggregateArgs<keyof typeof ledgerMeasures>,
  calendar: Calendar,
) =>
  aggregate<string, keyof typeof ledgerMeasures>({
    ...args,
    from: db
      .selectFrom('ledger_posting')
      .leftJoin('ledger_account', 'ledger_account.account', 'ledger_posting.account'),
    where: allOf(ledgerFilter(filter), actual),
    dimensions: {
      ACCOUNT: ['ledger_posting.account', 'ledger_account.name as accountName'],
      CATEGORY: ['ledger_posting.category'],
      DEPARTMENT: ['ledger_posting.departmentCode'],
      CAMPAIGN: ['ledger_posting.costObject'],
      PERIOD: bucketOf('ledger_posting.postedOn'),
    },
    calendar,
    currency: 'ledger_posting.currency',
    measures: ledgerMeasures,
  })

export const costCentresOf = (db: Db, departmentCodes: readonly string[]) =>
  rowsBy(db, 'cost_centre', relations.cost_centre, 'departmentCode', departmentCodes)

export const statementsOf = (db: Db, employeeNos: readonly string[], periodKey: string) =>
  rowsBy(db, 'commission_statement', relations.commission_statement, 'employeeNo', employeeNos, {
    where: (eb) => eb('commission_statement.periodKey', '=', periodKey),
  })

export const supplierTotals = (
  db: Db,
  supplierNos: readonly string[],
  range: DateRange | null,
  calendar: Calendar,
) =>
  aggregate({
    from: db.selectFrom('supplier_invoice'),
    where: allOf(
      (eb) => eb('supplier_invoice.supplierNo', 'in', supplierNos),
      range === null ? undefined : (eb) => dateRange('supplier_invoice.issuedOn')(eb, range),
    ),
    dimensions: { SUPPLIER: ['supplier_invoice.supplierNo'] },
    groupBy: ['SUPPLIER'],
    calendar,
    currency: 'supplier_invoice.currency',
    measures: {
      gross: sum('supplier_invoice.gross'),
      open: sum('supplier_invoice.openAmount'),
    },
    first: 'ALL',
  })

/** The rate that was last fixed on or before a day. */
export const exchangeRate = (
  db: Db,
  {
    from,
    to,
    kind,
    at,
  }: { from: string; to: string; kind: Row<'exchange_rate'>['kind']; at: string },
) =>
  db
    .selectFrom('exchange_rate')
    .select('rate')
    .where('fromCurrency', '=', from)
    .where('toCurrency', '=', to)
    .where('kind', '=', kind)
    .where('validFrom', '<=', at)
    .orderBy('validFrom', 'desc')
    .limit(1)
    .execute()
