/** Products over a small ERP: bills, cost, price, stock, promises, configuration. Real SQL. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { anyone, subgraphFixture } from '../../support/subgraph-fixture.ts'
import { subgraph } from '../../../subgraphs/erp/subgraph.ts'

const product = (sku: string, more = {}) => ({
  sku,
  name: `Name ${sku}`,
  category: 'PART',
  uom: 'PCS',
  lifecycle: 'ACTIVE',
  ...more,
})
const bom = (id: string, sku: string, validFrom: string, validTo: string | null = null) => ({
  id,
  sku,
  revision: id.split('-').at(-1),
  validFrom,
  validTo,
})
const line = (
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

const erp = {
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

describe('products', () => {
  const fixture = subgraphFixture(subgraph, { erp })
  after(() => fixture[Symbol.dispose]())
  const ask = async (document: string, variables = {}, principal = anyone) => {
    const { data, errors } = await fixture.run(document, variables, principal)
    assert.equal(errors, undefined)
    return JSON.parse(JSON.stringify(data))
  }
  const codeOf = async (document: string) =>
    (await fixture.run(document)).errors?.[0]?.extensions['code']

  it('explodes a bill over all levels, exactly, with one recursive statement', async () => {
    const { product: pump } = await ask(
      `{ product(sku: "PUMP") { bom { revision explosion(quantity: "2") {
          level path quantity { value unit } cost { amount currency } shortage { value } component { name } } } } }`,
    )
    assert.equal(pump.bom.revision, 'B')
    const rows = pump.bom.explosion.map(
      (row: {
        path: string[]
        level: number
        quantity: { value: string }
        cost: { amount: string } | null
        shortage: { value: string } | null
      }) => [
        row.path.join('>'),
        row.level,
        row.quantity.value,
        row.cost?.amount ?? null,
        row.shortage?.value ?? null,
      ],
    )
    assert.deepEqual(rows, [
      // 2 × 1.025; 90 each; nothing on stock
      ['PUMP>BODY', 1, '2.05', '184.50', '2.05'],
      // × 3 by the revision that began last; 7.000001 each
      ['PUMP>BODY>RAW', 2, '6.15', '43.05000615', null],
      // 16 of 9 free, then 8 of none
      ['PUMP>BOLT', 1, '16', '8.00', '7'],
      ['PUMP>BOLT', 1, '8', '4.00', '8'],
      ['PUMP>SEAL', 1, '0.666', '1.998', '0.666'],
    ])
    // The product, its bills, the explosion, stock, costs, and the components' names.
    assert.equal(fixture.statements.length, 6)
  })

  it('takes bills of all levels as they were in force on the day asked for', async () => {
    const { product: pump } = await ask(
      `{ product(sku: "PUMP") {
          then: bom(at: "2024-12-31") { revision explosion { path quantity { value } } }
          between: bom(at: "2025-06-30") { explosion { path quantity { value } } } } }`,
    )
    const raw = (rows: { path: string[]; quantity: { value: string } }[]) =>
      rows.find(({ path }) => path.at(-1) === 'RAW')?.quantity.value
    assert.equal(pump.then.revision, 'A')
    assert.equal(raw(pump.then.explosion), '1')
    assert.equal(raw(pump.between.explosion), '2.05')
  })

  it('stops at as many levels as asked for, 1 to 20', async () => {
    const { product: pump } = await ask(
      '{ product(sku: "PUMP") { bom { explosion(levels: 1) { level } } } }',
    )
    assert.deepEqual(
      pump.bom.explosion.map((row: { level: number }) => row.level),
      [1, 1, 1, 1],
    )
    for (const levels of [0, 21]) {
      const code = await codeOf(
        `{ product(sku: "PUMP") { bom { explosion(levels: ${levels}) { level } } } }`,
      )
      assert.equal(code, 'BAD_USER_INPUT')
    }
  })

  it('a bill that contains itself ends where it would begin again', async () => {
    const { product: loop } = await ask(
      '{ product(sku: "LOOP-A") { bom { explosion(levels: 20) { path } } } }',
    )
    assert.deepEqual(
      loop.bom.explosion.map((row: { path: string[] }) => row.path.join('>')),
      ['LOOP-A>LOOP-B', 'LOOP-A>RAW'],
    )
  })

  it('a tangle of bills is refused, not cut and not followed to its end', async () => {
    const skus = Array.from({ length: 14 }, (_, at) => `T${at}`)
    using tangle = subgraphFixture(subgraph, {
      erp: {
        product: skus.map((sku) => product(sku)),
        bom: skus.map((sku) => bom(`${sku}-A`, sku, '2020-01-01')),
        bom_line: skus.flatMap((sku) =>
          skus
            .filter((other) => other !== sku)
            .map((other, at) => line(`${sku}-A`, at, other, '1')),
        ),
      },
    })
    const { errors } = await tangle.run(
      '{ product(sku: "T0") { bom { explosion(levels: 20) { level } } } }',
    )
    assert.equal(errors?.[0]?.extensions['code'], 'LIST_TOO_LONG')
  })

  it('rolls cost up: material of the leaves, labour and overhead of what is made', async () => {
    const { product: pump } = await ask(
      `{ product(sku: "PUMP") { standardCost { amount } bom { costRollup {
          material { amount } labour { amount } overhead { amount } total { amount currency } missingCostSkus } } } }`,
    )
    // 1.025 × 3 × 7.000001 + 12 × 0.5 + 0.333 × 3 = 28.524003075, at six places;
    // 40 + 1.025 × 10; 20.5 + 1.025 × 5
    assert.deepEqual(pump.bom.costRollup, {
      material: { amount: '28.524003' },
      labour: { amount: '50.25' },
      overhead: { amount: '25.625' },
      total: { amount: '104.399003', currency: 'TWD' },
      missingCostSkus: [],
    })
    assert.equal(pump.standardCost.amount, '500.00')
  })

  it('says whose cost is missing and sums nothing', async () => {
    const { product: bare } = await ask(
      `{ product(sku: "BARE") { standardCost { amount } bom { costRollup { material { amount } total { amount } missingCostSkus } } } }`,
    )
    assert.equal(bare.standardCost, null)
    assert.deepEqual(bare.bom.costRollup, {
      material: null,
      total: null,
      missingCostSkus: ['BARE', 'NAKED'],
    })
  })

  it('explodes and costs many products with as many statements as one', async () => {
    const { products } = await ask(
      '{ products(orderBy: {field: SKU}) { nodes { sku bom { costRollup { total { amount } } lines { component { name } optional selectionRule } } } } }',
    )
    assert.equal(products.nodes.length, 9)
    // The list, bills, one explosion, costs, lines, components.
    assert.equal(fixture.statements.length, 6)
  })

  it('knows where a component is used', async () => {
    const { product: raw } = await ask(
      `{ product(sku: "RAW") { whereUsed(first: 2) { totalCount pageInfo { hasNextPage endCursor }
          nodes { product { sku } revision quantity { value } } } } }`,
    )
    assert.equal(raw.whereUsed.totalCount, 5)
    assert.deepEqual(raw.whereUsed.nodes, [
      { product: { sku: 'BARE' }, revision: 'A', quantity: { value: '1' } },
      { product: { sku: 'BODY' }, revision: 'A', quantity: { value: '1' } },
    ])
    const next = await ask(
      'query ($after: String) { product(sku: "RAW") { whereUsed(first: 9, after: $after) { nodes { product { sku } quantity { value } } } } }',
      { after: raw.whereUsed.pageInfo.endCursor },
    )
    assert.deepEqual(
      next.product.whereUsed.nodes.map(
        (row: { product: { sku: string }; quantity: { value: string } }) =>
          `${row.product.sku} ${row.quantity.value}`,
      ),
      ['BODY 2', 'BODY 3', 'LOOP-A 1'],
    )
  })

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
