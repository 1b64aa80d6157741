/** Orders over a small ERP: lists, lines, holds, shipments. Real SQL. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { anyone, subgraphFixture } from '../../support/subgraph-fixture.ts'
import { subgraph } from '../../../subgraphs/erp/subgraph.ts'
import { sales } from './sales.ts'

describe('orders', () => {
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
  const orderNos = (nodes: readonly { orderNo: string }[]) => nodes.map(({ orderNo }) => orderNo)

  it('merges the orders of all numbers of a customer, the latest first', async () => {
    const first = await customer(
      'orders(first: 2) { totalCount pageInfo { hasNextPage endCursor } nodes { orderNo } }',
      ['1', '2'],
    )
    assert.deepEqual(orderNos(first.orders.nodes), ['SO-2', 'SO-5'])
    assert.deepEqual([first.orders.totalCount, first.orders.pageInfo.hasNextPage], [5, true])
    // The page and the count.
    assert.equal(fixture.statements.length, 2)
    const next = await customer(
      `orders(after: "${first.orders.pageInfo.endCursor}") { nodes { orderNo } pageInfo { hasNextPage } }`,
      ['1', '2'],
    )
    assert.deepEqual(orderNos(next.orders.nodes), ['SO-3', 'SO-1', 'SO-4'])
    assert.equal(next.orders.pageInfo.hasNextPage, false)
  })

  it('says of an order where it stands and why it is stuck', async () => {
    const { salesOrders } = await ask(
      `{ salesOrders(filter: {onHold: true}) { nodes { orderNo net { amount currency } cost { amount } margin { amount } stuckReasons holds { kind releasedAt reason }
          customer { erpCustomerNo } salesperson { employeeNo } productionOrders { id } shipments { id onTime } lines { totalCount nodes { lineNo product { name } quantity { value unit } } } } } }`,
    )
    assert.deepEqual(salesOrders.nodes, [
      {
        orderNo: 'SO-2',
        net: { amount: '100.01', currency: 'TWD' },
        cost: null,
        margin: null,
        stuckReasons: ['CREDIT_HOLD', 'PRODUCTION_LATE', 'PROMISE_BROKEN'],
        holds: [{ kind: 'CREDIT', releasedAt: null, reason: 'Over the limit' }],
        customer: { erpCustomerNo: '1' },
        salesperson: { employeeNo: 'E1' },
        productionOrders: [{ id: 'MO-1' }],
        shipments: [{ id: 'SH-2', onTime: false }],
        lines: {
          totalCount: 1,
          nodes: [{ lineNo: 1, product: { name: 'Pump' }, quantity: { value: '2', unit: 'PCS' } }],
        },
      },
    ])
  })

  it('answers lines, holds, shipments and production of a list with one statement each', async () => {
    const document = (first: number) =>
      `{ salesOrders(first: ${first}) { nodes { orderNo stuckReasons holds { kind } shipments { id } lines { nodes { product { name } } } } } }`
    await ask(document(2))
    const few = fixture.statements.length
    const { salesOrders } = await ask(document(100))
    assert.equal(salesOrders.nodes.length, 6)
    // The orders, holds, production, shipments, lines, products.
    assert.deepEqual([few, fixture.statements.length], [6, 6])
  })

  it('filters orders by product, day, amount of a currency, and their opposites', async () => {
    const cases: [string, string[]][] = [
      ['{sku: {eq: "SEAL"}}', ['SO-1', 'SO-4', 'SO-6']],
      ['{ordered: {from: "2026-06-01", to: "2026-06-15"}}', ['SO-5', 'SO-6']],
      ['{net: {currency: "TWD", gte: "50", lte: "100.01"}}', ['SO-2', 'SO-4']],
      ['{net: {currency: "KWD"}}', ['SO-3']],
      ['{onHold: false, isOpen: true}', ['SO-3', 'SO-4', 'SO-6']],
      ['{not: {salespersonNo: {in: ["E1", "E2"]}}}', ['SO-6']],
      [
        '{or: [{channel: [ONLINE_MALL]}, {and: [{status: [READY]}, {erpCustomerNo: {eq: "2"}}]}]}',
        ['SO-4', 'SO-6'],
      ],
      ['{orderNo: {in: []}}', []],
    ]
    for (const [filter, expected] of cases) {
      const { salesOrders } = await ask(
        `{ salesOrders(filter: ${filter}) { totalCount nodes { orderNo } } }`,
      )
      assert.deepEqual(orderNos(salesOrders.nodes).toSorted(), expected, filter)
      assert.equal(salesOrders.totalCount, expected.length, filter)
    }
  })

  it('orders without a promised day come last both ways, page by page', async () => {
    for (const [direction, expected] of [
      ['ASC', ['SO-4', 'SO-2', 'SO-3', 'SO-1', 'SO-5', 'SO-6']],
      ['DESC', ['SO-3', 'SO-2', 'SO-4', 'SO-6', 'SO-5', 'SO-1']],
    ]) {
      const seen: string[] = []
      let after: string | null = null
      do {
        const { salesOrders } = await ask(
          `query ($after: String) { salesOrders(first: 2, after: $after, orderBy: {field: PROMISED_ON, direction: ${String(direction)}}) { nodes { orderNo } pageInfo { hasNextPage endCursor } } }`,
          { after },
        )
        seen.push(...orderNos(salesOrders.nodes))
        after = salesOrders.pageInfo.hasNextPage ? salesOrders.pageInfo.endCursor : null
      } while (after !== null)
      assert.deepEqual(seen, expected)
    }
  })

  it('has shipments with their orders, their place and their handler', async () => {
    const { shipments, shipment: two } = await ask(
      '{ shipment(id: "SH-2") { orders { orderNo } carrier handler { employeeNo } position { lat } } shipments(filter: {status: [IN_TRANSIT]}) { nodes { id onTime delayHours position { lat lon } } } }',
    )
    assert.deepEqual(two, {
      orders: [{ orderNo: 'SO-1' }, { orderNo: 'SO-2' }],
      carrier: null,
      handler: { employeeNo: 'E7' },
      position: null,
    })
    assert.deepEqual(shipments.nodes, [
      { id: 'SH-4', onTime: null, delayHours: null, position: { lat: 25.03, lon: 121.5 } },
    ])
  })

  it('finds a line by its two keys, as root and as entity', async () => {
    const {
      line: found,
      none,
      _entities,
    } = await ask(
      `query ($r: [_Any!]!) { line: salesOrderLine(orderNo: "SO-1", lineNo: 2) { net { amount } cost { amount } salesOrder { orderNo } }
         none: salesOrderLine(orderNo: "SO-1", lineNo: 3) { lineNo }
         _entities(representations: $r) { ... on SalesOrderLine { quantity { value } } ... on SalesOrder { version } } }`,
      {
        r: [
          { __typename: 'SalesOrderLine', orderNo: 'SO-2', lineNo: 1 },
          { __typename: 'SalesOrder', orderNo: 'SO-9' },
          { __typename: 'SalesOrder', orderNo: 'SO-1' },
        ],
      },
    )
    assert.deepEqual(found, {
      net: { amount: '9.93' },
      cost: null,
      salesOrder: { orderNo: 'SO-1' },
    })
    assert.deepEqual(
      [none, _entities],
      [null, [{ quantity: { value: '2' } }, null, { version: 1 }]],
    )
  })
})
