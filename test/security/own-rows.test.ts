/** Rows by rule, compared with plain SQL: a supplier's own, a department's people, one's own orders and pay. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { parse } from 'graphql'
import { openSubgraph } from '#shared/open.ts'
import type { Principal } from '#shared/principal.ts'
import { definitionOf, systems } from '../subgraphs/systems.ts'
import { startGraph, type Graph } from '../support/graph.ts'

describe('own rows', () => {
  let graph: Graph
  before(async () => {
    graph = await startGraph()
  })
  after(() => graph[Symbol.asyncDispose]())

  const ask = async (principal: Principal, document: string) => {
    const { data, errors } = await graph.app.execute({ document }, principal)
    assert.equal(errors, undefined)
    return JSON.parse(JSON.stringify(data)) as Record<string, never>
  }
  const principalOf = (subject: string, ...groups: string[]) =>
    graph.app.principalFor({ subject, groups })
  const column = (database: string, sql: string) =>
    graph.sql(database, sql).map((row) => Object.values(row)[0])
  const nodes = (connection: unknown) => (connection as { nodes: Record<string, unknown>[] }).nodes

  it('a supplier sees its orders, offers and products, and nothing else', async () => {
    // Rows are limited whatever the contract shows: `employees` is outside of a supplier's.
    const supplier = {
      ...(await principalOf('partner:supplier-s0001')),
      audience: 'EMPLOYEE' as const,
    }
    const answer = await ask(
      supplier,
      `{ purchaseOrders(first: 500) { totalCount nodes { poNo supplier { supplierNo } lines { net { amount } } } }
         suppliers { nodes { supplierNo offers { price { amount } } } } products(first: 1000) { nodes { sku } }
         other: supplier(supplierNo: "S0002") { name } none: supplier(supplierNo: "nothing") { name }
         salesOrders { totalCount } customers { totalCount } employees { totalCount } invoices { totalCount }
         productionOrders { totalCount } sites { id } }`,
    )
    const own = column(
      'erp',
      `SELECT poNo FROM purchase_order WHERE supplierNo = 'S0001' ORDER BY 1`,
    )
    assert.ok(own.length > 0)
    assert.deepEqual(
      nodes(answer['purchaseOrders'])
        .map(({ poNo }) => String(poNo))
        .toSorted(),
      own,
    )
    assert.deepEqual(
      nodes(answer['suppliers']).map(({ supplierNo }) => supplierNo),
      ['S0001'],
    )
    assert.deepEqual(
      nodes(answer['products'])
        .map(({ sku }) => String(sku))
        .toSorted(),
      column(
        'erp',
        `SELECT DISTINCT sku FROM supplier_offer WHERE supplierNo = 'S0001' ORDER BY 1`,
      ),
    )
    assert.deepEqual([answer['other'], answer['none'], answer['sites']], [null, null, []])
    for (const name of ['salesOrders', 'customers', 'employees', 'invoices', 'productionOrders'])
      assert.deepEqual(answer[name], { totalCount: 0 }, name)
  })

  it('who leads a department sees its people and those below, by every path', async () => {
    const lead = await principalOf('sales.head', 'isthmus-team-leads')
    // Another role of the same person lifts the limit.
    assert.equal(lead.rows, null)
    const [person] = graph.sql(
      'hr',
      `SELECT loginId FROM employee WHERE departmentCode = 'SALES-N' AND loginId IS NOT NULL AND loginId <> 'mei.lin' LIMIT 1`,
    )
    const limited = await principalOf(String(person?.['loginId']), 'isthmus-team-leads')
    assert.deepEqual(limited.rows, {
      rule: 'own_department',
      parameters: { departmentCode: ['SALES-N'] },
    })
    const answer = await ask(
      limited,
      `{ employees(first: 1000) { totalCount nodes { employeeNo manager { employeeNo } department { parent { code } } } }
         departments { nodes { code } } salesOrders { totalCount } }`,
    )
    const own = column('hr', `SELECT count(*) FROM employee WHERE departmentCode = 'SALES-N'`)
    assert.deepEqual((answer['employees'] as unknown as { totalCount: number }).totalCount, own[0])
    for (const node of nodes(answer['employees'])) {
      assert.deepEqual(node['manager'], null)
      assert.deepEqual(node['department'], { parent: null })
    }
    assert.deepEqual(answer['departments'], { nodes: [{ code: 'SALES-N' }] })
    assert.deepEqual(answer['salesOrders'], { totalCount: 0 })
  })

  it('the rule of a department reaches those below it', async () => {
    const [head] = graph.sql('hr', `SELECT loginId FROM employee WHERE departmentCode = 'CO'`)
    const limited = await principalOf(String(head?.['loginId']), 'isthmus-team-leads')
    const all = column('hr', 'SELECT count(*) FROM employee')
    assert.deepEqual(await ask(limited, '{ employees { totalCount } }'), {
      employees: { totalCount: all[0] },
    })
  })

  it('field sales sees the own orders, and sums of them', async () => {
    const [seller] = graph.sql(
      'erp',
      `SELECT salespersonNo AS no, count(*) AS n FROM sales_order WHERE salespersonNo IS NOT NULL GROUP BY 1 ORDER BY n LIMIT 1`,
    )
    const no = String(seller?.['no'])
    const login = column('hr', `SELECT loginId FROM employee WHERE employeeNo = '${no}'`)[0]
    const principal = await principalOf(String(login), 'isthmus-field-sales')
    assert.deepEqual(principal.rows?.rule, 'own_orders')
    const answer = await ask(
      principal,
      `{ salesOrders { totalCount } salesOrderLines { totalCount } customers { totalCount } invoices { totalCount }
         salesOrderAggregates(groupBy: [SALESPERSON]) { rows { count salesperson { employeeNo } } } }`,
    )
    assert.deepEqual(answer['salesOrders'], { totalCount: seller?.['n'] })
    assert.deepEqual(answer['customers'], { totalCount: 0 })
    assert.deepEqual(answer['invoices'], { totalCount: 0 })
    const { rows } = answer['salesOrderAggregates'] as unknown as {
      rows: { count: number; salesperson: { employeeNo: string } | null }[]
    }
    assert.equal(
      rows.reduce((sum, { count }) => sum + count, 0),
      seller?.['n'],
    )
  })

  const pay =
    '{ employees(first: 1000) { nodes { employeeNo salary { amount } commissionPlan { id } } } }'

  it('a manager sees the bands of the own team, HR all amounts, others nothing', async () => {
    const team = new Set(column('hr', `SELECT employeeNo FROM employee WHERE managerNo = 'E0002'`))
    const answer = await ask(await principalOf('sales.head'), pay)
    let seen = 0
    for (const node of nodes(answer['employees'])) {
      const salary = node['salary'] as { amount: string } | null
      assert.equal(
        salary !== null,
        team.has(String(node['employeeNo'])),
        String(node['employeeNo']),
      )
      if (salary === null) assert.equal(node['commissionPlan'], null)
      else {
        assert.match(salary.amount, /^\d0+(\.0+)?$/)
        seen += 1
      }
    }
    assert.ok(seen > 0 && seen < nodes(answer['employees']).length)
    const all = await ask(await principalOf('ana.hsu'), pay)
    assert.ok(nodes(all['employees']).every(({ salary }) => salary !== null))
    assert.ok(
      nodes(all['employees']).some(
        ({ salary }) => !/^\d0+(\.0+)?$/.test((salary as { amount: string }).amount),
      ),
    )
    const { errors = [] } = await graph.ask(pay, { as: 'sales' })
    assert.equal(errors.length, 2)
  })

  it('somebody of sales sees the own commission and nobody else’s; statements are shared safely', async () => {
    const document = `query ($login: ID!) { employee(loginId: $login) { commissionStatement(period: "2026-Q2") { payable { amount } } } }`
    const of = async (subject: string, login: string) => {
      const principal = await principalOf(subject, 'isthmus-sales')
      const { data, errors } = await graph.app.execute(
        { document, variables: { login } },
        principal,
      )
      assert.equal(errors, undefined)
      return (data as { employee: { commissionStatement: unknown } }).employee.commissionStatement
    }
    const [other] = graph.sql(
      'hr',
      `SELECT loginId FROM employee WHERE jobFamily = 'SALES' AND status = 'ACTIVE' AND loginId NOT IN ('mei.lin') LIMIT 1`,
    )
    const another = String(other?.['loginId'])
    for (let turn = 0; turn < 2; turn += 1) {
      assert.ok(await of('mei.lin', 'mei.lin'))
      assert.equal(await of('mei.lin', another), null)
      assert.ok(await of(another, another))
      assert.equal(await of(another, 'mei.lin'), null)
    }
  })

  it('an account is shown in part, a day of birth by its year', async () => {
    const [account, born] = [
      '{ bankTransactions(first: 5) { nodes { account } } }',
      '{ employees(first: 5) { nodes { bornOn } } }',
    ]
    const accounts = async (scopes: readonly string[]) => {
      const principal = await principalOf('wei.chen')
      const answer = await ask({ ...principal, scopes }, account)
      return nodes(answer['bankTransactions']).map((each) => String(each['account']))
    }
    for (const each of await accounts(['finance:bank:read'])) assert.match(each, /^\*{4}.{4}$/)
    for (const each of await accounts(['finance:bank:read', 'finance:bank-account:read']))
      assert.doesNotMatch(each, /\*/)
    const reports = await ask(await principalOf('rita.wu'), born)
    for (const { bornOn } of nodes(reports['employees'])) assert.match(String(bornOn), /-01-01$/)
  })

  it('a subgraph that is asked past the gateway sorts and filters by nothing protected', async () => {
    for (const system of systems.filter(({ name }) => name === 'hr')) {
      using subgraph = openSubgraph(await definitionOf(system), {
        data: graph.data,
        timeZone: 'Asia/Taipei',
        fiscalYearStartMonth: 1,
      })
      const principal = await principalOf('mei.lin')
      for (const argument of [
        'orderBy: { field: HIRED_ON }',
        'filter: { or: [{ hired: { from: "2020-01-01" } }] }',
      ]) {
        const { errors = [] } = await subgraph.execute({
          document: parse(`{ employees(${argument}) { totalCount } }`),
          principal,
          signal: new AbortController().signal,
        })
        assert.equal(errors[0]?.extensions['code'], 'UNAUTHORIZED_FIELD_OR_TYPE', argument)
      }
    }
  })

  it('small groups of people are left out for who may not see single ones', async () => {
    const document =
      '{ headcountAggregates(groupBy: [DEPARTMENT, LOCATION]) { suppressed rows { headcount } } }'
    const few = (await ask(await principalOf('rita.wu'), document))[
      'headcountAggregates'
    ] as unknown as {
      suppressed: number
      rows: { headcount: number }[]
    }
    assert.ok(few.suppressed > 0 && few.rows.every(({ headcount }) => headcount >= 5))
    for (const asked of ['at: "2025-01-01"', 'filter: { jobFamily: [SALES] }']) {
      const { errors = [] } = await graph.ask(
        `{ headcountAggregates(${asked}, groupBy: []) { rows { headcount } } }`,
        { as: 'reports' },
      )
      assert.equal(errors[0]?.extensions?.['code'], 'UNAUTHORIZED_FIELD_OR_TYPE')
    }
  })
})

