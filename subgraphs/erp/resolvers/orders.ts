/**
 * Sales: orders and their lines, shipments, customers' and salespeople's figures, plans.
 */
import { Big } from '#shared/decimal.ts'
import { cappedList, moneyField, pointField, quantityField, stub } from '#shared/fields.ts'
import type { ListArgs } from '#shared/list.ts'
import { money, sumMoney, type Money } from '#shared/money.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import { share, stuckReasons } from '../rules.ts'
import * as source from '../source.ts'
import type { AggregateArgs, Row } from '../source.ts'
import { maybe, type Erp, type Ranged } from './context.ts'
import { productOf } from './products.ts'

type Order = Row<'sales_order'>
type Line = Row<'sales_order_line'>
type Shipment = Row<'shipment'>
type Plan = Row<'sales_plan'>

/** A customer as the gateway hands it over: its number, and all its numbers where they are asked for. */
interface CustomerReference {
  readonly erpCustomerNo: string
  readonly erpCustomerNos?: readonly string[] | null
}

type Totals = Awaited<ReturnType<typeof source.orderTotals>>['rows'][number]

const customerOf = stub('erpCustomerNo')
const salespersonOf = stub('employeeNo', 'salespersonNo')
const siteOf = ({ siteId }: { siteId: string | null }, _: object, { loaders }: Erp) =>
  maybe(siteId, (id) => loaders.siteById.load(id))
const orderOf = ({ orderNo }: { orderNo: string | null }, _: object, { loaders }: Erp) =>
  maybe(orderNo, (no) => loaders.orderByNo.load(no))

/** Net value less cost; absent where the cost is. */
const difference = (net: unknown, cost: unknown, currency: string | null): Money | null =>
  typeof net === 'string' && typeof cost === 'string'
    ? money(new Big(net).minus(cost), currency)
    : null

/** What of the open orders is not shipped. */
const backlogOf = ({ openNet, openShipped, currency }: Totals): Money | null =>
  difference(openNet, openShipped, currency)

/** The totals of several numbers as those of one customer, one row per currency. */
async function totalsOf(
  { erpCustomerNos }: CustomerReference,
  range: Ranged['range'],
  { loaders }: Erp,
) {
  if (!erpCustomerNos) return null
  const totals = await Promise.all(
    erpCustomerNos.map((no) => loaders.customerTotals(range ?? null).load(no)),
  )
  return totals.flat()
}

function mergedStats(currency: string | null, rows: readonly Totals[]) {
  const total = (of: (row: Totals) => Money | null) => sumMoney(rows.map(of))[0]
  return {
    currency,
    count: rows.reduce((sum, row) => sum + Number(row.count), 0),
    ordered: total(moneyField('ordered')),
    shipped: total(moneyField('shipped')),
    backlog: total(backlogOf),
    lastOrderOn:
      rows
        .map((row) => String(row.lastOrderOn))
        .toSorted()
        .at(-1) ?? null,
  }
}

/** What an aggregate row of orders or lines answers beside its columns. */
const measureFields = {
  salesperson: salespersonOf,
  ordered: moneyField('ordered'),
  shipped: moneyField('shipped'),
  cost: moneyField('cost'),
  margin: ({
    cost,
    costedNet,
    currency,
  }: {
    cost: unknown
    costedNet: unknown
    currency: string
  }) => difference(costedNet, cost, currency),
}

