/**
 * The whole graph with a second ERP beside the first. Both have the same rows, so that every id of the
 * one is an id of the other too: what is asked by keys is answered as with the first alone.
 */
import assert from 'node:assert/strict'
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { DatabaseSync } from 'node:sqlite'
import { readConfig } from '../../gateway/config.ts'
import { readRecords, type Ask } from '../../gateway/identity/records.ts'
import { readLibrary } from '../../gateway/reports/library.ts'
import { demoIdentities } from '../../gateway/tokens/demo.ts'
import { demoData } from '../support/demo-data.ts'
import { startGraph, type Graph } from '../support/graph.ts'
import { mapDemo } from '../support/mapped-demo.ts'

/** The ids of the ERP that CRM and finance of this company keep are those of `tw`. */
const references = {
  crm: ['Product.sku', 'SalesOrder.orderNo', 'ProductConfiguration.id'],
  finance: ['Product.sku', 'SalesOrder.orderNo', 'Supplier.supplierNo', 'Customer.erpCustomerNo'],
}

async function startTwo(folder: string): Promise<Graph> {
  const folders = await mapDemo(demoData(), folder)
  const sourceOf = (system: string) => join(folders.get(system) ?? '', 'source.yaml')
  for (const [system, keys] of Object.entries(references)) {
    const of = keys.map((key) => `${key}: tw`).join(', ')
    appendFileSync(sourceOf(system), `references: { ${of} }\n`)
  }
  const german = join(folder, 'erp-de')
  cpSync(folders.get('erp') ?? '', german, { recursive: true })
  appendFileSync(sourceOf('erp'), 'prefix: tw\n')
  appendFileSync(join(german, 'source.yaml'), 'prefix: de\n')
  const config = readConfig({ PORT: '0' })
  const graph = await startGraph({
    config: {
      system: (name) => {
        const own = folders.get(name)
        const mapping = name === 'erp' && own !== undefined ? [own, german] : own
        return { ...config.system(name), mapping }
      },
    },
  })
  using crosswalk = new DatabaseSync(join(graph.data, 'identity.sqlite'))
  crosswalk.exec(`UPDATE identity_link SET value = 'tw:' || value WHERE system = 'ERP'`)
  return graph
}

const withoutNames = (data: unknown): unknown =>
  JSON.parse(JSON.stringify(data).replaceAll('"tw:', '"'))

describe('the twenty questions with a second ERP', () => {
  let [alone, two]: [Graph?, Graph?] = []
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-two-'))
  const unanswered: string[] = []
  before(async () => {
    alone = await startGraph()
    two = await startTwo(folder)
  })
  after(async () => {
    await alone?.[Symbol.asyncDispose]()
    await two?.[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  })

  for (const { name, operation, variables, identity } of readLibrary()) {
    it(`${name} is answered as before, in as many statements, or says what to name`, async () => {
      assert.ok(alone && two)
      const expected = await alone.ask(operation, { variables, as: identity })
      const sku = (variables as { sku?: string }).sku
      const named = sku === undefined ? variables : { ...variables, sku: `tw:${sku}` }
      const answered = await two.ask(operation, { variables: named, as: identity })
      const codes = new Set((answered.errors ?? []).map(({ extensions }) => extensions?.['code']))
      if (codes.size > 0) {
        assert.deepEqual([...codes], ['SOURCE_REQUIRED'])
        unanswered.push(name)
        return
      }
      assert.deepEqual(withoutNames(answered.data), expected.data)
      assert.equal(answered.statements.length, expected.statements.length)
    })
  }

  it('those that list what ERPs have, have to name one', () => {
    assert.deepEqual(unanswered, [
      'case-cost',
      'my-work-today',
      'on-time-delivery',
      'order-to-cash',
      'pipeline-actual-quota',
      'stuck-orders',
    ])
  })

  it('a list of orders of each ERP has its own customers, and those of other systems', async () => {
    assert.ok(two)
    const document = `query ($source: String) { salesOrders(first: 50, filter: { source: $source, status: [COMPLETED] }) {
      nodes { orderNo customer { name erpCustomerNo } salesperson { displayName } invoices { invoiceNo } lines(first: 2) { nodes { product { sku name salesText } } } } } }`
    const ours = await two.ask(document, { variables: { source: 'tw' } })
    assert.deepEqual(ours.errors ?? [], [])
    const theirs = await two.ask(document, { variables: { source: 'de' } })
    assert.deepEqual(theirs.errors ?? [], [])
    const nodes = (answer: typeof ours) =>
      (answer.data as { salesOrders: { nodes: Record<string, unknown>[] } }).salesOrders.nodes
    assert.equal(nodes(ours).length, 50)
    assert.ok(nodes(ours).some(({ customer }) => customer !== null))
    assert.ok(nodes(ours).some(({ invoices }) => (invoices as unknown[]).length > 0))
    for (const { orderNo, invoices, salesperson } of nodes(theirs)) {
      assert.match(String(orderNo), /^de:/)
      assert.deepEqual(invoices, []) // finance has those of tw
      assert.ok(salesperson === null || (salesperson as { displayName: string }).displayName)
    }
  })

  it('what has to be named is said once for a field, with the names', async () => {
    assert.ok(two)
    const { errors } = await two.ask(
      '{ employees(first: 20) { nodes { salesOrders { totalCount } } } }',
    )
    assert.deepEqual(
      errors?.map(({ path, extensions }) => [path, { ...extensions, requestId: '' }]),
      [
        [
          ['employees', 'nodes', 0, 'salesOrders'],
          {
            code: 'SOURCE_REQUIRED',
            argument: 'source',
            sources: ['tw', 'de'],
            requestId: '',
            rows: 20,
          },
        ],
      ],
    )
  })

  it('the records of both are read to match customers', async () => {
    const graph = two
    assert.ok(graph)
    const principal = await graph.app.principalFor({
      subject: demoIdentities.admin.subject,
      groups: [],
    })
    const ask: Ask = (document, variables) =>
      graph.app.execute({ document, variables }, principal, {})
    const { records, isMapped } = await readRecords('ERP', ask)
    assert.equal(isMapped, true)
    const [row] = graph.sql('erp', 'SELECT count(*) AS customers FROM customer')
    const names = Map.groupBy(records, ({ value }) => value.split(':')[0])
    assert.deepEqual(
      [...names].map(([name, of]) => [name, of.length]),
      [
        ['tw', row?.['customers']],
        ['de', row?.['customers']],
      ],
    )
    const values = ['tw:200001', 'de:200001']
    const some = await readRecords('ERP', ask, { values })
    assert.deepEqual(
      some.records.map(({ value }) => value),
      values,
    )
  })
})
