/**
 * A few orders for the tests: a customer with two numbers, two currencies, amounts beyond a float,
 * one called off, one stuck; their lines, shipments, production and plans.
 */
const order = (
  orderNo: string,
  erpCustomerNo: string,
  orderedOn: string,
  net: string,
  currency: string,
  more = {},
) => ({
  orderNo,
  erpCustomerNo,
  channel: 'DIRECT',
  status: 'CONFIRMED',
  isOpen: true,
  orderedAt: `${orderedOn}T02:00:00Z`,
  orderedOn,
  salespersonNo: 'E1',
  net,
  shippedNet: '0',
  currency,
  version: 1,
  ...more,
})
const done = (shippedNet: string, more = {}) => ({
  status: 'COMPLETED',
  isOpen: false,
  shippedNet,
  ...more,
})
const line = (
  orderNo: string,
  lineNo: number,
  sku: string,
  quantity: string,
  net: string,
  currency: string,
  more = {},
) => ({
  orderNo,
  lineNo,
  sku,
  quantity,
  shipped: '0',
  unit: 'PCS',
  netPrice: '1.5',
  net,
  shippedNet: '0',
  currency,
  ...more,
})
const shipment = (id: string, erpCustomerNo: string, more = {}) => ({
  id,
  erpCustomerNo,
  status: 'DELIVERED',
  carrier: 'Kerry',
  siteId: 'TPE',
  handlerNo: 'E7',
  promisedOn: '2026-06-10',
  ...more,
})
const plan = (id: string, more: object) => ({
  id,
  periodKey: '2026-Q2',
  startsOn: '2026-04-01',
  endsOn: '2026-06-30',
  target: '1000',
  currency: 'TWD',
  ...more,
})

export const sales = {
  customer: [
    { erpCustomerNo: '1', name: 'One', currency: 'TWD', priceList: 'PL-1', paymentTerms: 'NET30' },
    { erpCustomerNo: '2', name: 'One again', currency: 'KWD' },
  ],
  product: [
    { sku: 'PUMP', name: 'Pump', category: 'PUMP', uom: 'PCS', lifecycle: 'ACTIVE' },
    { sku: 'SEAL', name: 'Seal', category: 'PART', uom: 'PCS', lifecycle: 'ACTIVE' },
  ],
  site: [{ id: 'TPE', name: 'Taipei' }],
  sales_order: [
    // 2^53 minor units and more: a float would lose the last digit.
    order(
      'SO-1',
      '1',
      '2026-04-01',
      '90071992547409.93',
      'TWD',
      done('90071992547409.93', { cost: '90000000000000.01' }),
    ),
    order('SO-2', '1', '2026-06-30', '100.01', 'TWD', {
      promisedOn: '2026-06-29',
      shippedNet: '40',
      status: 'PARTIALLY_SHIPPED',
    }),
    order('SO-3', '2', '2026-05-01', '7.125', 'KWD', {
      cost: '5.125',
      promisedOn: '2026-07-31',
      salespersonNo: 'E2',
    }),
    order('SO-4', '2', '2026-03-31', '50', 'TWD', {
      cost: '20',
      status: 'READY',
      promisedOn: '2026-06-01',
    }),
    order('SO-5', '1', '2026-06-01', '999', 'TWD', { status: 'CANCELLED', isOpen: false }),
    order('SO-6', '3', '2026-06-15', '30', 'TWD', { channel: 'ONLINE_MALL', salespersonNo: null }),
  ],
  sales_order_line: [
    line('SO-1', 1, 'PUMP', '10', '90071992547400', 'TWD', { cost: '90000000000000.01' }),
    line('SO-1', 2, 'SEAL', '1.5', '9.93', 'TWD'),
    line('SO-2', 1, 'PUMP', '2', '100.01', 'TWD', { shippedNet: '40', shipped: '1' }),
    line('SO-3', 1, 'PUMP', '1', '7.125', 'KWD', { cost: '5.125' }),
    line('SO-4', 1, 'SEAL', '5', '50', 'TWD', { cost: '20' }),
    line('SO-5', 1, 'PUMP', '9', '999', 'TWD'),
    line('SO-6', 1, 'SEAL', '3', '30', 'TWD'),
  ],
  order_hold: [
    { orderNo: 'SO-2', kind: 'CREDIT', since: '2026-06-30T03:00:00Z', reason: 'Over the limit' },
    {
      orderNo: 'SO-3',
      kind: 'QUALITY',
      since: '2026-06-01T03:00:00Z',
      releasedAt: '2026-06-02T03:00:00Z',
    },
  ],
  shipment: [
    shipment('SH-1', '1', {
      deliveredOn: '2026-06-10',
      deliveredAt: '2026-06-10T06:00:00Z',
      onTime: true,
      delayHours: 0,
    }),
    shipment('SH-2', '1', {
      deliveredOn: '2026-06-12',
      onTime: false,
      delayHours: 40,
      carrier: null,
    }),
    shipment('SH-3', '2', {
      deliveredOn: '2026-05-12',
      onTime: true,
      delayHours: 0,
      handlerNo: 'E8',
    }),
    shipment('SH-4', '2', {
      status: 'IN_TRANSIT',
      promisedOn: '2026-07-10',
      latitude: '25.03',
      longitude: '121.5',
    }),
  ],
  shipment_order: [
    { shipmentId: 'SH-1', orderNo: 'SO-1' },
    { shipmentId: 'SH-2', orderNo: 'SO-1' },
    { shipmentId: 'SH-2', orderNo: 'SO-2' },
  ],
  production_order: [
    {
      id: 'MO-1',
      sku: 'PUMP',
      quantity: '1',
      unit: 'PCS',
      status: 'STARTED',
      isOpen: true,
      dueOn: '2026-06-20',
    },
  ],
  production_order_demand: [{ productionOrderId: 'MO-1', orderNo: 'SO-2' }],
  sales_plan: [
    plan('P-1', { employeeNo: 'E1', target: '1000' }),
    plan('P-2', { employeeNo: 'E2', target: '10', currency: 'KWD' }),
    plan('P-3', { employeeNo: 'E2', target: '0' }),
    plan('P-4', { region: 'N' }),
    plan('P-5', { sku: 'SEAL', target: '20' }),
    plan('P-6', { sku: 'SEAL', employeeNo: 'E1' }),
    plan('P-7', {
      employeeNo: 'E1',
      periodKey: '2026-Q1',
      startsOn: '2026-01-01',
      endsOn: '2026-03-31',
      target: '200',
    }),
  ],
}
