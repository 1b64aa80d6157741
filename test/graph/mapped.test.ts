/** The whole graph over mappings: the same answers as over the embedded databases, and what is lacking. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { readConfig } from '../../gateway/config.ts'
import { readLibrary } from '../../gateway/reports/library.ts'
import { demoData } from '../support/demo-data.ts'
import { startGraph, type Graph, type GraphAnswer } from '../support/graph.ts'
import { mapDemo, type Left } from '../support/mapped-demo.ts'
import { at } from '../support/walk.ts'

async function startMapped(folder: string, left: Left = {}): Promise<Graph> {
  const folders = await mapDemo(demoData(), folder, left)
  const config = readConfig({ PORT: '0' })
  return startGraph({
    config: { system: (name) => ({ ...config.system(name), mapping: folders.get(name) }) },
  })
}

const nodesOf = (data: GraphAnswer['data']): Record<string, unknown>[] =>
  (data as { salesOrders: { nodes: Record<string, unknown>[] } }).salesOrders.nodes

function temporary(t: Pick<TestContext, 'after'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-mapped-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('the twenty questions over mapped databases', () => {
  let [embedded, mapped]: [Graph?, Graph?] = []
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-mapped-'))
  before(async () => {
    embedded = await startGraph()
    mapped = await startMapped(folder)
  })
  after(async () => {
    await embedded?.[Symbol.asyncDispose]()
    await mapped?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  for (const { name, operation, variables, identity } of readLibrary()) {
    it(`${name} is answered as by the embedded ones, in as many statements`, async () => {
      assert.ok(embedded && mapped)
      const expected = await embedded.ask(operation, { variables, as: identity })
      const answered = await mapped.ask(operation, { variables, as: identity })
      assert.deepEqual(answered.errors ?? [], [])
      assert.deepEqual(answered.data, expected.data)
      assert.equal(answered.statements.length, expected.statements.length)
    })
  }

  for (const as of ['sales', 'partner', 'agency', 'hr'] as const) {
    it(`${as} sees the same rows`, async () => {
      assert.ok(embedded && mapped)
      const document = `{ salesOrders(first: 200) { nodes { orderNo net { amount currency } lines(first: 3) { nodes { lineNo quantity { value } } } } }
        products(first: 50, filter: { nameContains: "a" }) { nodes { sku name } }
        invoices(first: 50) { nodes { invoiceNo gross { amount } } } }`
      const expected = await embedded.ask(document, { as })
      const answered = await mapped.ask(document, { as })
      const rows = Object.values(expected.data ?? {}).flatMap((each) => at(each, 'nodes') ?? [])
      assert.ok(rows.length > 0, 'nothing is compared')
      assert.deepEqual(answered.data, expected.data)
    })
  }
})

describe('what a mapped system does not have', () => {
  it('is one error for each field, with the number of rows; everything else answers', async (t) => {
    const left = { relations: ['shipment'], columns: ['sales_order.requestedOn'] }
    await using graph = await startMapped(temporary(t), left)
    const document = `{ salesOrders(first: 300) { totalCount nodes { orderNo requestedOn customer { name } shipments { status } } } }`
    const { data, errors } = await graph.ask(document)
    const nodes = nodesOf(data)
    assert.equal(nodes.length, 300)
    for (const node of nodes) {
      assert.equal(typeof node['orderNo'], 'string')
      assert.equal(node['requestedOn'], null)
      assert.equal(node['shipments'], null)
    }
    assert.ok(nodes.some(({ customer }) => customer !== null))
    assert.deepEqual(
      errors?.map(({ path, message, extensions }) => [
        path,
        message,
        extensions?.['code'],
        extensions?.['rows'],
      ]),
      [
        [
          ['salesOrders', 'nodes', 0, 'requestedOn'],
          'The connected system does not have this: its mapping of "sales_order" has no "requestedOn".',
          'NOT_MAPPED',
          300,
        ],
        [
          ['salesOrders', 'nodes', 0, 'shipments'],
          'The connected system does not have this: "shipment" is not mapped.',
          'NOT_MAPPED',
          300,
        ],
      ],
    )
  })

  it('is told of entities that another system asks for, too', async (t) => {
    await using graph = await startMapped(temporary(t), { relations: ['employee'] })
    const { data, errors } = await graph.ask(
      `{ salesOrders(first: 200) { nodes { orderNo salesperson { displayName } } } }`,
    )
    assert.equal(nodesOf(data).length, 200)
    const [only, ...more] = errors ?? []
    assert.deepEqual(more, [])
    assert.deepEqual(
      only?.path?.filter((part) => typeof part === 'string'),
      ['salesOrders', 'nodes', 'salesperson', 'displayName'],
    )
    assert.equal(only?.extensions?.['code'], 'NOT_MAPPED')
    assert.ok(Number(only?.extensions?.['rows']) > 100)
  })

  it('is an error of an aggregate, never zero and never an empty list', async (t) => {
    const left = { relations: ['invoice_line'], columns: ['sales_order.net'] }
    await using graph = await startMapped(temporary(t), left)
    const { data, errors } = await graph.ask(
      `{ salesOrderAggregates(groupBy: [STATUS]) { rows { status count ordered { amount } } } }`,
    )
    assert.equal(data?.['salesOrderAggregates'] ?? null, null)
    assert.deepEqual(
      errors?.map(({ extensions }) => extensions?.['code']),
      ['NOT_MAPPED'],
    )
  })
})
