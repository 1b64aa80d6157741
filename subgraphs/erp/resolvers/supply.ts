/**
 * Supply and work: suppliers, purchase, production, complaint records, tasks, markets.
 */
import { Big } from '#shared/decimal.ts'
import { cappedList, moneyField, quantityField, stub } from '#shared/fields.ts'
import type { ListArgs } from '#shared/list.ts'
import { sumMoney } from '#shared/money.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import { explode, share } from '../rules.ts'
import * as source from '../source.ts'
import type { Row } from '../source.ts'
import { maybe, type Erp, type Ranged } from './context.ts'
import { explosionRows, productOf } from './products.ts'

type PurchaseOrder = Row<'purchase_order'>
type ProductionOrder = Row<'production_order'>
type ComplaintRecord = Row<'complaint_record'>
type Task = Row<'task'>

const supplierOf = ({ supplierNo }: { supplierNo: string }, _: object, { loaders }: Erp) =>
  loaders.supplierByNo.load(supplierNo)

export const supplyResolvers: Resolvers = {
  Query: {
    supplier: (_: unknown, { supplierNo }: { supplierNo: string }, { loaders }: Erp) =>
      loaders.supplierByNo.load(supplierNo),
    suppliers: (_: unknown, args: ListArgs, { databases: { erp } }: Erp) =>
      source.suppliers.page(erp, args),
    purchaseOrder: (_: unknown, { poNo }: { poNo: string }, { loaders }: Erp) =>
      loaders.purchaseOrderByNo.load(poNo),
    purchaseOrders: (_: unknown, args: ListArgs, { databases: { erp } }: Erp) =>
      source.purchaseOrders.page(erp, args),
    productionOrder: (_: unknown, { id }: { id: string }, { loaders }: Erp) =>
      loaders.productionOrderById.load(id),
    productionOrders: (_: unknown, args: ListArgs, { databases: { erp } }: Erp) =>
      source.productionOrders.page(erp, args),
    complaintRecord: (_: unknown, { id }: { id: string }, { loaders }: Erp) =>
      loaders.complaintRecordById.load(id),
    complaintRecords: (_: unknown, args: ListArgs, { databases: { erp } }: Erp) =>
      source.complaintRecords.page(erp, args),
    erpTask: (_: unknown, { id }: { id: string }, { loaders }: Erp) => loaders.taskById.load(id),
    erpTasks: (_: unknown, args: ListArgs, { databases: { erp } }: Erp) =>
      source.tasks.page(erp, args),
    marketDatum: (_: unknown, { id }: { id: string }, { loaders }: Erp) =>
      loaders.marketDatumById.load(id),
    marketData: (_: unknown, args: ListArgs, { databases: { erp } }: Erp) =>
      source.marketData.page(erp, args),
  },
  Supplier: {
    __resolveReference: supplierOfReference,
    onTimeRate: async ({ supplierNo }: Row<'supplier'>, { range }: Ranged, { loaders }: Erp) => {
      const row = await loaders.punctuality(range ?? null).load(supplierNo)
      return row === null ? null : share(Number(row.onTime), Number(row.orders))
    },
    offers: ({ supplierNo }: Row<'supplier'>, _: object, { loaders }: Erp) =>
      cappedList(loaders.offersOfSupplier.load(supplierNo), 1_000, 'Supplier.offers'),
  },
  SupplierOffer: {
    supplier: supplierOf,
    product: productOf,
    price: moneyField('price'),
    minimumQuantity: quantityField('minimumQuantity'),
  },
  PurchaseOrder: {
    __resolveReference: ({ poNo }: { poNo: string }, { loaders }: Erp) =>
      loaders.purchaseOrderByNo.load(poNo),
    supplier: supplierOf,
    total: moneyField('total'),
    buyer: stub('employeeNo', 'buyerNo'),
    lines: ({ poNo }: PurchaseOrder, _: object, { loaders }: Erp) =>
      cappedList(loaders.linesOfPurchaseOrder.load(poNo), 500, 'PurchaseOrder.lines'),
  },
  PurchaseOrderLine: {
    product: productOf,
    quantity: quantityField('quantity'),
    received: quantityField('received'),
    net: moneyField('net'),
  },
  ProductionOrder: {
    __resolveReference: ({ id }: { id: string }, { loaders }: Erp) =>
      loaders.productionOrderById.load(id),
    product: productOf,
    quantity: quantityField('quantity'),
    salesOrders: ({ id }: ProductionOrder, _: object, { loaders }: Erp) =>
      cappedList(loaders.ordersOfProduction.load(id), 100, 'ProductionOrder.salesOrders'),
    materialShortages: async (order: ProductionOrder, _: object, erp: Erp) => {
      if (!order.isOpen) return []
      const { today } = erp.calendar
      const boms = await erp.loaders.bomsOfProduct.load(order.sku)
      const bom = boms.findLast(({ validFrom, validTo }) => {
        return validFrom <= today && (validTo === null || validTo >= today)
      })
      if (bom === undefined) return []
      const found = await erp.loaders.bomEdges({ levels: 1, at: today }).load(bom.id)
      const edges = explode(found, new Big(order.quantity))
      const rows = await explosionRows(order.sku, edges, erp)
      const shortages = await Promise.all(rows.map((row) => row.shortage()))
      return cappedList(
        rows.filter((_row, at) => shortages[at] !== null),
        500,
        'ProductionOrder.materialShortages',
      )
    },
    supervisor: stub('employeeNo', 'supervisorNo'),
  },
  Case: {
    complaintRecords: ({ caseNo }: { caseNo: string }, _: object, { loaders }: Erp) =>
      cappedList(loaders.complaintRecordsOfCase.load(caseNo), 100, 'Case.complaintRecords'),
    partsCost: async ({ caseNo }: { caseNo: string }, _: object, { loaders }: Erp) =>
      sumMoney((await loaders.complaintRecordsOfCase.load(caseNo)).map(moneyField('partsCost'))),
  },
  ComplaintRecord: {
    __resolveReference: ({ id }: { id: string }, { loaders }: Erp) =>
      loaders.complaintRecordById.load(id),
    case: stub('caseNo'),
    partsCost: moneyField('partsCost'),
    returnOrder: ({ returnOrderNo }: ComplaintRecord, _: object, { loaders }: Erp) =>
      maybe(returnOrderNo, (no) => loaders.orderByNo.load(no)),
  },
  ErpTask: {
    __resolveReference: ({ id }: { id: string }, { loaders }: Erp) => loaders.taskById.load(id),
    employee: stub('employeeNo'),
    salesOrder: ({ orderNo }: Task, _: object, { loaders }: Erp) =>
      maybe(orderNo, (no) => loaders.orderByNo.load(no)),
    productionOrder: ({ productionOrderId }: Task, _: object, { loaders }: Erp) =>
      maybe(productionOrderId, (id) => loaders.productionOrderById.load(id)),
  },
  MarketDatum: {
    __resolveReference: ({ id }: { id: string }, { loaders }: Erp) =>
      loaders.marketDatumById.load(id),
    product: productOf,
    period: ({ periodKey }: Row<'market_datum'>, _: object, { calendar }: Erp) =>
      calendar.period(periodKey),
    marketSize: moneyField('marketSize'),
  },
}

function supplierOfReference({ supplierNo }: { supplierNo: string }, { loaders }: Erp) {
  return loaders.supplierByNo.load(supplierNo)
}
