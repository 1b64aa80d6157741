/**
 * The statements about sales: orders and their lines, holds, shipments, customers, plans.
 */
import {
  aggregate,
  average,
  bucketOf,
  count,
  countDistinct,
  countIf,
  latest,
  sum,
  sumIf,
  sumOrNull,
  type AggregateOrder,
} from '#shared/aggregate.ts'
import type { Calendar, DateRange, TimeBucket } from '#shared/calendar.ts'
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
import type { Db, ErpDatabase } from './database.ts'

const ofOrder =
  (relation: string): Where =>
  (eb) =>
    eb(eb.ref(`${relation}.orderNo`), '=', eb.ref('sales_order.orderNo'))

const onHold: Where = (eb) =>
  eb.exists(
    eb
      .selectFrom('order_hold')
      .select('order_hold.kind')
      .where((inner) => ofOrder('order_hold')(inner))
      .where('order_hold.releasedAt', 'is', null),
  )

const salesOrderFilter = filterFor({
  orderNo: byId('sales_order.orderNo'),
  erpCustomerNo: byId('sales_order.erpCustomerNo'),
  salespersonNo: byId('sales_order.salespersonNo'),
  sku: custom<IdFilter>((eb, sku) =>
    eb.exists(
      eb
        .selectFrom('sales_order_line')
        .select('sales_order_line.lineNo')
        .where((inner) => ofOrder('sales_order_line')(inner))
        .where((inner) => byId('sales_order_line.sku')(inner, sku)),
    ),
  ),
  status: inList('sales_order.status'),
  isOpen: equals('sales_order.isOpen'),
  onHold: flag(onHold),
  channel: inList('sales_order.channel'),
  ordered: dateRange('sales_order.orderedOn'),
  promised: dateRange('sales_order.promisedOn'),
  net: moneyRange('sales_order.net', 'sales_order.currency'),
})

export const salesOrders = listOf<ErpDatabase, 'sales_order'>(
  'sales_order',
  relations.sales_order,
  {
    filter: salesOrderFilter,
    sorts: { ORDERED_AT: 'orderedAt', PROMISED_ON: 'promisedOn', NET: 'net' },
    order: { column: 'orderedAt', direction: 'DESC' },
  },
)

const inOrder =
  (condition: (eb: Parameters<Where>[0]) => ReturnType<Where>): Where =>
  (eb) =>
    eb.exists(
      eb
        .selectFrom('sales_order')
        .select('sales_order.orderNo')
        .where((inner) => ofOrder('sales_order_line')(inner))
        .where((inner) => condition(inner)),
    )

const lineFilter = filterFor({
  orderNo: byId('sales_order_line.orderNo'),
  sku: byId('sales_order_line.sku'),
  category: custom<IdFilter>((eb, category) =>
    eb.exists(
      eb
        .selectFrom('product')
        .select('product.sku')
        .whereRef('product.sku', '=', 'sales_order_line.sku')
        .where((inner) => byId('product.category')(inner, category)),
    ),
  ),
  ordered: custom<DateRange>((eb, range) =>
    inOrder((inner) => dateRange('sales_order.orderedOn')(inner, range))(eb),
  ),
  status: custom<readonly string[]>((eb, statuses) =>
    inOrder((inner) => inList('sales_order.status')(inner, statuses))(eb),
  ),
})

export const salesOrderLines = listOf<ErpDatabase, 'sales_order_line'>(
  'sales_order_line',
  relations.sales_order_line,
  {
    filter: lineFilter,
    sorts: { ORDER_NO: 'orderNo' },
    order: { column: 'orderNo', direction: 'ASC' },
  },
)

const shipmentFilter = filterFor({
  id: byId('shipment.id'),
  erpCustomerNo: byId('shipment.erpCustomerNo'),
  handlerNo: byId('shipment.handlerNo'),
  siteId: byId('shipment.siteId'),
  status: inList('shipment.status'),
  delivered: dateRange('shipment.deliveredOn'),
  promised: dateRange('shipment.promisedOn'),
  onTime: equals('shipment.onTime'),
})

export const shipments = listOf<ErpDatabase, 'shipment'>('shipment', relations.shipment, {
  filter: shipmentFilter,
  sorts: { PROMISED_ON: 'promisedOn', DELIVERED_ON: 'deliveredOn' },
  order: { column: 'promisedOn', direction: 'DESC' },
})

