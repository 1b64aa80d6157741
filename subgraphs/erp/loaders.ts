/**
 * How the ERP's resolvers reach rows: one loader per access path, made for one request.
 */
import DataLoader from 'dataloader'
import type { DateRange } from '#shared/calendar.ts'
import { Big } from '#shared/decimal.ts'
import type { ListArgs } from '#shared/list.ts'
import { byArguments, manyByKey, oneByKey } from '#shared/loader.ts'
import type { Session } from '#shared/subgraph.ts'
import { relations } from './relations.ts'
import {
  freeOf,
  promiseInOrder,
  type Demand,
  type Promise as Promised,
  type Supply,
} from './rules.ts'
import * as source from './source.ts'

export const databases = { erp: { relations } } as const

type ErpSession = Session<typeof databases>

export function createLoaders(session: ErpSession) {
  return { ...productLoaders(session), ...orderLoaders(session), ...supplyLoaders(session) }
}

export type Loaders = ReturnType<typeof createLoaders>

function productLoaders({ databases: { erp: db }, calendar }: ErpSession) {
  const stock = manyByKey(
    (skus) => source.stockOf(db, skus),
    (row) => row.sku,
  )
  const purchases = manyByKey(
    (skus) => source.purchasesComing(db, skus),
    (row) => row.sku,
  )
  const production = manyByKey(
    (skus) => source.productionComing(db, skus),
    (row) => row.sku,
  )
  const suppliesOf = async (sku: string): Promise<readonly Supply[]> => {
    const [levels, bought, made] = await Promise.all([
      stock.load(sku),
      purchases.load(sku),
      production.load(sku),
    ])
    return [
      { kind: 'STOCK', reference: null, date: calendar.today, quantity: freeOf(levels) },
      ...bought.map(({ poNo, expectedOn, quantity, received }) => ({
        kind: 'PURCHASE_ORDER' as const,
        reference: poNo,
        date: noEarlierThan(calendar.today, expectedOn),
        quantity: new Big(quantity).minus(received),
      })),
      ...made.map(({ id, dueOn, quantity }) => ({
        kind: 'PRODUCTION_ORDER' as const,
        reference: id,
        date: noEarlierThan(calendar.today, dueOn),
        quantity: new Big(quantity),
      })),
    ]
  }
  return {
    stock,
    suppliesOf,
    productBySku: oneByKey(
      (skus) => source.productsBySku(db, skus),
      (row) => row.sku,
    ),
    costBySku: oneByKey(
      (skus) => source.costsBySku(db, skus),
      (row) => row.sku,
    ),
    /** The last of a key is in force: the statement sorts by the day it begins. */
    price: byArguments(({ currency, at }: { currency: string; at: string }) =>
      oneByKey(
        (skus) => source.pricesOf(db, skus, currency, at),
        (row) => row.sku,
      ),
    ),
    bomsOfProduct: manyByKey(
      (skus) => source.bomsOf(db, skus),
      (row) => row.sku,
    ),
    bomById: oneByKey(
      (ids) => source.bomsById(db, ids),
      (row) => row.id,
    ),
    bomLines: manyByKey(
      (ids) => source.bomLinesOf(db, ids),
      (row) => row.bomId,
    ),
    bomEdges: byArguments(({ levels, at }: { levels: number; at: string }) =>
      manyByKey(
        (ids) => source.explodeBoms(db, ids, levels, at),
        (edge) => edge.rootBomId,
      ),
    ),
    uses: byArguments((args: ListArgs) => source.uses.children(db, 'componentSku', args)),
    options: manyByKey(
      (skus) => source.optionsOf(db, skus),
      (row) => row.sku,
    ),
    choices: manyByKey(
      (skus) => source.choicesOf(db, skus),
      (row) => row.sku,
    ),
    exclusions: manyByKey(
      (skus) => source.exclusionsOf(db, skus),
      (row) => row.sku,
    ),
    configurationById: oneByKey(
      (ids) => source.configurationsById(db, ids),
      (row) => row.id,
    ),
    choicesOfConfiguration: manyByKey(
      (ids) => source.choicesOfConfigurations(db, ids),
      (row) => row.configurationId,
    ),
    siteById: oneByKey(
      (ids) => source.sitesById(db, ids),
      (row) => row.id,
    ),
    /** All lines of one tick share the supplies, so that stock is promised once. */
    linePromise: new DataLoader<Demand, Promised, string>(
      async (demands) => {
        const skus = [...new Set(demands.map(({ sku }) => sku))]
        const supplies = await Promise.all(skus.map(suppliesOf))
        const suppliesBySku = new Map(skus.map((sku, at) => [sku, supplies[at] ?? []]))
        const promised = promiseInOrder(demands, suppliesBySku)
        return demands.map((demand) => promised.get(demand) ?? new Error('not promised'))
      },
      { cacheKeyFn: (demand) => JSON.stringify(demand) },
    ),
    productSales: byArguments((range: DateRange | null) =>
      manyByKey(
        async (skus) => (await source.productSales(db, skus, range, calendar)).rows,
        (row) => String(row['key']),
      ),
    ),
    productionOfProduct: byArguments((args: ListArgs) =>
      source.productionOrders.children(db, 'sku', args),
    ),
  }
}

