/** Figures of sales over a small ERP: customers, people, plans, groups. Real SQL. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { anyone, subgraphFixture } from '../../support/subgraph-fixture.ts'
import { subgraph } from '../../../subgraphs/erp/subgraph.ts'
import { sales } from './sales.ts'

describe('figures of sales', () => {
  const fixture = subgraphFixture(subgraph, { erp: sales })
  after(() => fixture[Symbol.dispose]())
  const ask = async (document: string, variables = {}, principal = anyone) => {
    const { data, errors } = await fixture.run(document, variables, principal)
    assert.equal(errors, undefined)
    return JSON.parse(JSON.stringify(data))
  }
  const customer = async (fields: string, erpCustomerNos: string[] | null) => {
    const r = [
      { __typename: 'Customer', erpCustomerNo: erpCustomerNos?.[0] ?? '1', erpCustomerNos },
    ]
    const { _entities } = await ask(
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Customer { ${fields} } } }`,
      { r },
    )
    return _entities[0]
  }

  it('sums a customer over its numbers, one row per currency, exactly', async () => {
    const { orderStats, openOrderValue } = await customer(
      'orderStats { currency count ordered { amount } shipped { amount } backlog { amount } lastOrderOn } openOrderValue { amount currency }',
      ['1', '2'],
    )
    assert.deepEqual(
      orderStats.toSorted((a: { currency: string }, b: { currency: string }) =>
        a.currency < b.currency ? -1 : 1,
      ),
      [
        {
          currency: 'KWD',
          count: 1,
          ordered: { amount: '7.125' },
          shipped: { amount: '0.000' },
          backlog: { amount: '7.125' },
          lastOrderOn: '2026-05-01',
        },
        // SO-1, SO-2, SO-4; SO-5 was called off. 90071992547409.93 + 100.01 + 50; 100.01 - 40 + 50
        {
          currency: 'TWD',
          count: 3,
          ordered: { amount: '90071992547559.94' },
          shipped: { amount: '90071992547449.93' },
          backlog: { amount: '110.01' },
          lastOrderOn: '2026-06-30',
        },
      ],
    )
    assert.deepEqual(openOrderValue, [
      { amount: '7.125', currency: 'KWD' },
      { amount: '110.01', currency: 'TWD' },
    ])
    assert.equal(fixture.statements.length, 1)
  })

  it('a customer the ERP does not know is absent, one without orders has none', async () => {
    const fields =
      'openOrderValue { amount } orderStats { count } orders { nodes { orderNo } } priceList'
    assert.deepEqual(await customer(fields, null), {
      openOrderValue: null,
      orderStats: null,
      orders: null,
      priceList: 'PL-1',
    })
    assert.deepEqual(await customer(fields, ['77']), {
      openOrderValue: [],
      orderStats: [],
      orders: { nodes: [] },
      priceList: null,
    })
  })

  it('limits the figures of a customer to days', async () => {
    const { orderStats } = await customer(
      'orderStats(range: {from: "2026-06-30", to: "2026-06-30"}) { count ordered { amount } }',
      ['1', '2'],
    )
    assert.deepEqual(orderStats, [{ count: 1, ordered: { amount: '100.01' } }])
  })

  it('groups orders by customer number and currency; a margin covers only what has a cost', async () => {
    const { salesOrderAggregates } = await ask(
      `{ salesOrderAggregates(filter: {not: {status: [CANCELLED]}}, groupBy: [CUSTOMER], orderBy: {measure: ORDERED, direction: ASC}) { truncated rows {
          erpCustomerNo customer { erpCustomerNo } currency count ordered { amount } backlog { amount } cost { amount } margin { amount } costedCount } } }`,
    )
    const row = (
      erpCustomerNo: string,
      currency: string,
      count: number,
      ordered: string,
      backlog: string,
      cost: string | null,
      margin: string | null,
      costedCount: number,
    ) => ({
      erpCustomerNo,
      customer: { erpCustomerNo },
      currency,
      count,
      ordered: { amount: ordered },
      backlog: { amount: backlog },
      cost: cost === null ? null : { amount: cost },
      margin: margin === null ? null : { amount: margin },
      costedCount,
    })
    assert.deepEqual(salesOrderAggregates, {
      truncated: false,
      rows: [
        row('2', 'KWD', 1, '7.125', '7.125', '5.125', '2.000', 1),
        row('3', 'TWD', 1, '30.00', '30.00', null, null, 0),
        row('2', 'TWD', 1, '50.00', '50.00', '20.00', '30.00', 1),
        row('1', 'TWD', 2, '90071992547509.94', '60.01', '90000000000000.01', '71992547409.92', 1),
      ],
    })
    assert.equal(fixture.statements.length, 1)
  })

  it('groups orders by time, and says when there are more groups', async () => {
    const { salesOrderAggregates } = await ask(
      '{ salesOrderAggregates(filter: {net: {currency: "TWD"}}, groupBy: [ORDER_PERIOD], bucket: QUARTER, first: 1) { truncated rows { period { key start end } count } } }',
    )
    assert.deepEqual(salesOrderAggregates, {
      truncated: true,
      rows: [{ period: { key: '2026-Q1', start: '2026-01-01', end: '2026-03-31' }, count: 1 }],
    })
    const { errors } = await fixture.run(
      '{ salesOrderAggregates(groupBy: [ORDER_PERIOD]) { truncated } }',
    )
    assert.equal(errors?.[0]?.extensions['code'], 'BAD_USER_INPUT')
  })

  it('groups lines by product and category; called-off orders do not count', async () => {
    const { byProduct, byCategory } = await ask(
      `{ byProduct: salesOrderLineAggregates(groupBy: [PRODUCT], orderBy: {measure: QUANTITY}) { rows { product { sku name } currency orders quantity ordered { amount } shipped { amount } margin { amount } } }
         byCategory: salesOrderLineAggregates(filter: {ordered: {from: "2026-04-01"}}, groupBy: [CATEGORY]) { rows { category currency quantity } } }`,
    )
    assert.deepEqual(byProduct.rows, [
      {
        product: { sku: 'PUMP', name: 'Pump' },
        currency: 'TWD',
        orders: 2,
        quantity: '12',
        ordered: { amount: '90071992547500.01' },
        shipped: { amount: '40.00' },
        margin: { amount: '71992547399.99' },
      },
      {
        product: { sku: 'SEAL', name: 'Seal' },
        currency: 'TWD',
        orders: 3,
        quantity: '9.5',
        ordered: { amount: '89.93' },
        shipped: { amount: '0.00' },
        margin: { amount: '30.00' },
      },
      {
        product: { sku: 'PUMP', name: 'Pump' },
        currency: 'KWD',
        orders: 1,
        quantity: '1',
        ordered: { amount: '7.125' },
        shipped: { amount: '0.000' },
        margin: { amount: '2.000' },
      },
    ])
    assert.deepEqual(byCategory.rows, [
      { category: 'PART', currency: 'TWD', quantity: '4.5' },
      { category: 'PUMP', currency: 'KWD', quantity: '1' },
      { category: 'PUMP', currency: 'TWD', quantity: '12' },
    ])
    // Two groupings and the names of the products.
    assert.equal(fixture.statements.length, 3)
  })

  it('compares plans with what was ordered in their days and currency, in two statements', async () => {
    const { salesPlans } = await ask(
      '{ salesPlans { nodes { id period { key } salesperson { employeeNo } region target { amount } actual { amount currency } attainment } } }',
    )
    const found = Object.fromEntries(
      salesPlans.nodes.map(
        (row: {
          id: string
          actual: { amount: string; currency: string } | null
          attainment: string | null
        }) => [
          row.id,
          [row.actual && `${row.actual.amount} ${row.actual.currency}`, row.attainment],
        ],
      ),
    )
    assert.deepEqual(found, {
      // SO-1 and SO-2; SO-5 was called off
      'P-1': ['90071992547509.94 TWD', '90071992547.5099'],
      'P-2': ['7.125 KWD', '0.7125'],
      // Nothing in that currency is zero; of a target of zero there is no share.
      'P-3': ['0.00 TWD', null],
      'P-4': [null, null],
      // The seals of SO-1 and SO-6, then those of E1 alone.
      'P-5': ['39.93 TWD', '1.9965'],
      'P-6': ['9.93 TWD', '0.0099'],
      'P-7': ['50.00 TWD', '0.25'],
    })
    assert.equal(fixture.statements.length, 3)
  })

  it('has the figures of people: results, plans, deliveries', async () => {
    const { _entities } = await ask(
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Employee {
          salesResults(range: {from: "2026-04-01", to: "2026-06-30"}) { currency orders ordered { amount } margin { amount } }
          salesPlans(period: "2026-Q2") { id } salesOrders(first: 1) { totalCount nodes { orderNo } }
          deliveryPerformance { shipments onTime onTimeRate averageDelayHours } } } }`,
      { r: ['E1', 'E7', 'E99'].map((employeeNo) => ({ __typename: 'Employee', employeeNo })) },
    )
    const nothing = { salesResults: [], salesPlans: [], salesOrders: { totalCount: 0, nodes: [] } }
    assert.deepEqual(_entities, [
      {
        salesResults: [
          {
            currency: 'TWD',
            orders: 2,
            ordered: { amount: '90071992547509.94' },
            margin: { amount: '71992547409.92' },
          },
        ],
        salesPlans: [{ id: 'P-1' }, { id: 'P-6' }],
        salesOrders: { totalCount: 4, nodes: [{ orderNo: 'SO-2' }] },
        deliveryPerformance: null,
      },
      {
        ...nothing,
        deliveryPerformance: { shipments: 2, onTime: 1, onTimeRate: '0.5', averageDelayHours: 20 },
      },
      { ...nothing, deliveryPerformance: null },
    ])
    // Results, plans, orders, their counts, deliveries: for all people at once.
    assert.equal(fixture.statements.length, 5)
  })

  it('groups deliveries; what has not arrived does not count', async () => {
    const { deliveryAggregates } = await ask(
      '{ deliveryAggregates(groupBy: [HANDLER, SITE, DELIVERED_PERIOD], bucket: MONTH, orderBy: {measure: SHIPMENTS}) { rows { handler { employeeNo } site { name } period { key } shipments onTime onTimeRate averageDelayHours } } }',
    )
    assert.deepEqual(deliveryAggregates.rows, [
      {
        handler: { employeeNo: 'E7' },
        site: { name: 'Taipei' },
        period: { key: '2026-06' },
        shipments: 2,
        onTime: 1,
        onTimeRate: '0.5',
        averageDelayHours: 20,
      },
      {
        handler: { employeeNo: 'E8' },
        site: { name: 'Taipei' },
        period: { key: '2026-05' },
        shipments: 1,
        onTime: 1,
        onTimeRate: '1',
        averageDelayHours: 0,
      },
    ])
  })
})
