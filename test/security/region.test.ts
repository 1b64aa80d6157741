/**
 * A partner whose rule is a predicate: all customers of the northern region, more than a token could
 * carry. What it sees is held against plain SQL, system by system; where two systems disagree about a
 * customer's region, each one's own record decides what is seen of it there.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { parse } from 'graphql'
import { openSubgraph } from '#shared/open.ts'
import { maxRuleValues, type Principal } from '#shared/principal.ts'
import { demoIdentities } from '../../gateway/tokens/demo.ts'
import { startGraph, type Graph } from '../support/graph.ts'
import { definitionOf, systems } from '../subgraphs/systems.ts'

const accounts = `(SELECT crmAccountId FROM customer WHERE region = 'N')`
const numbers = `(SELECT erpCustomerNo FROM customer WHERE region = 'N')`
const debtors = `(SELECT debtorNo FROM debtor WHERE region = 'N')`
const orders = `(SELECT orderNo FROM sales_order WHERE erpCustomerNo IN ${numbers})`

/** Each list that shows something of customers: what plain SQL says is in it. */
const lists: Readonly<Record<string, readonly [database: string, from: string, where: string]>> = {
  customers: ['crm', 'customer', `region = 'N'`],
  contacts: ['crm', 'contact', `crmAccountId IN ${accounts}`],
  interactions: ['crm', 'interaction', `crmAccountId IN ${accounts}`],
  opportunities: ['crm', 'opportunity', `crmAccountId IN ${accounts}`],
  quotes: ['crm', 'quote', `crmAccountId IN ${accounts}`],
  quoteLines: [
    'crm',
    'quote_line',
    `quoteNo IN (SELECT quoteNo FROM quote WHERE crmAccountId IN ${accounts})`,
  ],
  cases: ['crm', 'service_case', `crmAccountId IN ${accounts}`],
  fieldServiceJobs: [
    'crm',
    'field_service_job',
    `caseNo IN (SELECT caseNo FROM service_case WHERE crmAccountId IN ${accounts})`,
  ],
  salesOrders: ['erp', 'sales_order', `erpCustomerNo IN ${numbers}`],
  salesOrderLines: ['erp', 'sales_order_line', `orderNo IN ${orders}`],
  shipments: ['erp', 'shipment', `erpCustomerNo IN ${numbers}`],
  invoices: ['finance', 'invoice', `debtorNo IN ${debtors}`],
  payments: ['finance', 'payment', `debtorNo IN ${debtors}`],
}

type Row = Readonly<Record<string, unknown>>