const noEarlierThan = (today: string, date: string | null): string =>
  date === null || date < today ? today : date

function orderLoaders({ databases: { erp: db }, calendar }: ErpSession) {
  return {
    particularsOfCustomer: oneByKey(
      (nos) => source.particularsOfCustomers(db, nos),
      (row) => row.erpCustomerNo,
    ),
    customerByNo: oneByKey(
      (nos) => source.customersByNo(db, nos),
      (row) => row.erpCustomerNo,
    ),
    orderByNo: oneByKey(
      (nos) => source.ordersByNo(db, nos),
      (row) => row.orderNo,
    ),
    linesOfOrder: manyByKey(
      (nos) => source.linesOfOrders(db, nos),
      (row) => row.orderNo,
    ),
    linePages: byArguments((args: ListArgs) =>
      source.salesOrderLines.children(db, 'orderNo', args),
    ),
    holds: manyByKey(
      (nos) => source.holdsOf(db, nos),
      (row) => row.orderNo,
    ),
    shipmentById: oneByKey(
      (ids) => source.shipmentsById(db, ids),
      (row) => row.id,
    ),
    shipmentsOfOrder: manyByKey(
      (nos) => source.shipmentsOfOrders(db, nos),
      (row) => row.orderNo,
    ),
    ordersOfShipment: manyByKey(
      (ids) => source.ordersOfShipments(db, ids),
      (row) => row.shipmentId,
    ),
    ordersOfProduction: manyByKey(
      (ids) => source.ordersOfProduction(db, ids),
      (row) => row.productionOrderId,
    ),
    ordersOfCustomer: byArguments((args: ListArgs) =>
      source.salesOrders.children(db, 'erpCustomerNo', args),
    ),
    ordersOfSalesperson: byArguments((args: ListArgs) =>
      source.salesOrders.children(db, 'salespersonNo', args),
    ),
    customerTotals: byArguments((range: DateRange | null) =>
      manyByKey(
        async (nos) => (await source.orderTotals(db, 'erpCustomerNo', nos, range, calendar)).rows,
        (row) => String(row['key']),
      ),
    ),
    salesTotals: byArguments((range: DateRange | null) =>
      manyByKey(
        async (nos) => (await source.orderTotals(db, 'salespersonNo', nos, range, calendar)).rows,
        (row) => String(row['key']),
      ),
    ),
    planById: oneByKey(
      (ids) => source.plansById(db, ids),
      (row) => row.id,
    ),
    plansSoldBySalesperson: oneByKey(
      async (ids) => (await source.planOrders(db, ids, calendar)).rows,
      (row) => String(row['id']),
    ),
    plansSoldOfProduct: oneByKey(
      async (ids) => (await source.planLines(db, ids, calendar)).rows,
      (row) => String(row['id']),
    ),
    plansOfEmployee: byArguments((period: string) =>
      manyByKey(
        (nos) => source.plansOfEmployees(db, nos, period),
        (row) => row.employeeNo ?? '',
      ),
    ),
    deliveries: byArguments((range: DateRange | null) =>
      oneByKey(
        async (nos) => (await source.deliveriesOf(db, nos, range, calendar)).rows,
        (row) => String(row['handlerNo']),
      ),
    ),
  }
}

function supplyLoaders({ databases: { erp: db }, calendar }: ErpSession) {
  return {
    supplierByNo: oneByKey(
      (nos) => source.suppliersByNo(db, nos),
      (row) => row.supplierNo,
    ),
    offersOfProduct: manyByKey(
      (skus) => source.offersOfProducts(db, skus),
      (row) => row.sku,
    ),
    offersOfSupplier: manyByKey(
      (nos) => source.offersOfSuppliers(db, nos),
      (row) => row.supplierNo,
    ),
    purchaseOrderByNo: oneByKey(
      (nos) => source.purchaseOrdersByNo(db, nos),
      (row) => row.poNo,
    ),
    linesOfPurchaseOrder: manyByKey(
      (nos) => source.linesOfPurchaseOrders(db, nos),
      (row) => row.poNo,
    ),
    productionOrderById: oneByKey(
      (ids) => source.productionOrdersById(db, ids),
      (row) => row.id,
    ),
    productionOfOrder: manyByKey(
      (nos) => source.productionOfOrders(db, nos),
      (row) => row.orderNo,
    ),
    punctuality: byArguments((range: DateRange | null) =>
      oneByKey(
        async (nos) => (await source.supplierPunctuality(db, nos, range, calendar)).rows,
        (row) => String(row['supplierNo']),
      ),
    ),
    complaintRecordById: oneByKey(
      (ids) => source.complaintRecordsById(db, ids),
      (row) => row.id,
    ),
    complaintRecordsOfCase: manyByKey(
      (nos) => source.complaintRecordsOfCases(db, nos),
      (row) => row.caseNo,
    ),
    taskById: oneByKey(
      (ids) => source.tasksById(db, ids),
      (row) => row.id,
    ),
    marketDatumById: oneByKey(
      (ids) => source.marketDataById(db, ids),
      (row) => row.id,
    ),
    tasksOfEmployee: byArguments((args: ListArgs) => source.tasks.children(db, 'employeeNo', args)),
  }
}
