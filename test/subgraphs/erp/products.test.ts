/** Products over a small ERP: price, stock, promises, configuration. Real SQL. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { anyone, subgraphFixture } from '../../support/subgraph-fixture.ts'
import { subgraph } from '../../../subgraphs/erp/subgraph.ts'
import { catalogue } from './catalogue.ts'

describe('products', () => {
  const fixture = subgraphFixture(subgraph, { erp: catalogue })
  after(() => fixture[Symbol.dispose]())
  const ask = async (document: string, variables = {}, principal = anyone) => {
    const { data, errors } = await fixture.run(document, variables, principal)
    assert.equal(errors, undefined)
    return JSON.parse(JSON.stringify(data))
  }
  const codeOf = async (document: string) =>
    (await fixture.run(document)).errors?.[0]?.extensions['code']

  it('has the list price in force, by currency and day', async () => {
    const { product: pump } = await ask(
      `{ product(sku: "PUMP") { today: listPrice(currency: "TWD") { amount } before: listPrice(currency: "TWD", at: "2026-06-29") { amount }
          kwd: listPrice(currency: "KWD") { amount } eur: listPrice(currency: "EUR") { amount } early: listPrice(currency: "TWD", at: "2024-12-31") { amount } } }`,
    )
    assert.deepEqual(pump, {
      today: { amount: '1100.00' },
      before: { amount: '1000.00' },
      kwd: { amount: '9.500' },
      eur: null,
      early: null,
    })
  })

  it('has stock by site and what of it is free', async () => {
    const { product: pump } = await ask(
      `{ product(sku: "PUMP") { freeStock { value unit } stock { site { name location { lat lon } } onHand { value } reserved { value } }
          here: stock(sites: ["TPE", "XXX"]) { onHand { value } } } }`,
    )
    // 5 - 2 in Taipei; Kaohsiung has promised two more than it has.
    assert.deepEqual(pump.freeStock, { value: '1', unit: 'PCS' })
    assert.deepEqual(pump.stock, [
      {
        site: { name: 'Kaohsiung', location: { lat: 22.627278, lon: 120.301435 } },
        onHand: { value: '1' },
        reserved: { value: '3' },
      },
      {
        site: { name: 'Taipei', location: null },
        onHand: { value: '5' },
        reserved: { value: '2' },
      },
    ])
    assert.deepEqual(pump.here, [{ onHand: { value: '5' } }])
  })

  it('promises from free stock, open purchase orders and production, with its sources', async () => {
    const { product: pump } = await ask(
      `{ product(sku: "PUMP") {
          whenever: availableToPromise(quantity: "6") { promisable date quantity { value } sources { kind reference date quantity { value } } }
          soon: availableToPromise(quantity: "6", by: "2026-07-05") { promisable date quantity { value } }
          never: availableToPromise(quantity: "8.001") { promisable date quantity { value } } } }`,
    )
    assert.deepEqual(pump, {
      whenever: {
        promisable: true,
        date: '2026-07-10',
        quantity: { value: '6' },
        sources: [
          { kind: 'STOCK', reference: null, date: '2026-06-30', quantity: { value: '1' } },
          {
            kind: 'PRODUCTION_ORDER',
            reference: 'MO-1',
            date: '2026-07-05',
            quantity: { value: '3' },
          },
          {
            kind: 'PURCHASE_ORDER',
            reference: 'PO-1',
            date: '2026-07-10',
            quantity: { value: '2' },
          },
        ],
      },
      soon: { promisable: false, date: '2026-07-10', quantity: { value: '4' } },
      never: { promisable: false, date: null, quantity: { value: '8' } },
    })
    // The product, stock, purchase, production: once for all three questions.
    assert.equal(fixture.statements.length, 4)
    assert.equal(
      await codeOf('{ product(sku: "PUMP") { availableToPromise(quantity: "0") { promisable } } }'),
      'BAD_USER_INPUT',
    )
  })

  it('promises the lines of quotes out of one stock, with three statements', async () => {
    const quoted = (quoteNo: string, lineNo: number, sku: string | null, value: string) => ({
      __typename: 'QuoteLine',
      quoteNo,
      lineNo,
      sku,
      quantity: { value, unit: 'PCS' },
    })
    const { _entities } = await ask(
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on QuoteLine { promise { promisable date sources { kind quantity { value } } } } } }`,
      {
        r: [
          quoted('Q-2', 1, 'PUMP', '2'),
          quoted('Q-1', 2, 'PUMP', '3'),
          quoted('Q-1', 1, 'BOLT', '9'),
          quoted('Q-3', 1, null, '1'),
        ],
      },
    )
    assert.deepEqual(
      _entities.map((row: { promise: unknown }) => row.promise),
      [
        // One of the three made is left by Q-1, then what is bought.
        {
          promisable: true,
          date: '2026-07-10',
          sources: [
            { kind: 'PRODUCTION_ORDER', quantity: { value: '1' } },
            { kind: 'PURCHASE_ORDER', quantity: { value: '1' } },
          ],
        },
        {
          promisable: true,
          date: '2026-07-05',
          sources: [
            { kind: 'STOCK', quantity: { value: '1' } },
            { kind: 'PRODUCTION_ORDER', quantity: { value: '2' } },
          ],
        },
        {
          promisable: true,
          date: '2026-06-30',
          sources: [{ kind: 'STOCK', quantity: { value: '9' } }],
        },
        null,
      ],
    )
    assert.equal(fixture.statements.length, 3)
  })

  it('has the configuration model, whose exclusions hold both ways, and configurations', async () => {
    const {
      product: pump,
      productConfiguration,
      productConfigurations,
      bolt,
    } = await ask(
      `{ product(sku: "PUMP") { configurationModel { options { code required choices { code priceDelta { amount } excludes } } } }
         bolt: product(sku: "BOLT") { configurationModel { options { code } } }
         productConfiguration(id: "CFG-1") { valid choices price { amount } product { name } }
         productConfigurations(filter: {valid: true}) { totalCount } }`,
    )
    assert.deepEqual(pump.configurationModel.options, [
      {
        code: 'COAT',
        required: false,
        choices: [{ code: 'CERAMIC', priceDelta: { amount: '120.00' }, excludes: ['STD'] }],
      },
      {
        code: 'SEAL',
        required: true,
        choices: [{ code: 'STD', priceDelta: null, excludes: ['CERAMIC'] }],
      },
    ])
    assert.equal(bolt.configurationModel, null)
    assert.deepEqual(productConfiguration, {
      valid: false,
      choices: ['CERAMIC', 'STD'],
      price: { amount: '1220.00' },
      product: { name: 'Pump' },
    })
    assert.equal(productConfigurations.totalCount, 0)
  })

  it('filters products with and, or, not', async () => {
    const { products } = await ask(
      `{ products(orderBy: {field: SKU}, filter: {or: [{sku: {in: ["BOLT", "PUMP", "SEAL"]}}, {nameContains: "loop"}], not: {category: {eq: "PUMP"}}}) { totalCount nodes { sku } } }`,
    )
    assert.equal(products.totalCount, 4)
    assert.deepEqual(
      products.nodes.map(({ sku }: { sku: string }) => sku),
      ['BOLT', 'LOOP-A', 'LOOP-B', 'SEAL'],
    )
  })
})