describe('the regional agency', () => {
  let graph: Graph
  let principal: Principal
  before(async () => {
    graph = await startGraph()
    principal = await graph.app.principalFor({
      subject: demoIdentities.agency.subject,
      groups: [],
    })
  })
  after(() => graph[Symbol.asyncDispose]())

  const ask = async (document: string, variables: Row = {}): Promise<Row> => {
    const { data, errors } = await graph.ask(document, { as: 'agency', variables })
    assert.equal(errors, undefined)
    return data ?? {}
  }
  const count = (database: string, from: string, where = '1') =>
    Number(graph.sql(database, `SELECT count(*) AS n FROM ${from} WHERE ${where}`)[0]?.['n'])
  const keysOf = (database: string, sql: string) =>
    graph.sql(database, sql).map((row) => String(Object.values(row)[0]))

  it('has more customers than a token carries, and its token carries one value', () => {
    for (const database of ['crm', 'erp'])
      assert.ok(count(database, 'customer', `region = 'N'`) > maxRuleValues)
    assert.ok(count('finance', 'debtor', `region = 'N'`) > maxRuleValues)
    assert.deepEqual(principal.rows, { rule: 'region_customers', parameters: { region: ['N'] } })
  })

  for (const [root, [database, from, where]] of Object.entries(lists)) {
    it(`counts the ${root} of its region, not one more or less`, async () => {
      const expected = count(database, from, where)
      assert.ok(expected > 0 && expected < count(database, from), 'the test can fail')
      assert.deepEqual((await ask(`{ ${root} { totalCount } }`))[root], { totalCount: expected })
    })
  }

  it('lists exactly those customers, page by page', async () => {
    const found: string[] = []
    for (let after: string | null = null; ;) {
      const { customers } = await ask(
        'query ($after: String) { customers(first: 500, after: $after) { nodes { crmAccountId region } pageInfo { hasNextPage endCursor } } }',
        { after },
      )
      const { nodes, pageInfo } = customers as {
        nodes: { crmAccountId: string; region: string }[]
        pageInfo: { hasNextPage: boolean; endCursor: string }
      }
      for (const { crmAccountId, region } of nodes) {
        assert.equal(region, 'N')
        found.push(crmAccountId)
      }
      if (!pageInfo.hasNextPage) break
      after = pageInfo.endCursor
    }
    assert.deepEqual(
      found.toSorted(),
      keysOf('crm', `SELECT crmAccountId FROM customer WHERE region = 'N' ORDER BY crmAccountId`),
    )
  })

  it('filters widen nothing, not with or and not either', async () => {
    const { customers, salesOrders, invoices } = await ask(`{
      customers(filter: { or: [{ region: { in: ["C", "S"] } }, { not: { region: { eq: "N" } } }] }) { totalCount }
      salesOrders(filter: { or: [{ isOpen: true }, { isOpen: false }] }) { totalCount }
      invoices(filter: { not: { debtorNo: { in: [] } } }) { totalCount }
    }`)
    assert.deepEqual(
      [customers, salesOrders, invoices],
      [
        { totalCount: 0 },
        { totalCount: count('erp', 'sales_order', `erpCustomerNo IN ${numbers}`) },
        { totalCount: count('finance', 'invoice', `debtorNo IN ${debtors}`) },
      ],
    )
  })

  /** Sums by currency, as text without trailing zeros. */
  const bySql = (database: string, sql: string) =>
    graph
      .sql(database, sql)
      .map((row) => `${String(row['currency'])} ${String(row['n'])} ${Number(row['sum']) / 10_000}`)
      .toSorted()
  const answered = (aggregates: unknown, measure: string, counted: string) =>
    (aggregates as { rows: Row[]; truncated: boolean }).rows
      .map((row) => {
        const { amount } = row[measure] as { amount: string }
        return `${String(row['currency'])} ${String(row[counted])} ${Number(amount)}`
      })
      .toSorted()

  it('sums its own orders, lines, invoices, revenue and pipeline, as SQL does', async () => {
    const answer = await ask(`{
      salesOrderAggregates(groupBy: []) { rows { currency count ordered { amount } } truncated }
      salesOrderLineAggregates(groupBy: []) { rows { currency orders ordered { amount } } truncated }
      invoiceAggregates(groupBy: []) { rows { currency count gross { amount } } truncated }
      revenueAggregates(groupBy: []) { rows { currency invoices net { amount } } truncated }
      opportunityAggregates(groupBy: []) { rows { currency count amount { amount } } truncated }
    }`)
    assert.deepEqual(
      answered(answer['salesOrderAggregates'], 'ordered', 'count'),
      bySql(
        'erp',
        `SELECT currency, count(*) AS n, sum(net) AS sum FROM sales_order WHERE erpCustomerNo IN ${numbers} GROUP BY currency`,
      ),
    )
    assert.deepEqual(
      answered(answer['salesOrderLineAggregates'], 'ordered', 'orders'),
      bySql(
        'erp',
        `SELECT l.currency, count(DISTINCT l.orderNo) AS n, sum(l.net) AS sum FROM sales_order_line AS l
         JOIN sales_order AS o USING (orderNo)
         WHERE o.status <> 'CANCELLED' AND o.erpCustomerNo IN ${numbers} GROUP BY l.currency`,
      ),
    )
    assert.deepEqual(
      answered(answer['invoiceAggregates'], 'gross', 'count'),
      bySql(
        'finance',
        `SELECT currency, count(*) AS n, sum(gross) AS sum FROM invoice WHERE debtorNo IN ${debtors} GROUP BY currency`,
      ),
    )
    assert.deepEqual(
      answered(answer['revenueAggregates'], 'net', 'invoices'),
      bySql(
        'finance',
        `SELECT l.currency, count(DISTINCT l.invoiceNo) AS n, sum(l.net) AS sum FROM invoice_line AS l
         JOIN invoice AS i USING (invoiceNo)
         WHERE i.status <> 'DRAFT' AND i.debtorNo IN ${debtors} GROUP BY l.currency`,
      ),
    )
    assert.deepEqual(
      answered(answer['opportunityAggregates'], 'amount', 'count'),
      bySql(
        'crm',
        `SELECT currency, count(*) AS n, sum(amount) AS sum FROM opportunity WHERE crmAccountId IN ${accounts} GROUP BY currency`,
      ),
    )
  })

  it('groups by customer show no customer of another region', async () => {
    const { invoiceAggregates, salesOrderAggregates } = await ask(`{
      salesOrderAggregates(groupBy: [CUSTOMER], first: 1000) { rows { erpCustomerNo } }
      invoiceAggregates(groupBy: [CUSTOMER], first: 1000) { rows { customer { debtorNo } } }
    }`)
    const inErp = new Set(keysOf('erp', `SELECT erpCustomerNo FROM customer WHERE region = 'N'`))
    for (const { erpCustomerNo } of (salesOrderAggregates as { rows: { erpCustomerNo: string }[] })
      .rows)
      assert.ok(inErp.has(erpCustomerNo), erpCustomerNo)
    const inFinance = new Set(keysOf('finance', `SELECT debtorNo FROM debtor WHERE region = 'N'`))
    for (const { customer } of (invoiceAggregates as { rows: { customer: { debtorNo: string } }[] })
      .rows)
      assert.ok(inFinance.has(customer.debtorNo), customer.debtorNo)
  })

  it('finds nothing of another region by any key', async () => {
    const [order = ''] = keysOf(
      'erp',
      `SELECT orderNo FROM sales_order WHERE erpCustomerNo NOT IN ${numbers} LIMIT 1`,
    )
    const [invoice = ''] = keysOf(
      'finance',
      `SELECT invoiceNo FROM invoice WHERE debtorNo NOT IN ${debtors} LIMIT 1`,
    )
    const [account = ''] = keysOf(
      'crm',
      `SELECT crmAccountId FROM customer WHERE region <> 'N' LIMIT 1`,
    )
    const ids = graph.sql(
      'identity',
      `SELECT customerId, system, value FROM identity_link WHERE customerId =
         (SELECT customerId FROM identity_link WHERE system = 'CRM' AND value = ?)`,
      account,
    )
    const idIn = (system: string) => ids.find((row) => row['system'] === system)?.['value']
    const { data, errors } = await graph.ask(
      `query ($a: ID!, $c: ID!, $e: ID!, $d: ID!, $o: ID!, $i: ID!) {
        byAccount: customer(crmAccountId: $a) { name }
        byId: customer(id: $c) { name }
        byNumber: customer(erpCustomerNo: $e) { name }
        byDebtor: customer(debtorNo: $d) { name }
        salesOrder(orderNo: $o) { status }
        invoice(invoiceNo: $i) { status }
        salesOrderLine(orderNo: $o, lineNo: 1) { net { amount } }
      }`,
      {
        as: 'agency',
        variables: {
          a: account,
          c: ids[0]?.['customerId'],
          e: idIn('ERP'),
          d: idIn('FINANCE'),
          o: order,
          i: invoice,
        },
      },
    )
    assert.equal(errors, undefined)
    assert.deepEqual([...new Set(Object.values(data ?? {}))], [null])
  })

  it('what two systems disagree on is seen where the record itself says so, and only there', async () => {
    const linked = graph.sql(
      'identity',
      `SELECT account.value AS account, number.value AS number FROM identity_link AS account
       JOIN identity_link AS number ON number.customerId = account.customerId AND number.system = 'ERP' AND number.confidence > 0.9
       WHERE account.system = 'CRM'`,
    )
    const inCrm = new Set(keysOf('crm', `SELECT crmAccountId FROM customer WHERE region = 'N'`))
    const inErp = new Set(
      keysOf(
        'erp',
        `SELECT DISTINCT erpCustomerNo FROM sales_order WHERE erpCustomerNo IN ${numbers}`,
      ),
    )
    const onlyErp = linked.find(
      (row) => !inCrm.has(String(row['account'])) && inErp.has(String(row['number'])),
    )
    const onlyCrm = linked.find(
      (row) =>
        inCrm.has(String(row['account'])) &&
        linked.filter((each) => each['account'] === row['account']).length === 1 &&
        count(
          'erp',
          'sales_order',
          `erpCustomerNo = '${String(row['number'])}' AND erpCustomerNo NOT IN ${numbers}`,
        ) > 0,
    )
    assert.ok(onlyErp && onlyCrm, 'the demo data has both')
    const { salesOrders, customer } = await ask(
      `query ($n: ID!, $a: ID!) {
        salesOrders(filter: { erpCustomerNo: { eq: $n } }, first: 1) { totalCount nodes { customer { erpCustomerNo name crmAccountId } } }
        customer(crmAccountId: $a) { crmAccountId erpCustomerNo orders { totalCount } openOrderValue { amount } priceList }
      }`,
      { n: onlyErp['number'], a: onlyCrm['account'] },
    )
    assert.deepEqual(salesOrders, {
      totalCount: count('erp', 'sales_order', `erpCustomerNo = '${String(onlyErp['number'])}'`),
      nodes: [{ customer: { erpCustomerNo: onlyErp['number'], name: null, crmAccountId: null } }],
    })
    assert.deepEqual(customer, {
      crmAccountId: onlyCrm['account'],
      erpCustomerNo: onlyCrm['number'],
      orders: { totalCount: 0 },
      openOrderValue: [],
      priceList: null,
    })
  })

  it('what hangs on a customer is what its system shows of it', async () => {
    const { customers } = await ask(`{
      customers(first: 200) { nodes { crmAccountId orders { totalCount } contacts { totalCount } } }
    }`)
    const { nodes } = customers as { nodes: Row[] }
    assert.equal(nodes.length, 200)
    const visible = new Set(keysOf('erp', `SELECT erpCustomerNo FROM customer WHERE region = 'N'`))
    let seen = 0
    for (const { crmAccountId, orders: ofCustomer, contacts } of nodes) {
      assert.deepEqual(contacts, {
        totalCount: count('crm', 'contact', `crmAccountId = '${String(crmAccountId)}'`),
      })
      const counting = graph.sql(
        'identity',
        `SELECT number.value AS number FROM identity_link AS account
         JOIN identity_link AS number ON number.customerId = account.customerId AND number.system = 'ERP'
         WHERE account.system = 'CRM' AND account.value = ? AND NOT EXISTS (
           SELECT 1 FROM identity_link AS rival WHERE rival.system = 'ERP' AND rival.value = number.value
           AND rival.confidence > number.confidence)`,
        String(crmAccountId),
      )
      const own = counting.map((row) => String(row['number'])).filter((no) => visible.has(no))
      const expected = count(
        'erp',
        'sales_order',
        `erpCustomerNo IN (${own.map((no) => `'${no}'`).join(', ')})`,
      )
      if (counting.length === 0) continue // unmatched: the ERP is not asked
      assert.deepEqual(ofCustomer, { totalCount: expected }, String(crmAccountId))
      seen += expected
    }
    assert.ok(seen > 0)
  })

  it('sees nothing of HR, nor of any relation without the rule', async () => {
    // Whatever the contract shows: most of these are outside of it.
    const { data } = await graph.app.execute(
      {
        document: `{ employees { totalCount } departments { totalCount } campaigns { totalCount } leads { totalCount } crmTasks { totalCount }
         productionOrders { totalCount } salesPlans { totalCount } complaintRecords { totalCount } erpTasks { totalCount }
         marketData { totalCount } productConfigurations { totalCount } }`,
      },
      { ...principal, audience: 'EMPLOYEE' },
    )
    const answer = JSON.parse(JSON.stringify(data)) as Record<string, unknown>
    assert.equal(Object.keys(answer).length, 11)
    for (const [name, value] of Object.entries(answer))
      assert.deepEqual(value, { totalCount: 0 }, name)
  })

  it('a region that nobody has, or none, shows nothing', async () => {
    for (const parameters of [{ region: ['X'] }, { region: [] }, {}]) {
      const rows = { rule: 'region_customers', parameters }
      const { data, errors } = await graph.app.execute(
        {
          document: `{ ${Object.keys(lists)
            .map((root) => `${root} { totalCount }`)
            .join(' ')} }`,
        },
        { ...principal, rows },
      )
      assert.equal(errors, undefined)
      const answer = JSON.parse(JSON.stringify(data)) as Record<string, unknown>
      for (const [root, value] of Object.entries(answer))
        assert.deepEqual(value, { totalCount: 0 }, root)
    }
  })

  const entities: Readonly<Record<string, readonly [string, string, string, string]>> = {
    crm: ['Opportunity', 'id', 'opportunity', `crmAccountId NOT IN ${accounts}`],
    erp: ['SalesOrder', 'orderNo', 'sales_order', `erpCustomerNo NOT IN ${numbers}`],
    finance: ['Invoice', 'invoiceNo', 'invoice', `debtorNo NOT IN ${debtors}`],
  }
  for (const system of systems.filter(({ name }) => name in entities)) {
    it(`${system.name} asked for entities answers none of another region`, async () => {
      const [type, key, relation, elsewhere] = entities[system.name] ?? ['', '', '', '']
      const definition = await definitionOf(system)
      using subgraph = openSubgraph(definition, {
        data: graph.data,
        timeZone: 'Asia/Taipei',
        fiscalYearStartMonth: 1,
      })
      const keys = (where: string) =>
        keysOf(system.name, `SELECT ${key} FROM ${relation} WHERE ${where} ORDER BY 1 LIMIT 20`)
      const others = keys(elsewhere)
      const own = keys(`NOT (${elsewhere})`)
      const { data, errors } = await subgraph.execute({
        document: parse(
          `query ($of: [_Any!]!) { _entities(representations: $of) { ... on ${type} { ${key} } } }`,
        ),
        variables: { of: [...others, ...own].map((each) => ({ __typename: type, [key]: each })) },
        principal,
        signal: new AbortController().signal,
      })
      assert.equal(errors, undefined)
      assert.equal(others.length + own.length, 40)
      const found = data?.['_entities'] as (Row | null)[] | undefined
      assert.deepEqual(
        found?.map((each) => each?.[key] ?? null),
        [...others.map(() => null), ...own],
      )
    })
  }
})