export const customersByNo = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'customer', relations.customer, 'erpCustomerNo', nos)

export const ordersByNo = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'sales_order', relations.sales_order, 'orderNo', nos)

export const linesOfOrders = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'sales_order_line', relations.sales_order_line, 'orderNo', nos)

export const holdsOf = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'order_hold', relations.order_hold, 'orderNo', nos)

export const shipmentsById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'shipment', relations.shipment, 'id', ids)

export const notCancelled: Where = (eb) => eb('sales_order.status', '<>', 'CANCELLED')

const shipmentColumns = Object.keys(relations.shipment.columns).map(
  (column) => `shipment.${column}` as `shipment.${keyof typeof relations.shipment.columns}`,
)
const orderColumns = Object.keys(relations.sales_order.columns).map(
  (column) =>
    `sales_order.${column}` as `sales_order.${keyof typeof relations.sales_order.columns}`,
)

export const shipmentsOfOrders = (db: Db, nos: readonly string[]) =>
  db
    .selectFrom('shipment_order')
    .innerJoin('shipment', 'shipment.id', 'shipment_order.shipmentId')
    .select(['shipment_order.orderNo', ...shipmentColumns])
    .where('shipment_order.orderNo', 'in', nos)
    .orderBy('shipment.id')
    .execute()

export const ordersOfShipments = (db: Db, ids: readonly string[]) =>
  db
    .selectFrom('shipment_order')
    .innerJoin('sales_order', 'sales_order.orderNo', 'shipment_order.orderNo')
    .select(['shipment_order.shipmentId', ...orderColumns])
    .where('shipment_order.shipmentId', 'in', ids)
    .orderBy('sales_order.orderNo')
    .execute()

export const ordersOfProduction = (db: Db, ids: readonly string[]) =>
  db
    .selectFrom('production_order_demand')
    .innerJoin('sales_order', 'sales_order.orderNo', 'production_order_demand.orderNo')
    .select(['production_order_demand.productionOrderId', ...orderColumns])
    .where('production_order_demand.productionOrderId', 'in', ids)
    .orderBy('sales_order.orderNo')
    .execute()

const inRange = (column: string, range: DateRange | null): Where | undefined =>
  range === null ? undefined : (eb) => dateRange(column)(eb, range)

const isOpen: Where = (eb) => eb('sales_order.isOpen', '=', true)

/** What each key ordered, by currency: `column` is whose orders, `of` whose. */
export const orderTotals = (
  db: Db,
  column: 'erpCustomerNo' | 'salespersonNo',
  of: readonly string[],
  range: DateRange | null,
  calendar: Calendar,
) =>
  aggregate({
    from: db.selectFrom('sales_order'),
    where: allOf(
      (eb) => eb(`sales_order.${column}`, 'in', of),
      notCancelled,
      inRange('sales_order.orderedOn', range),
    ),
    dimensions: { OF: [`sales_order.${column} as key`] },
    groupBy: ['OF'],
    calendar,
    currency: 'sales_order.currency',
    measures: orderMeasures,
    first: 'ALL',
  })

const hasCost: Where = (eb) => eb('sales_order.cost', 'is not', null)

const orderMeasures = {
  count: count(),
  ordered: sum('sales_order.net'),
  shipped: sum('sales_order.shippedNet'),
  openNet: sumIf('sales_order.net', isOpen),
  openShipped: sumIf('sales_order.shippedNet', isOpen),
  cost: sumOrNull('sales_order.cost'),
  costedNet: sumIf('sales_order.net', hasCost),
  costedCount: countIf(hasCost),
  lastOrderOn: latest('sales_order.orderedOn'),
}

/** What was ordered of products, by currency. */
export const productSales = (
  db: Db,
  skus: readonly string[],
  range: DateRange | null,
  calendar: Calendar,
) =>
  aggregate({
    from: linesWithOrders(db),
    where: allOf(
      (eb) => eb('sales_order_line.sku', 'in', skus),
      notCancelled,
      inRange('sales_order.orderedOn', range),
    ),
    dimensions: { PRODUCT: ['sales_order_line.sku as key'] },
    groupBy: ['PRODUCT'],
    calendar,
    currency: 'sales_order_line.currency',
    measures: lineMeasures,
    first: 'ALL',
  })

