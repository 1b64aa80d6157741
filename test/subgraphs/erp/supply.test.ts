/** Supply and work over a small ERP: suppliers, purchase, production, complaints, tasks. Real SQL. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { anyone, subgraphFixture } from '../../support/subgraph-fixture.ts'
import { subgraph } from '../../../subgraphs/erp/subgraph.ts'

const purchase = (poNo: string, supplierNo: string, orderedOn: string, onTime: boolean | null) => ({
  poNo,
  supplierNo,
  status: onTime === null ? 'ORDERED' : 'RECEIVED',
  orderedOn,
  onTime,
  total: '10.5',
  currency: 'USD',
  buyerNo: 'E3',
})
const offer = (sku: string, supplierNo: string, price: string, preferred: boolean) => ({
  sku,
  supplierNo,
  price,
  currency: 'USD',
  minimumQuantity: preferred ? '100' : null,
  unit: 'PCS',
  leadTimeDays: 14,
  preferred,
})
const task = (id: string, status: string, dueOn: string | null, more = {}) => ({
  id,
  employeeNo: 'E1',
  title: `Do ${id}`,
  status,
  dueOn,
  ...more,
})
const making = (id: string, quantity: string, isOpen: boolean, sku = 'PUMP') => ({
  id,
  sku,
  quantity,
  unit: 'PCS',
  status: isOpen ? 'RELEASED' : 'CLOSED',
  isOpen,
  dueOn: '2026-07-01',
  supervisorNo: 'E5',
})

const erp = {
  product: ['PUMP', 'BOLT', 'SEAL'].map((sku) => ({
    sku,
    name: sku,
    uom: 'PCS',
    lifecycle: 'ACTIVE',
  })),
  bom: [{ id: 'B1', sku: 'PUMP', revision: 'A', validFrom: '2025-01-01' }],
  bom_line: [
    {
      bomId: 'B1',
      position: 10,
      componentSku: 'BOLT',
      quantity: '4',
      unit: 'PCS',
      optional: false,
    },
    {
      bomId: 'B1',
      position: 20,
      componentSku: 'BOLT',
      quantity: '2',
      unit: 'PCS',
      optional: false,
    },
    {
      bomId: 'B1',
      position: 30,
      componentSku: 'SEAL',
      quantity: '1',
      unit: 'PCS',
      optional: false,
    },
  ],
  stock: [
    { sku: 'BOLT', siteId: 'TPE', onHand: '50', reserved: '0', inTransit: '0', unit: 'PCS' },
    { sku: 'SEAL', siteId: 'TPE', onHand: '10', reserved: '0', inTransit: '0', unit: 'PCS' },
  ],
  supplier: [
    { supplierNo: 'S1', name: 'Formosa Seals', leadTimeDays: 20 },
    { supplierNo: 'S2', name: 'Bolt World' },
  ],
  supplier_offer: [
    offer('SEAL', 'S1', '0.123456', false),
    offer('SEAL', 'S2', '9', true),
    offer('BOLT', 'S2', '0.01', false),
  ],
  purchase_order: [
    purchase('PO-1', 'S1', '2026-01-10', true),
    purchase('PO-2', 'S1', '2026-05-10', false),
    purchase('PO-3', 'S1', '2026-05-11', false),
    purchase('PO-4', 'S1', '2026-06-11', null),
    purchase('PO-5', 'S2', '2026-06-12', null),
  ],
  purchase_order_line: [
    {
      poNo: 'PO-4',
      lineNo: 1,
      sku: 'SEAL',
      quantity: '100',
      received: '25.5',
      unit: 'PCS',
      expectedOn: '2026-07-02',
      isOpen: true,
      net: '10.5',
      currency: 'USD',
    },
  ],
  production_order: [
    making('MO-1', '10', true),
    making('MO-2', '1', true),
    making('MO-3', '99', false),
    making('MO-4', '1', true, 'SEAL'),
  ],
  complaint_record: [
    {
      id: 'QN-1',
      caseNo: 'CS-1',
      recordedAt: '2026-05-01T00:00:00Z',
      partsCost: '100.5',
      currency: 'TWD',
    },
    {
      id: 'QN-2',
      caseNo: 'CS-1',
      recordedAt: '2026-05-02T00:00:00Z',
      partsCost: '7',
      currency: 'JPY',
      resolution: 'Replaced',
    },
    {
      id: 'QN-3',
      caseNo: 'CS-1',
      recordedAt: '2026-05-03T00:00:00Z',
      partsCost: '0.25',
      currency: 'TWD',
    },
    { id: 'QN-4', caseNo: 'CS-2', recordedAt: '2026-05-03T00:00:00Z', returnOrderNo: 'SO-9' },
  ],
  task: [
    task('T1', 'OPEN', '2026-07-02', { productionOrderId: 'MO-1' }),
    task('T2', 'OPEN', null, { orderNo: 'SO-9' }),
    task('T3', 'DONE', '2026-06-01'),
    task('T4', 'CLAIMED', '2026-06-29'),
  ],
  sales_order: [
    {
      orderNo: 'SO-9',
      erpCustomerNo: '1',
      channel: 'DIRECT',
      status: 'COMPLETED',
      isOpen: false,
      orderedAt: '2026-05-05T00:00:00Z',
      orderedOn: '2026-05-05',
      net: '0',
      shippedNet: '0',
      currency: 'TWD',
      version: 1,
    },
  ],
  market_datum: [
    {
      id: 'MD-1',
      sku: 'PUMP',
      region: 'N',
      periodKey: '2025-Q4',
      marketSize: '1000000',
      currency: 'TWD',
      priceIndex: '101.5',
    },
    { id: 'MD-2', periodKey: '2026-Q1', source: 'Survey' },
  ],
}

describe('supply and work', () => {
  const fixture = subgraphFixture(subgraph, { erp })
  after(() => fixture[Symbol.dispose]())
  const ask = async (document: string, variables = {}, principal = anyone) => {
    const { data, errors } = await fixture.run(document, variables, principal)
    assert.equal(errors, undefined)
    return JSON.parse(JSON.stringify(data))
  }

  it('lists who sells a product, the preferred supplier first, then by price', async () => {
    const { product } = await ask(
      '{ product(sku: "SEAL") { suppliers { supplier { name } price { amount currency } minimumQuantity { value } preferred } } }',
    )
    assert.deepEqual(product.suppliers, [
      {
        supplier: { name: 'Bolt World' },
        price: { amount: '9.00', currency: 'USD' },
        minimumQuantity: { value: '100' },
        preferred: true,
      },
      {
        supplier: { name: 'Formosa Seals' },
        price: { amount: '0.123456', currency: 'USD' },
        minimumQuantity: null,
        preferred: false,
      },
    ])
  })

  it('knows how punctual suppliers are, and of whom nothing came yet', async () => {
    const { suppliers } = await ask(
      '{ suppliers { nodes { name leadTimeDays onTimeRate early: onTimeRate(range: {to: "2026-01-31"}) offers { product { sku } } } } }',
    )
    assert.deepEqual(suppliers.nodes, [
      {
        name: 'Bolt World',
        leadTimeDays: null,
        onTimeRate: null,
        early: null,
        offers: [{ product: { sku: 'BOLT' } }, { product: { sku: 'SEAL' } }],
      },
      {
        name: 'Formosa Seals',
        leadTimeDays: 20,
        onTimeRate: '0.3333',
        early: '1',
        offers: [{ product: { sku: 'SEAL' } }],
      },
    ])
    // Suppliers, two ranges, offers, products.
    assert.equal(fixture.statements.length, 5)
  })

  it('has purchase orders with lines, supplier and buyer', async () => {
    const { purchaseOrder, purchaseOrders } = await ask(
      `{ purchaseOrder(poNo: "PO-4") { status onTime total { amount } supplier { name } buyer { employeeNo } lines { product { sku } quantity { value } received { value } expectedOn net { amount } } }
         purchaseOrders(filter: {supplierNo: {eq: "S1"}, ordered: {from: "2026-05-01"}, total: {currency: "USD", gte: "10.5"}}) { nodes { poNo } } }`,
    )
    assert.deepEqual(purchaseOrder, {
      status: 'ORDERED',
      onTime: null,
      total: { amount: '10.50' },
      supplier: { name: 'Formosa Seals' },
      buyer: { employeeNo: 'E3' },
      lines: [
        {
          product: { sku: 'SEAL' },
          quantity: { value: '100' },
          received: { value: '25.5' },
          expectedOn: '2026-07-02',
          net: { amount: '10.50' },
        },
      ],
    })
    assert.deepEqual(
      purchaseOrders.nodes.map(({ poNo }: { poNo: string }) => poNo),
      ['PO-4', 'PO-3', 'PO-2'],
    )
  })

  it('says what production lacks, counting stock once over two positions', async () => {
    const { productionOrders } = await ask(
      '{ productionOrders { nodes { id supervisor { employeeNo } materialShortages { component { sku } quantity { value } shortage { value unit } } } } }',
    )
    const lacks = Object.fromEntries(
      productionOrders.nodes.map((row: { id: string; materialShortages: unknown }) => [
        row.id,
        row.materialShortages,
      ]),
    )
    assert.deepEqual(lacks, {
      // 40 and 20 bolts of 50; the seals are just enough.
      'MO-1': [
        {
          component: { sku: 'BOLT' },
          quantity: { value: '20' },
          shortage: { value: '10', unit: 'PCS' },
        },
      ],
      'MO-2': [],
      'MO-3': [],
      'MO-4': [],
    })
    // The list (with and without a due day), bills, explosion, stock, costs, components.
    assert.equal(fixture.statements.length, 7)
  })

  it('has what quality assurance made of a case, and its parts by currency', async () => {
    const { _entities } = await ask(
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Case { partsCost { amount currency } complaintRecords { id partsCost { amount } resolution returnOrder { status } } } } }`,
      { r: ['CS-2', 'CS-1', 'CS-9'].map((caseNo) => ({ __typename: 'Case', caseNo })) },
    )
    const record = (
      id: string,
      amount: string | null,
      resolution: string | null,
      status: string | null,
    ) => ({
      id,
      partsCost: amount === null ? null : { amount },
      resolution,
      returnOrder: status === null ? null : { status },
    })
    assert.deepEqual(_entities, [
      { partsCost: [], complaintRecords: [record('QN-4', null, null, 'COMPLETED')] },
      {
        partsCost: [
          { amount: '7', currency: 'JPY' },
          { amount: '100.75', currency: 'TWD' },
        ],
        complaintRecords: [
          record('QN-1', '100.50', null, null),
          record('QN-2', '7', 'Replaced', null),
          record('QN-3', '0.25', null, null),
        ],
      },
      { partsCost: [], complaintRecords: [] },
    ])
    assert.equal(fixture.statements.length, 2)
  })

  it('has the tasks of a person, those due first first, those without a day last', async () => {
    const { _entities } = await ask(
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Employee { erpTasks(filter: {status: [OPEN, CLAIMED]}) { totalCount nodes { id salesOrder { orderNo } productionOrder { id } } } } } }`,
      { r: [{ __typename: 'Employee', employeeNo: 'E1' }] },
    )
    assert.deepEqual(_entities[0].erpTasks, {
      totalCount: 3,
      nodes: [
        { id: 'T4', salesOrder: null, productionOrder: null },
        { id: 'T1', salesOrder: null, productionOrder: { id: 'MO-1' } },
        { id: 'T2', salesOrder: { orderNo: 'SO-9' }, productionOrder: null },
      ],
    })
  })

  it('has what is known of markets', async () => {
    const { marketData } = await ask(
      '{ marketData { nodes { id product { sku } region period { key end } marketSize { amount } priceIndex source } } }',
    )
    assert.deepEqual(marketData.nodes, [
      {
        id: 'MD-2',
        product: null,
        region: null,
        period: { key: '2026-Q1', end: '2026-03-31' },
        marketSize: null,
        priceIndex: null,
        source: 'Survey',
      },
      {
        id: 'MD-1',
        product: { sku: 'PUMP' },
        region: 'N',
        period: { key: '2025-Q4', end: '2025-12-31' },
        marketSize: { amount: '1000000.00' },
        priceIndex: '101.5',
        source: null,
      },
    ])
  })
})
