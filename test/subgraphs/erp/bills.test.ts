/** Bills of material over a small ERP: explosion, cost, where-used. Real SQL. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { anyone, subgraphFixture } from '../../support/subgraph-fixture.ts'
import { subgraph } from '../../../subgraphs/erp/subgraph.ts'
import { catalogue, bom, line, product } from './catalogue.ts'

describe('bills of material', () => {
  const fixture = subgraphFixture(subgraph, { erp: catalogue })
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
})