const linesWithOrders = (db: Db) =>
  db
    .selectFrom('sales_order_line')
    .innerJoin('sales_order', 'sales_order.orderNo', 'sales_order_line.orderNo')

const lineMeasures = {
  orders: countDistinct('sales_order_line.orderNo'),
  quantity: sum('sales_order_line.quantity'),
  ordered: sum('sales_order_line.net'),
  shipped: sum('sales_order_line.shippedNet'),
  cost: sumOrNull('sales_order_line.cost'),
  costedNet: sumIf('sales_order_line.net', (eb) => eb('sales_order_line.cost', 'is not', null)),
}

/** The arguments of an aggregate field. */
export interface AggregateArgs<Measures extends string = string> {
  readonly filter?: object | null
  readonly groupBy: readonly string[]
  readonly bucket?: TimeBucket | null
  readonly orderBy?: AggregateOrder<Measures> | null
  readonly first?: number | null
}

export const salesOrderAggregates = (
  db: Db,
  { filter, ...args }: AggregateArgs<'count' | 'ordered' | 'shipped' | 'openNet' | 'cost'>,
  calendar: Calendar,
) =>
  aggregate<string, keyof typeof orderMeasures>({
    ...args,
    from: db.selectFrom('sales_order'),
    where: salesOrderFilter(filter),
    dimensions: {
      CUSTOMER: ['sales_order.erpCustomerNo'],
      SALESPERSON: ['sales_order.salespersonNo'],
      CHANNEL: ['sales_order.channel'],
      STATUS: ['sales_order.status'],
      ORDER_PERIOD: bucketOf('sales_order.orderedOn'),
    },
    calendar,
    currency: 'sales_order.currency',
    measures: orderMeasures,
  })

export const salesOrderLineAggregates = (
  db: Db,
  { filter, ...args }: AggregateArgs<'orders' | 'quantity' | 'ordered' | 'shipped' | 'cost'>,
  calendar: Calendar,
) => {
  const lines = linesWithOrders(db)
  return aggregate<string, keyof typeof lineMeasures>({
    ...args,
    from: args.groupBy.includes('CATEGORY')
      ? lines.leftJoin('product', 'product.sku', 'sales_order_line.sku')
      : lines,
    where: allOf(lineFilter(filter), notCancelled),
    dimensions: {
      PRODUCT: ['sales_order_line.sku'],
      CATEGORY: ['product.category'],
      SALESPERSON: ['sales_order.salespersonNo'],
      ORDER_PERIOD: bucketOf('sales_order.orderedOn'),
    },
    calendar,
    currency: 'sales_order_line.currency',
    measures: lineMeasures,
  })
}

const deliveryMeasures = {
  shipments: count(),
  onTime: countIf((eb) => eb('shipment.onTime', '=', true)),
  averageDelayHours: average('shipment.delayHours'),
}

const delivered: Where = (eb) => eb('shipment.onTime', 'is not', null)

export const deliveryAggregates = (
  db: Db,
  { filter, ...args }: AggregateArgs<'shipments' | 'onTime'>,
  calendar: Calendar,
) =>
  aggregate<string, keyof typeof deliveryMeasures>({
    ...args,
    from: db.selectFrom('shipment'),
    where: allOf(shipmentFilter(filter), delivered),
    dimensions: {
      CUSTOMER: ['shipment.erpCustomerNo'],
      HANDLER: ['shipment.handlerNo'],
      SITE: ['shipment.siteId'],
      CARRIER: ['shipment.carrier'],
      DELIVERED_PERIOD: bucketOf('shipment.deliveredOn'),
    },
    calendar,
    currency: null,
    measures: deliveryMeasures,
  })

export const deliveriesOf = (
  db: Db,
  handlerNos: readonly string[],
  range: DateRange | null,
  calendar: Calendar,
) =>
  aggregate({
    from: db.selectFrom('shipment'),
    where: allOf(
      (eb) => eb('shipment.handlerNo', 'in', handlerNos),
      delivered,
      inRange('shipment.deliveredOn', range),
    ),
    dimensions: { HANDLER: ['shipment.handlerNo'] },
    groupBy: ['HANDLER'],
    calendar,
    currency: null,
    measures: deliveryMeasures,
    first: 'ALL',
  })