describe('callers of different rights', () => {
  it('ask the same document together, a thousand times, and each gets only its own', async () => {
    await using graph = await startGraph()
    const document = `query ($by: SalesOrderMeasure!) {
      salesOrders(first: 3) { totalCount nodes { orderNo net { amount } cost { amount } } }
      salesOrderAggregates(groupBy: [CHANNEL], orderBy: { measure: $by }) { rows { count cost { amount } } } }`
    const identities = ['finance', 'sales', 'partner', 'agency'] as const
    const { demoIdentities } = await import('../../gateway/tokens/demo.ts')
    const principals = await Promise.all(
      identities.map(async (name) => ({
        ...(await graph.app.principalFor({ subject: demoIdentities[name].subject, groups: [] })),
        // In one contract they share what is prepared as far as their rights allow.
        audience: 'EMPLOYEE' as const,
      })),
    )
    const run = async (at: number) => {
      const principal = principals[at % principals.length]
      assert.ok(principal)
      const variables = { by: at % 3 === 0 ? 'COST' : 'COUNT' }
      return JSON.stringify((await graph.app.execute({ document, variables }, principal)).data)
    }
    const count = principals.length * 3
    const expected: string[] = []
    for (let at = 0; at < count; at += 1) expected.push(await run(at))
    assert.ok(new Set(expected).size >= 7, String(new Set(expected).size))
    for (let round = 0; round < 1_000 / 50; round += 1) {
      const order = Array.from({ length: 50 }, (_, at) => (at * 7 + round) % count)
      const answers = await Promise.all(order.map(run))
      for (const [at, answer] of answers.entries())
        assert.equal(answer, expected[order[at] ?? 0], `call ${order[at]}`)
    }
  })
})
