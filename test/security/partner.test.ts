/** The demo partner, end to end: its own customer numbers, everywhere, and nothing of anybody else. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { demoIdentities } from '../../gateway/tokens/demo.ts'
import { startGraph, type Graph } from '../support/graph.ts'

const own = `('200001', '200002', '200003')`

describe('the partner Harbour Distribution', () => {
  let graph: Graph
  before(async () => {
    graph = await startGraph()
  })
  after(() => graph[Symbol.asyncDispose]())

  const ask = async (document: string, variables: Readonly<Record<string, unknown>> = {}) => {
    const { data, errors } = await graph.ask(document, { as: 'partner', variables })
    return { data: (data ?? {}) as Record<string, never>, errors }
  }
  const count = (database: string, sql: string) => Number(graph.sql(database, sql)[0]?.['n'])

  const lists: readonly [root: string, database: string, sql: string][] = [
    ['customers', 'crm', `SELECT count(*) AS n FROM customer WHERE crmAccountId = 'A000001'`],
    ['contacts', 'crm', `SELECT count(*) AS n FROM contact WHERE crmAccountId = 'A000001'`],
    ['salesOrders', 'erp', `SELECT count(*) AS n FROM sales_order WHERE erpCustomerNo IN ${own}`],
    ['invoices', 'finance', `SELECT count(*) AS n FROM invoice WHERE debtorNo = 'D00001'`],
    ['payments', 'finance', `SELECT count(*) AS n FROM payment WHERE debtorNo = 'D00001'`],
  ]
  for (const [root, database, sql] of lists) {
    it(`counts its own ${root} only`, async () => {
      const { data, errors } = await ask(`{ ${root} { totalCount } }`)
      assert.equal(errors, undefined)
      assert.deepEqual(data[root], { totalCount: count(database, sql) })
    })
  }

  it('a count of everybody is larger, so the test means something', async () => {
    const { data } = await graph.ask('{ salesOrders { totalCount } }')
    assert.ok(data)
    const { totalCount } = data['salesOrders'] as { totalCount: number }
    assert.ok(totalCount > 10_000)
  })

  it('finds nothing of others by key', async () => {
    const [order] = graph.sql(
      'erp',
      `SELECT orderNo FROM sales_order WHERE erpCustomerNo NOT IN ${own} LIMIT 1`,
    )
    const [invoice] = graph.sql(
      'finance',
      `SELECT invoiceNo FROM invoice WHERE debtorNo <> 'D00001' LIMIT 1`,
    )
    const { data, errors } = await ask(
      `query ($o: ID!, $i: ID!) {
        byAccount: customer(crmAccountId: "A000002") { name }
        byNumber: customer(erpCustomerNo: "200010") { name }
        byDebtor: customer(debtorNo: "D00002") { name }
        salesOrder(orderNo: $o) { status }
        invoice(invoiceNo: $i) { status }
      }`,
      { o: order?.['orderNo'], i: invoice?.['invoiceNo'] },
    )
    assert.equal(errors, undefined)
    assert.deepEqual(data, {
      byAccount: null,
      byNumber: null,
      byDebtor: null,
      salesOrder: null,
      invoice: null,
    })
  })

  it('filters widen nothing, not with or and not either', async () => {
    const { data, errors } = await ask(
      `{ salesOrders(filter: { or: [{ erpCustomerNo: { in: ["200010", "200011"] } }, { not: { erpCustomerNo: { eq: "200001" } } }] }) { totalCount } }`,
    )
    assert.equal(errors, undefined)
    assert.deepEqual(data['salesOrders'], {
      totalCount: count(
        'erp',
        `SELECT count(*) AS n FROM sales_order WHERE erpCustomerNo IN ('200002', '200003')`,
      ),
    })
  })

  it('sums its own orders only', async () => {
    const { data, errors } = await ask(
      '{ salesOrderAggregates(groupBy: [CUSTOMER]) { rows { erpCustomerNo count } truncated } }',
    )
    assert.equal(errors, undefined)
    const { rows } = data['salesOrderAggregates'] as unknown as {
      rows: { erpCustomerNo: string; count: number }[]
    }
    const expected = graph.sql(
      'erp',
      `SELECT erpCustomerNo, count(*) AS count FROM sales_order WHERE erpCustomerNo IN ${own} GROUP BY erpCustomerNo, currency`,
    )
    const sorted = (all: readonly { erpCustomerNo?: unknown; count?: unknown }[]) =>
      all.map((row) => `${String(row.erpCustomerNo)} ${String(row.count)}`).toSorted()
    assert.deepEqual(sorted(rows), sorted(expected))
  })

  it('sees nothing of relations that have no rule', async () => {
    const principal = await graph.app.principalFor({
      subject: demoIdentities.partner.subject,
      groups: [],
    })
    // Whatever the contract shows: these are outside of it.
    const { data } = await graph.app.execute(
      {
        document:
          '{ employees { totalCount } departments { totalCount } campaigns { totalCount } leads { totalCount } }',
      },
      { ...principal, audience: 'EMPLOYEE' },
    )
    const answer = JSON.parse(JSON.stringify(data)) as Record<string, unknown>
    assert.equal(Object.keys(answer).length, 4)
    for (const [name, value] of Object.entries(answer)) {
      assert.deepEqual(value, { totalCount: 0 }, name)
    }
  })

  it('is denied what its scopes do not name', async () => {
    const { data, errors = [] } = await ask(
      '{ customer(crmAccountId: "A000001") { name creditLimit { amount } taxRegistrationNo } suppliers { totalCount } }',
    )
    assert.deepEqual(
      errors.map(({ extensions }) => extensions?.['code']),
      Array.from({ length: 3 }, () => 'UNAUTHORIZED_FIELD_OR_TYPE'),
    )
    const customer = data['customer'] as unknown as Record<string, unknown>
    assert.ok(typeof customer['name'] === 'string')
    assert.deepEqual(
      [customer['creditLimit'], customer['taxRegistrationNo'], data['suppliers']],
      [null, null, null],
    )
  })
})
