/**
 * A small catalogue for the tests: a pump of several levels, bills that overlap, that contain
 * themselves and that lack a cost; prices, stock at two sites and what is coming.
 */
export const product = (sku: string, more = {}) => ({
  sku,
  name: `Name ${sku}`,
  category: 'PART',
  uom: 'PCS',
  lifecycle: 'ACTIVE',
  ...more,
})
export const bom = (id: string, sku: string, validFrom: string, validTo: string | null = null) => ({
  id,
  sku,
  revision: id.split('-').at(-1),
  validFrom,
  validTo,
})
export const line = (
  bomId: string,
  position: number,
  componentSku: string,
  quantity: string,
  more = {},
) => ({
  bomId,
  position,
  componentSku,
  quantity,
  unit: 'PCS',
  optional: false,
  ...more,
})
const bought = (sku: string, material: string, currency = 'TWD') => ({
  sku,
  standardCost: material,
  material,
  currency,
})
const stock = (sku: string, siteId: string, onHand: string, reserved: string) => ({
  sku,
  siteId,
  onHand,
  reserved,
  inTransit: '0',
  unit: 'PCS',
})

export const catalogue = {
  product: [
    product('PUMP', { name: 'Pump', category: 'PUMP' }),
    ...['BODY', 'SEAL', 'BOLT', 'RAW', 'LOOP-A', 'LOOP-B', 'BARE', 'NAKED'].map((sku) =>
      product(sku),
    ),
  ],
  bom: [
    bom('PUMP-A', 'PUMP', '2020-01-01', '2024-12-31'),
    bom('PUMP-B', 'PUMP', '2025-01-01'),
    bom('BODY-A', 'BODY', '2020-01-01', '2024-12-31'),
    // Two are in force at once: the one that began last counts.
    bom('BODY-B', 'BODY', '2025-01-01'),
    bom('BODY-C', 'BODY', '2026-01-01'),
    bom('LOOP-A1', 'LOOP-A', '2020-01-01'),
    bom('LOOP-B1', 'LOOP-B', '2020-01-01'),
    bom('BARE-A', 'BARE', '2020-01-01'),
  ],
  bom_line: [
    line('PUMP-A', 10, 'BODY', '1'),
    line('PUMP-B', 10, 'BODY', '1', { scrapPct: '2.5' }),
    line('PUMP-B', 20, 'BOLT', '8'),
    line('PUMP-B', 30, 'BOLT', '4', { optional: true, selectionRule: 'COAT' }),
    line('PUMP-B', 40, 'SEAL', '0.333'),
    line('BODY-A', 10, 'RAW', '1'),
    line('BODY-B', 10, 'RAW', '2'),
    line('BODY-C', 10, 'RAW', '3'),
    line('LOOP-A1', 10, 'LOOP-B', '1'),
    line('LOOP-A1', 20, 'RAW', '1'),
    line('LOOP-B1', 10, 'LOOP-A', '1'),
    line('BARE-A', 10, 'RAW', '1'),
    line('BARE-A', 20, 'NAKED', '1'),
  ],
  product_cost: [
    { sku: 'PUMP', standardCost: '500', labour: '40', overhead: '20.5', currency: 'TWD' },
    { sku: 'BODY', standardCost: '90', labour: '10', overhead: '5', currency: 'TWD' },
    bought('RAW', '7.000001'),
    bought('BOLT', '0.5'),
    bought('SEAL', '3'),
  ],
  product_price: [
    { sku: 'PUMP', currency: 'TWD', validFrom: '2025-01-01', validTo: '2026-06-30', price: '1000' },
    { sku: 'PUMP', currency: 'TWD', validFrom: '2026-06-30', validTo: null, price: '1100' },
    { sku: 'PUMP', currency: 'KWD', validFrom: '2025-01-01', validTo: null, price: '9.5' },
  ],
  site: [
    { id: 'KHH', name: 'Kaohsiung', latitude: '22.627278', longitude: '120.301435' },
    { id: 'TPE', name: 'Taipei' },
  ],
  stock: [
    stock('PUMP', 'TPE', '5', '2'),
    stock('PUMP', 'KHH', '1', '3'),
    stock('BOLT', 'TPE', '10', '1'),
    stock('RAW', 'TPE', '100', '0'),
  ],
  purchase_order: [
    {
      poNo: 'PO-1',
      supplierNo: 'S1',
      status: 'CONFIRMED',
      orderedOn: '2026-06-01',
      total: '10',
      currency: 'TWD',
    },
  ],
  purchase_order_line: [
    {
      poNo: 'PO-1',
      lineNo: 1,
      sku: 'PUMP',
      quantity: '6',
      received: '2',
      unit: 'PCS',
      expectedOn: '2026-07-10',
      isOpen: true,
      net: '10',
      currency: 'TWD',
    },
    {
      poNo: 'PO-1',
      lineNo: 2,
      sku: 'PUMP',
      quantity: '50',
      received: '50',
      unit: 'PCS',
      expectedOn: '2026-06-10',
      isOpen: false,
      net: '10',
      currency: 'TWD',
    },
  ],
  production_order: [
    {
      id: 'MO-1',
      sku: 'PUMP',
      quantity: '3',
      unit: 'PCS',
      status: 'STARTED',
      isOpen: true,
      dueOn: '2026-07-05',
    },
    {
      id: 'MO-2',
      sku: 'PUMP',
      quantity: '9',
      unit: 'PCS',
      status: 'FINISHED',
      isOpen: false,
      dueOn: '2026-06-05',
    },
  ],
  config_option: [
    { sku: 'PUMP', code: 'COAT', name: 'Coating', required: false },
    { sku: 'PUMP', code: 'SEAL', name: 'Seal', required: true },
  ],
  config_choice: [
    {
      sku: 'PUMP',
      optionCode: 'COAT',
      code: 'CERAMIC',
      name: 'Ceramic',
      priceDelta: '120',
      currency: 'TWD',
    },
    { sku: 'PUMP', optionCode: 'SEAL', code: 'STD', name: 'Standard' },
  ],
  config_exclusion: [{ sku: 'PUMP', choiceCode: 'STD', excludesCode: 'CERAMIC' }],
  product_configuration: [
    { id: 'CFG-1', sku: 'PUMP', valid: false, price: '1220', currency: 'TWD' },
  ],
  configuration_choice: [
    { configurationId: 'CFG-1', choiceCode: 'STD' },
    { configurationId: 'CFG-1', choiceCode: 'CERAMIC' },
  ],
}
