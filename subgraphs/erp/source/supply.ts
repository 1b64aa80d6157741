/**
 * The statements about supply and work: suppliers, purchase, production, complaints, tasks, markets.
 */
import { aggregate, count, countIf } from '#shared/aggregate.ts'
import type { Calendar, DateRange } from '#shared/calendar.ts'
import {
  allOf,
  byId,
  contains,
  dateRange,
  equals,
  filterFor,
  inList,
  moneyRange,
} from '#shared/filter.ts'
import { listOf } from '#shared/list.ts'
import { rowsBy } from '#shared/rows.ts'
import { relations } from '../relations.ts'
import type { Db, ErpDatabase } from './database.ts'

export const suppliers = listOf<ErpDatabase, 'supplier'>('supplier', relations.supplier, {
  filter: filterFor({
    supplierNo: byId('supplier.supplierNo'),
    nameContains: contains('supplier.name'),
  }),
  sorts: { NAME: 'name' },
  order: { column: 'name', direction: 'ASC' },
})

export const purchaseOrders = listOf<ErpDatabase, 'purchase_order'>(
  'purchase_order',
  relations.purchase_order,
  {
    filter: filterFor({
      poNo: byId('purchase_order.poNo'),
      supplierNo: byId('purchase_order.supplierNo'),
      status: inList('purchase_order.status'),
      ordered: dateRange('purchase_order.orderedOn'),
      total: moneyRange('purchase_order.total', 'purchase_order.currency'),
    }),
    sorts: { ORDERED_ON: 'orderedOn', TOTAL: 'total' },
    order: { column: 'orderedOn', direction: 'DESC' },
  },
)

export const productionOrders = listOf<ErpDatabase, 'production_order'>(
  'production_order',
  relations.production_order,
  {
    filter: filterFor({
      id: byId('production_order.id'),
      sku: byId('production_order.sku'),
      status: inList('production_order.status'),
      isOpen: equals('production_order.isOpen'),
      due: dateRange('production_order.dueOn'),
    }),
    sorts: { DUE_ON: 'dueOn' },
    order: { column: 'dueOn', direction: 'ASC' },
  },
)

export const complaintRecords = listOf<ErpDatabase, 'complaint_record'>(
  'complaint_record',
  relations.complaint_record,
  {
    filter: filterFor({ caseNo: byId('complaint_record.caseNo') }),
    sorts: { ID: 'id' },
    order: { column: 'id', direction: 'ASC' },
  },
)

export const tasks = listOf<ErpDatabase, 'task'>('task', relations.task, {
  filter: filterFor({
    employeeNo: byId('task.employeeNo'),
    status: inList('task.status'),
    due: dateRange('task.dueOn'),
  }),
  sorts: { DUE_ON: 'dueOn' },
  order: { column: 'dueOn', direction: 'ASC' },
})

export const marketData = listOf<ErpDatabase, 'market_datum'>(
  'market_datum',
  relations.market_datum,
  {
    filter: filterFor({
      sku: byId('market_datum.sku'),
      region: byId('market_datum.region'),
      period: byId('market_datum.periodKey'),
    }),
    sorts: { PERIOD: 'periodKey' },
    order: { column: 'periodKey', direction: 'DESC' },
  },
)

export const suppliersByNo = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'supplier', relations.supplier, 'supplierNo', nos)

export const offersOfProducts = (db: Db, skus: readonly string[]) =>
  rowsBy(db, 'supplier_offer', relations.supplier_offer, 'sku', skus, {
    orderBy: ['sku', '-preferred', 'price'],
  })

export const offersOfSuppliers = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'supplier_offer', relations.supplier_offer, 'supplierNo', nos)

export const purchaseOrdersByNo = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'purchase_order', relations.purchase_order, 'poNo', nos)

export const linesOfPurchaseOrders = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'purchase_order_line', relations.purchase_order_line, 'poNo', nos)

export const productionOrdersById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'production_order', relations.production_order, 'id', ids)

const productionColumns = Object.keys(relations.production_order.columns).map(
  (column) =>
    `production_order.${column}` as `production_order.${keyof typeof relations.production_order.columns}`,
)

export const productionOfOrders = (db: Db, nos: readonly string[]) =>
  db
    .selectFrom('production_order_demand')
    .innerJoin(
      'production_order',
      'production_order.id',
      'production_order_demand.productionOrderId',
    )
    .select(['production_order_demand.orderNo', ...productionColumns])
    .where('production_order_demand.orderNo', 'in', nos)
    .orderBy('production_order.id')
    .execute()

export const complaintRecordsById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'complaint_record', relations.complaint_record, 'id', ids)

export const complaintRecordsOfCases = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'complaint_record', relations.complaint_record, 'caseNo', nos)

export const tasksById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'task', relations.task, 'id', ids)

export const marketDataById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'market_datum', relations.market_datum, 'id', ids)

/** How many orders of each supplier came, and how many of them in time. */
export const supplierPunctuality = (
  db: Db,
  nos: readonly string[],
  range: DateRange | null,
  calendar: Calendar,
) =>
  aggregate({
    from: db.selectFrom('purchase_order'),
    where: allOf(
      (eb) => eb('purchase_order.supplierNo', 'in', nos),
      (eb) => eb('purchase_order.onTime', 'is not', null),
      range === null ? undefined : (eb) => dateRange('purchase_order.orderedOn')(eb, range),
    ),
    dimensions: { SUPPLIER: ['purchase_order.supplierNo'] },
    groupBy: ['SUPPLIER'],
    calendar,
    currency: null,
    measures: {
      orders: count(),
      onTime: countIf((eb) => eb('purchase_order.onTime', '=', true)),
    },
    first: 'ALL',
  })