export const orderResolvers: Resolvers = {
  SalesOrderMeasure: {
    COUNT: 'count',
    ORDERED: 'ordered',
    SHIPPED: 'shipped',
    BACKLOG: 'openNet',
    COST: 'cost',
  },
  SalesOrderLineMeasure: {
    ORDERS: 'orders',
    QUANTITY: 'quantity',
    ORDERED: 'ordered',
    SHIPPED: 'shipped',
    COST: 'cost',
  },
  DeliveryMeasure: { SHIPMENTS: 'shipments', ON_TIME: 'onTime' },
  Query: {
    salesOrder: (_: unknown, { orderNo }: { orderNo: string }, { loaders }: Erp) =>
      loaders.orderByNo.load(orderNo),
    salesOrders: (_: unknown, args: ListArgs, { databases: { erp } }: Erp) =>
      source.salesOrders.page(erp, args),
    salesOrderAggregates: (
      _: unknown,
      args: AggregateArgs<'count' | 'ordered' | 'shipped' | 'openNet' | 'cost'>,
      { databases: { erp }, calendar }: Erp,
    ) => source.salesOrderAggregates(erp, args, calendar),
    salesOrderLine: async (
      _: unknown,
      { orderNo, lineNo }: { orderNo: string; lineNo: number },
      { loaders }: Erp,
    ) => (await loaders.linesOfOrder.load(orderNo)).find((line) => line.lineNo === lineNo) ?? null,
    salesOrderLines: (_: unknown, args: ListArgs, { databases: { erp } }: Erp) =>
      source.salesOrderLines.page(erp, args),
    salesOrderLineAggregates: (
      _: unknown,
      args: AggregateArgs<'orders' | 'quantity' | 'ordered' | 'shipped' | 'cost'>,
      { databases: { erp }, calendar }: Erp,
    ) => source.salesOrderLineAggregates(erp, args, calendar),
    shipment: (_: unknown, { id }: { id: string }, { loaders }: Erp) =>
      loaders.shipmentById.load(id),
    shipments: (_: unknown, args: ListArgs, { databases: { erp } }: Erp) =>
      source.shipments.page(erp, args),
    deliveryAggregates: (
      _: unknown,
      args: AggregateArgs<'shipments' | 'onTime'>,
      { databases: { erp }, calendar }: Erp,
    ) => source.deliveryAggregates(erp, args, calendar),
    salesPlan: (_: unknown, { id }: { id: string }, { loaders }: Erp) => loaders.planById.load(id),
    salesPlans: (_: unknown, args: ListArgs, { databases: { erp } }: Erp) =>
      source.salesPlans.page(erp, args),
  },
  Customer: {
    orders: ({ erpCustomerNos }: CustomerReference, args: ListArgs, { loaders }: Erp) =>
      erpCustomerNos ? loaders.ordersOfCustomer(args).loadMerged(erpCustomerNos) : null,
    orderStats: async (customer: CustomerReference, { range }: Ranged, erp: Erp) => {
      const totals = await totalsOf(customer, range, erp)
      if (totals === null) return null
      const byCurrency = Map.groupBy(totals, (row) => row.currency)
      return [...byCurrency].map(([currency, rows]) => mergedStats(currency, rows))
    },
    openOrderValue: async (customer: CustomerReference, _: object, erp: Erp) => {
      const totals = await totalsOf(customer, null, erp)
      return totals === null ? null : sumMoney(totals.map(backlogOf))
    },
    priceList: async ({ erpCustomerNo }: CustomerReference, _: object, { loaders }: Erp) =>
      (await loaders.customerByNo.load(erpCustomerNo))?.priceList ?? null,
    paymentTerms: async ({ erpCustomerNo }: CustomerReference, _: object, { loaders }: Erp) =>
      (await loaders.customerByNo.load(erpCustomerNo))?.paymentTerms ?? null,
  },
  SalesOrder: {
    __resolveReference: ({ orderNo }: { orderNo: string }, { loaders }: Erp) =>
      loaders.orderByNo.load(orderNo),
    customer: customerOf,
    salesperson: salespersonOf,
    lines: ({ orderNo }: Order, args: ListArgs, { loaders }: Erp) =>
      loaders.linePages(args).load(orderNo),
    net: moneyField('net'),
    shippedNet: moneyField('shippedNet'),
    cost: moneyField('cost'),
    margin: ({ net, cost, currency }: Order) => difference(net, cost, currency),
    holds: ({ orderNo }: Order, _: object, { loaders }: Erp) =>
      cappedList(loaders.holds.load(orderNo), 20, 'SalesOrder.holds'),
    stuckReasons: async (order: Order, _: object, { loaders, calendar }: Erp) => {
      const [holds, production] = await Promise.all([
        loaders.holds.load(order.orderNo),
        loaders.productionOfOrder.load(order.orderNo),
      ])
      return stuckReasons(order, holds, production, calendar.today)
    },
    shipments: ({ orderNo }: Order, _: object, { loaders }: Erp) =>
      cappedList(loaders.shipmentsOfOrder.load(orderNo), 100, 'SalesOrder.shipments'),
    productionOrders: ({ orderNo }: Order, _: object, { loaders }: Erp) =>
      cappedList(loaders.productionOfOrder.load(orderNo), 100, 'SalesOrder.productionOrders'),
  },
  SalesOrderLine: {
    __resolveReference: async (
      { orderNo, lineNo }: { orderNo: string; lineNo: number },
      { loaders }: Erp,
    ) => (await loaders.linesOfOrder.load(orderNo)).find((line) => line.lineNo === lineNo) ?? null,
    salesOrder: orderOf,
    product: productOf,
    configuration: ({ configurationId }: Line, _: object, { loaders }: Erp) =>
      maybe(configurationId, (id) => loaders.configurationById.load(id)),
    quantity: quantityField('quantity'),
    shipped: quantityField('shipped'),
    netPrice: moneyField('netPrice'),
    net: moneyField('net'),
    cost: moneyField('cost'),
  },
  Shipment: {
    __resolveReference: ({ id }: { id: string }, { loaders }: Erp) => loaders.shipmentById.load(id),
    customer: customerOf,
    site: siteOf,
    handler: stub('employeeNo', 'handlerNo'),
    position: pointField,
    orders: ({ id }: Shipment, _: object, { loaders }: Erp) =>
      cappedList(loaders.ordersOfShipment.load(id), 100, 'Shipment.orders'),
  },
  SalesPlan: {
    __resolveReference: ({ id }: { id: string }, { loaders }: Erp) => loaders.planById.load(id),
    period: ({ periodKey }: Plan, _: object, { calendar }: Erp) => calendar.period(periodKey),
    salesperson: stub('employeeNo'),
    product: productOf,
    target: moneyField('target'),
    actual: (plan: Plan, _: object, erp: Erp) => planActual(plan, erp),
    attainment: async (plan: Plan, _: object, erp: Erp) => {
      const actual = await planActual(plan, erp)
      return actual === null ? null : share(actual.amount, plan.target)
    },
  },
  Employee: {
    salesPlans: (
      { employeeNo }: { employeeNo: string },
      { period }: { period: string },
      { loaders, calendar }: Erp,
    ) =>
      cappedList(
        loaders.plansOfEmployee(calendar.period(period).key).load(employeeNo),
        100,
        'Employee.salesPlans',
      ),
    salesResults: async (
      { employeeNo }: { employeeNo: string },
      { range }: Ranged,
      { loaders }: Erp,
    ) => {
      const totals = await loaders.salesTotals(range ?? null).load(employeeNo)
      return totals.map((row) => ({
        ...row,
        orders: row.count,
        ordered: moneyField('ordered')(row),
        shipped: moneyField('shipped')(row),
        margin: difference(row.costedNet, row.cost, row.currency),
      }))
    },
    salesOrders: ({ employeeNo }: { employeeNo: string }, args: ListArgs, { loaders }: Erp) =>
      loaders.ordersOfSalesperson(args).load(employeeNo),
    deliveryPerformance: async (
      { employeeNo }: { employeeNo: string },
      { range }: Ranged,
      { loaders }: Erp,
    ) => {
      const row = await loaders.deliveries(range ?? null).load(employeeNo)
      return row === null
        ? null
        : { ...row, onTimeRate: share(Number(row.onTime), Number(row.shipments)) }
    },
    erpTasks: ({ employeeNo }: { employeeNo: string }, args: ListArgs, { loaders }: Erp) =>
      loaders.tasksOfEmployee(args).load(employeeNo),
  },
  SalesOrderAggregate: { ...measureFields, customer: customerOf, backlog: backlogOf },
  SalesOrderLineAggregate: { ...measureFields, product: productOf },
  DeliveryAggregate: {
    customer: customerOf,
    handler: stub('employeeNo', 'handlerNo'),
    site: siteOf,
    onTimeRate: ({ onTime, shipments }: { onTime: number; shipments: number }) =>
      share(onTime, shipments),
  },
}

/** What was ordered in a plan's days and currency, of what it is a plan for. */
async function planActual(plan: Plan, { loaders }: Erp): Promise<Money | null> {
  if (plan.region !== null || (plan.employeeNo === null && plan.sku === null)) return null
  const sold = plan.sku === null ? loaders.plansSoldBySalesperson : loaders.plansSoldOfProduct
  const row = await sold.load(plan.id)
  // Nothing ordered in that currency is a known zero: the statement looked at all orders.
  return money(row === null ? '0' : String(row.ordered), plan.currency)
}
