/** What a principal limited to its own customers sees of the ERP: its orders and the catalogue, no more. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import type { Principal } from '#shared/principal.ts'
import type { Relation } from '#shared/relations.ts'
import { anyone, subgraphFixture } from '../../support/subgraph-fixture.ts'
import { relations } from '../../../subgraphs/erp/relations.ts'
import { subgraph } from '../../../subgraphs/erp/subgraph.ts'
import { catalogue } from './catalogue.ts'
import { sales } from './sales.ts'

const limitedTo = (...erpCustomerNo: string[]): Principal => ({
  ...anyone,
  audience: 'PARTNER_SYSTEM',
  rows: { rule: 'own_customers', parameters: { erpCustomerNo } },
})

describe('own customers only', () => {
  const erp = {
    ...catalogue,
    ...sales,
    product: catalogue.product,
    site: catalogue.site,
    production_order: catalogue.production_order,
    supplier: [{ supplierNo: 'S1', name: 'Supplier' }],
    supplier_offer: [
      {
        sku: 'SEAL',
        supplierNo: 'S1',
        price: '1',
        currency: 'TWD',
        unit: 'PCS',
        leadTimeDays: 1,
        preferred: true,
      },
    ],
    task: [{ id: 'T1', employeeNo: 'E1', title: 'Do', status: 'OPEN' }],
    complaint_record: [{ id: 'QN-1', caseNo: 'CS-1', recordedAt: '2026-05-01T00:00:00Z' }],
    market_datum: [{ id: 'MD-1', periodKey: '2025' }],
  }
  const fixture = subgraphFixture(subgraph, { erp })
  after(() => fixture[Symbol.dispose]())
  const ask = async (document: string, variables = {}, principal = limitedTo('2')) => {
    const { data, errors } = await fixture.run(document, variables, principal)
    assert.equal(errors, undefined)
    return JSON.parse(JSON.stringify(data))
  }

  it('the rule is on exactly these relations', () => {
    const ruled = Object.entries<Relation>(relations).flatMap(([name, { rules }]) =>
      rules?.['own_customers'] === undefined ? [] : [name],
    )
    assert.deepEqual(ruled.toSorted(), [
      'config_choice',
      'config_exclusion',
      'config_option',
      'customer',
      'customer_particulars',
      'order_hold',
      'product',
      'product_price',
      'sales_order',
      'sales_order_line',
      'shipment',
      'shipment_order',
      'site',
      'stock',
    ])
  })

  it('orders, lines and shipments are those of its numbers, in lists and counts', async () => {
    const { salesOrders, salesOrderLines, shipments } = await ask(
      `{ salesOrders { totalCount nodes { orderNo holds { kind } } } salesOrderLines { totalCount nodes { orderNo } } shipments { totalCount nodes { id } } }`,
    )
    assert.deepEqual(salesOrders, {
      totalCount: 2,
      nodes: [
        { orderNo: 'SO-3', holds: [{ kind: 'QUALITY' }] },
        { orderNo: 'SO-4', holds: [] },
      ],
    })
    assert.deepEqual([salesOrderLines.totalCount, shipments.totalCount], [2, 2])
  })

  it('somebody else’s order is nothing by key, by filter and as an entity', async () => {
    const { order, line, filtered, shipment, _entities } = await ask(
      `query ($r: [_Any!]!) { order: salesOrder(orderNo: "SO-1") { orderNo } line: salesOrderLine(orderNo: "SO-1", lineNo: 1) { lineNo } shipment(id: "SH-1") { id }
         filtered: salesOrders(filter: {or: [{erpCustomerNo: {eq: "1"}}, {not: {erpCustomerNo: {eq: "2"}}}]}) { totalCount nodes { orderNo } }
         _entities(representations: $r) { ... on SalesOrder { status } ... on Shipment { status } ... on Customer { priceList openOrderValue { amount } orders { totalCount nodes { orderNo } } } } }`,
      {
        r: [
          { __typename: 'SalesOrder', orderNo: 'SO-1' },
          { __typename: 'Shipment', id: 'SH-2' },
          { __typename: 'Customer', erpCustomerNo: '1', erpCustomerNos: ['1', '2'] },
        ],
      },
    )
    assert.deepEqual(
      [order, line, shipment, filtered],
      [null, null, null, { totalCount: 0, nodes: [] }],
    )
    assert.deepEqual(_entities, [
      null,
      null,
      // Of the numbers handed over only its own is summed.
      {
        priceList: null,
        openOrderValue: [{ amount: '7.125' }, { amount: '50.00' }],
        orders: { totalCount: 2, nodes: [{ orderNo: 'SO-3' }, { orderNo: 'SO-4' }] },
      },
    ])
  })

  it('groups and sums are over its own rows', async () => {
    const { orders, lines, deliveries } = await ask(
      `{ orders: salesOrderAggregates(groupBy: [CUSTOMER]) { rows { erpCustomerNo currency count } }
         lines: salesOrderLineAggregates(groupBy: [PRODUCT]) { rows { product { sku } currency quantity } }
         deliveries: deliveryAggregates(groupBy: [CUSTOMER]) { rows { customer { erpCustomerNo } shipments } } }`,
    )
    assert.deepEqual(orders.rows, [
      { erpCustomerNo: '2', currency: 'KWD', count: 1 },
      { erpCustomerNo: '2', currency: 'TWD', count: 1 },
    ])
    assert.deepEqual(lines.rows, [
      { product: { sku: 'PUMP' }, currency: 'KWD', quantity: '1' },
      { product: { sku: 'SEAL' }, currency: 'TWD', quantity: '5' },
    ])
    assert.deepEqual(deliveries.rows, [{ customer: { erpCustomerNo: '2' }, shipments: 1 }])
  })

  it('the catalogue is open; bills, costs, suppliers and what sales of others add up to are not', async () => {
    const { product } = await ask(
      `{ product(sku: "PUMP") { name listPrice(currency: "TWD") { amount } freeStock { value } standardCost { amount } suppliers { price { amount } }
          salesStats { currency orders } bom { explosion(levels: 1) { cost { amount } } costRollup { total { amount } } } productionOrders { totalCount } } }`,
    )
    assert.deepEqual(product, {
      name: 'Pump',
      listPrice: { amount: '1100.00' },
      freeStock: { value: '1' },
      standardCost: null,
      suppliers: [],
      salesStats: [{ currency: 'KWD', orders: 1 }],
      bom: null,
      productionOrders: { totalCount: 0 },
    })
  })

  it('supply, production, plans, tasks, complaints and markets are nothing to it', async () => {
    const answer = await ask(
      `{ suppliers { totalCount } purchaseOrders { totalCount } productionOrders { totalCount } salesPlans { totalCount } erpTasks { totalCount } complaintRecords { totalCount } marketData { totalCount } productConfigurations { totalCount } }`,
    )
    for (const [name, { totalCount }] of Object.entries<{ totalCount: number }>(answer)) {
      assert.equal(totalCount, 0, name)
    }
    // The same question of somebody without a limit finds something everywhere: the test can fail.
    const all = await ask(
      `{ suppliers { totalCount } purchaseOrders { totalCount } productionOrders { totalCount } salesPlans { totalCount } erpTasks { totalCount } complaintRecords { totalCount } marketData { totalCount } productConfigurations { totalCount } }`,
      {},
      anyone,
    )
    for (const [name, { totalCount }] of Object.entries<{ totalCount: number }>(all)) {
      assert.ok(totalCount > 0, name)
    }
  })

  it('no numbers at all, or a rule the ERP does not know, is nothing', async () => {
    const unknown = {
      ...anyone,
      rows: { rule: 'own_region', parameters: { erpCustomerNo: ['2'] } },
    }
    for (const principal of [limitedTo(), unknown]) {
      const { salesOrders } = await ask(
        '{ salesOrders { totalCount nodes { orderNo } } }',
        {},
        principal,
      )
      assert.deepEqual(salesOrders, { totalCount: 0, nodes: [] })
    }
  })
})
