/**
 * The twenty questions: each answers what plain SQL over the databases says, within its budget of
 * subgraph fetches and SQL statements.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { amountScale, quantityScale } from '#shared/relations.ts'
import { readLibrary, type Report } from '../../gateway/reports/library.ts'
import { startGraph, type Graph, type GraphAnswer } from '../support/graph.ts'
import { at, list, type Any } from '../support/walk.ts'

interface Expectation {
  readonly fetches: number
  readonly statements: number
  check(data: Any, graph: Graph): void
}

/** As quantities and amounts are stored. */
const thousandths = (quantity: unknown): number =>
  Math.round(Number(quantity) * 10 ** quantityScale)
const scaledAmount = (amount: unknown): number => Math.round(Number(amount) * 10 ** amountScale)
const sumOf = (rows: readonly Any[], path: string): number =>
  rows.reduce(
    (sum, row) => sum + (path.endsWith('amount') ? scaledAmount : thousandths)(at(row, path)),
    0,
  )
const one = (graph: Graph, database: string, sql: string, ...parameters: (string | number)[]) =>
  graph.sql(database, sql, ...parameters)[0] ?? {}

const expectations: Readonly<Record<string, Expectation>> = {
  // The demo data comes matched; what a match says is in test/gateway/identity/run.test.ts.
  'identity-quality': {
    fetches: 1,
    statements: 1,
    check: ({ identityReport }) => assert.equal(identityReport, null),
  },
  'customer-360': {
    fetches: 4,
    statements: 12,
    check({ customer }, graph) {
      const orders = graph.sql(
        'erp',
        `SELECT orderNo, status, net FROM sales_order WHERE erpCustomerNo IN ('200001','200002','200003')
         ORDER BY orderedAt DESC, orderNo DESC LIMIT 5`,
      )
      assert.deepEqual(
        list(at(customer, 'orders.nodes')).map((row) => [
          row['orderNo'],
          row['status'],
          scaledAmount(at(row, 'net.amount')),
        ]),
        orders.map((row) => [row['orderNo'], row['status'], row['net']]),
      )
      const owed = one(
        graph,
        'finance',
        `SELECT sum(openAmount) AS open, sum(CASE WHEN dueOn < '2026-06-30' THEN openAmount ELSE 0 END) AS overdue FROM invoice WHERE debtorNo = 'D00001'`,
      )
      assert.equal(sumOf(list(at(customer, 'openReceivables')), 'amount'), owed['open'])
      const [ageing = {}] = list(at(customer, 'ageing'))
      assert.equal(scaledAmount(at(ageing, 'total.amount')), owed['open'])
      assert.equal(
        scaledAmount(at(ageing, 'total.amount')) - scaledAmount(at(ageing, 'current.amount')),
        owed['overdue'],
      )
      const interactions = graph.sql(
        'crm',
        `SELECT subject FROM interaction WHERE crmAccountId = 'A000001' ORDER BY at DESC, id DESC LIMIT 5`,
      )
      assert.deepEqual(
        list(at(customer, 'interactions.nodes')).map((row) => row['subject']),
        interactions.map((row) => row['subject']),
      )
      const owner = one(
        graph,
        'hr',
        `SELECT displayName, jobTitle FROM employee WHERE loginId = 'mei.lin'`,
      )
      assert.deepEqual(at(customer, 'owner'), { ...owner })
    },
  },
  'pipeline-actual-quota': {
    fetches: 3,
    statements: 6,
    check(data, graph) {
      const nodes = list(at(data, 'employees.nodes')).filter(
        (row) => list(row['salesPlans']).length > 0,
      )
      assert.ok(nodes.length >= 20)
      for (const row of nodes) {
        const sold = one(
          graph,
          'erp',
          `SELECT coalesce(sum(net), 0) AS net FROM sales_order WHERE salespersonNo = ? AND currency = 'TWD' AND status <> 'CANCELLED' AND orderedOn BETWEEN '2026-04-01' AND '2026-06-30'`,
          String(row['employeeNo']),
        )
        const [plan = {}] = list(row['salesPlans'])
        assert.equal(scaledAmount(at(plan, 'actual.amount')), sold['net'])
        const login = one(
          graph,
          'hr',
          'SELECT loginId FROM employee WHERE employeeNo = ?',
          String(row['employeeNo']),
        )
        const open = one(
          graph,
          'crm',
          `SELECT sum(weightedAmount) AS weighted FROM opportunity WHERE ownerLoginId = ? AND currency = 'TWD' AND stage NOT IN ('WON','LOST') AND expectedCloseOn BETWEEN '2026-04-01' AND '2026-06-30'`,
          String(login['loginId']),
        )
        const twd = list(row['pipeline']).find((each) => each['currency'] === 'TWD')
        assert.equal(
          twd === undefined ? 0 : scaledAmount(at(twd, 'weighted.amount')),
          open['weighted'] ?? 0,
        )
      }
    },
  },
  'order-to-cash': {
    fetches: 4,
    statements: 8,
    check(data, graph) {
      const nodes = list(at(data, 'salesOrders.nodes'))
      assert.equal(nodes.length, 100)
      for (const row of nodes.slice(0, 25)) {
        const order = one(
          graph,
          'erp',
          'SELECT net, status FROM sales_order WHERE orderNo = ?',
          String(row['orderNo']),
        )
        assert.deepEqual(
          [scaledAmount(at(row, 'net.amount')), row['status']],
          [order['net'], order['status']],
        )
        const billed = one(
          graph,
          'finance',
          'SELECT sum(net) AS net, count(DISTINCT invoiceNo) AS invoices FROM invoice_line WHERE orderNo = ?',
          String(row['orderNo']),
        )
        assert.equal(list(row['invoices']).length, billed['invoices'])
        assert.equal(
          row['billing'] === null ? null : scaledAmount(at(row, 'billing.invoiced.amount')),
          billed['net'],
        )
      }
    },
  },
  'receivables-ageing': {
    fetches: 3,
    statements: 5,
    check(data, graph) {
      const rows = list(at(data, 'receivableAggregates.rows'))
      const [top = {}] = rows
      const expected = one(
        graph,
        'finance',
        `SELECT debtorNo, sum(openAmount) AS open FROM invoice WHERE openAmount <> 0 GROUP BY debtorNo, currency,
        CASE WHEN dueOn >= '2026-06-30' THEN 0 WHEN julianday('2026-06-30') - julianday(dueOn) <= 30 THEN 1 WHEN julianday('2026-06-30') - julianday(dueOn) <= 60 THEN 2 WHEN julianday('2026-06-30') - julianday(dueOn) <= 90 THEN 3 ELSE 4 END ORDER BY open DESC LIMIT 1`,
      )
      assert.equal(scaledAmount(at(top, 'open.amount')), expected['open'])
      for (const row of rows) {
        const overdue = row['bucket'] === 'CURRENT' ? 0 : scaledAmount(at(row, 'open.amount'))
        assert.equal(scaledAmount(at(row, 'overdue.amount')), overdue)
      }
      assert.ok(rows.filter((row) => at(row, 'customer.segment.code') != null).length > 100)
    },
  },
  'credit-exposure': {
    fetches: 5,
    statements: 9,
    check(data, graph) {
      for (const row of list(at(data, 'customers.nodes')).filter(
        (each) => each['debtorNo'] !== null,
      )) {
        const debtor = one(
          graph,
          'finance',
          'SELECT creditLimit, currency FROM debtor WHERE debtorNo = ?',
          String(row['debtorNo']),
        )
        assert.equal(
          row['creditLimit'] === null ? null : scaledAmount(at(row, 'creditLimit.amount')),
          debtor['creditLimit'],
        )
        const numbers = graph
          .sql(
            'identity',
            `SELECT value FROM identity_link AS own WHERE system = 'ERP' AND customerId = ? AND NOT EXISTS (SELECT 1 FROM identity_link AS other WHERE other.system = 'ERP' AND other.value = own.value AND (other.confidence > own.confidence OR (other.confidence = own.confidence AND other.customerId < own.customerId)))`,
            String(row['id']),
          )
          .map((link) => String(link['value']))
        const marks = numbers.map(() => '?').join()
        const open = one(
          graph,
          'erp',
          `SELECT coalesce(sum(net - shippedNet), 0) AS open FROM sales_order WHERE isOpen = 1 AND status <> 'CANCELLED' AND currency = ? AND erpCustomerNo IN (${marks})`,
          String(debtor['currency']),
          ...numbers,
        )
        const owed = one(
          graph,
          'finance',
          'SELECT coalesce(sum(openAmount), 0) AS open FROM invoice WHERE debtorNo = ? AND currency = ?',
          String(row['debtorNo']),
          String(debtor['currency']),
        )
        const expected =
          debtor['creditLimit'] === null
            ? null
            : Number(debtor['creditLimit']) - Number(open['open']) - Number(owed['open'])
        assert.equal(
          row['availableCredit'] === null ? null : scaledAmount(at(row, 'availableCredit.amount')),
          expected,
          String(row['id']),
        )
      }
    },
  },
  'bom-cost': {
    fetches: 2,
    statements: 11,
    check({ product }, graph) {
      const rolled = at(product, 'bom.costRollup.total.amount')
      const cost = one(graph, 'erp', `SELECT standardCost FROM product_cost WHERE sku = 'PMP-1001'`)
      assert.equal(Math.round(Number(rolled) * 1e6), cost['standardCost'])
      const rows = list(at(product, 'bom.explosion'))
      assert.ok(Math.max(...rows.map((row) => Number(row['level']))) >= 3)
      for (const row of rows.filter((each) => Number(each['level']) === 1)) {
        const line = one(
          graph,
          'erp',
          `SELECT quantity, coalesce(scrapPct, 0) AS scrap FROM bom_line WHERE bomId = 'BOM-PMP-1001-B' AND componentSku = ?`,
          String(at(row, 'component.sku')),
        )
        const needed = (10 * Number(line['quantity']) * (1 + Number(line['scrap']) / 1e8)) / 1_000
        assert.ok(Math.abs(Number(at(row, 'quantity.value')) - needed) < 1e-9)
      }
    },
  },
  'quote-promises': {
    fetches: 4,
    statements: 9,
    check(data, graph) {
      const quotes = list(at(data, 'quotes.nodes'))
      const expected = one(
        graph,
        'crm',
        `SELECT count(*) AS quotes FROM quote WHERE status = 'NEGOTIATION'`,
      )
      assert.equal(quotes.length, Math.min(100, Number(expected['quotes'])))
      const promised = new Map<string, number>()
      for (const line of quotes.flatMap((quote) => list(quote['lines']))) {
        for (const source of list(at(line, 'promise.sources')).filter(
          (each) => each['kind'] === 'STOCK',
        )) {
          const sku = String(at(line, 'product.sku'))
          promised.set(sku, (promised.get(sku) ?? 0) + thousandths(at(source, 'quantity.value')))
        }
      }
      assert.ok(promised.size > 10)
      for (const [sku, taken] of promised) {
        const free = one(
          graph,
          'erp',
          'SELECT max(0, sum(onHand - reserved)) AS free FROM stock WHERE sku = ?',
          sku,
        )
        assert.ok(taken <= Number(free['free']), `${sku}: stock is promised once`)
      }
    },
  },
  'margin-by-customer': {
    fetches: 3,
    statements: 5,
    check(data, graph) {
      const rows = list(at(data, 'revenueAggregates.rows'))
      for (const row of rows.slice(0, 20)) {
        const expected = one(
          graph,
          'finance',
          `SELECT sum(l.net) AS net, sum(l.cogs) AS cogs, sum(CASE WHEN l.cogs IS NOT NULL THEN l.net END) - sum(l.cogs) AS margin FROM invoice_line l JOIN invoice i USING (invoiceNo) WHERE i.debtorNo = ? AND i.currency = ? AND i.status <> 'DRAFT' AND i.issuedOn BETWEEN '2025-07-01' AND '2026-06-30'`,
          String(at(row, 'customer.debtorNo')),
          String(row['currency']),
        )
        assert.deepEqual(
          [sumOf([row], 'net.amount'), sumOf([row], 'cogs.amount'), sumOf([row], 'margin.amount')],
          [expected['net'], expected['cogs'], expected['margin']],
        )
      }
      assert.equal(rows.length, 100)
    },
  },
  'margin-by-product': {
    fetches: 3,
    statements: 5,
    check(data, graph) {
      for (const row of list(at(data, 'revenueAggregates.rows'))
        .filter((each) => each['currency'] === 'TWD')
        .slice(0, 20)) {
        const sku = String(at(row, 'product.sku'))
        const billed = one(
          graph,
          'finance',
          `SELECT sum(l.net) AS net FROM invoice_line l JOIN invoice i USING (invoiceNo) WHERE l.sku = ? AND i.currency = 'TWD' AND i.status <> 'DRAFT' AND i.issuedOn BETWEEN '2025-07-01' AND '2026-06-30'`,
          sku,
        )
        assert.equal(scaledAmount(at(row, 'net.amount')), billed['net'])
        const warranty = one(
          graph,
          'finance',
          `SELECT coalesce(sum(debit - credit), 0) AS cost FROM ledger_posting WHERE sku = ? AND category = 'WARRANTY' AND isCommitment = 0 AND postedOn BETWEEN '2025-07-01' AND '2026-06-30'`,
          sku,
        )
        assert.equal(sumOf(list(at(row, 'product.warrantyCost')), 'amount'), warranty['cost'])
        const cases = one(
          graph,
          'crm',
          `SELECT count(*) AS complaints FROM service_case WHERE sku = ? AND kind = 'COMPLAINT' AND openedOn BETWEEN '2025-07-01' AND '2026-06-30'`,
          sku,
        )
        assert.equal(at(row, 'product.complaintStats.complaints'), cases['complaints'])
      }
    },
  },
  'campaign-return': {
    fetches: 2,
    statements: 6,
    check(data, graph) {
      const nodes = list(at(data, 'campaigns.nodes'))
      assert.equal(nodes.length, 24)
      for (const row of nodes) {
        const id = String(row['id'])
        const won = graph.sql(
          'crm',
          `SELECT o.currency, sum(o.amount) AS amount FROM opportunity_campaign c JOIN opportunity o ON o.id = c.opportunityId WHERE c.campaignId = ? AND c.isFirst = 1 AND o.stage = 'WON' GROUP BY o.currency ORDER BY o.currency`,
          id,
        )
        assert.deepEqual(
          list(row['attributedWon']).map((sum) => [sum['currency'], scaledAmount(sum['amount'])]),
          won.map((sum) => [sum['currency'], sum['amount']]),
        )
        const spent = one(
          graph,
          'finance',
          `SELECT coalesce(sum(debit - credit), 0) AS amount FROM ledger_posting WHERE costObject = ? AND category = 'CAMPAIGN' AND isCommitment = 0`,
          `CO-${id}`,
        )
        assert.equal(
          row['spend'] === null ? 0 : sumOf(list(row['spend']), 'actual.amount'),
          spent['amount'],
        )
        const members = one(
          graph,
          'crm',
          'SELECT count(*) AS members, count(respondedOn) AS responses FROM campaign_member WHERE campaignId = ?',
          id,
        )
        assert.deepEqual({ members: row['members'], responses: row['responses'] }, { ...members })
      }
    },
  },
  'complaint-rate': {
    fetches: 2,
    statements: 4,
    check(data, graph) {
      const rows = list(at(data, 'caseAggregates.rows'))
      const expected = graph.sql(
        'crm',
        `SELECT sku, count(*) AS complaints FROM service_case WHERE kind = 'COMPLAINT' AND openedOn BETWEEN '2025-07-01' AND '2026-06-30' GROUP BY sku ORDER BY complaints DESC, sku LIMIT 100`,
      )
      assert.deepEqual(
        rows.map((row) => [at(row, 'product.sku'), row['count']]),
        expected.map((row) => [row['sku'], row['complaints']]),
      )
      const [top = {}] = rows
      const sold = one(
        graph,
        'erp',
        `SELECT sum(l.quantity) AS quantity FROM sales_order_line l JOIN sales_order o USING (orderNo) WHERE l.sku = ? AND o.status <> 'CANCELLED' AND o.orderedOn BETWEEN '2025-07-01' AND '2026-06-30'`,
        String(at(top, 'product.sku')),
      )
      assert.equal(sumOf(list(at(top, 'product.salesStats')), 'quantity'), sold['quantity'])
    },
  },
  'commission-statement': {
    fetches: 4,
    statements: 9,
    check({ employee }, graph) {
      const expected = one(
        graph,
        'finance',
        `SELECT earned, payable FROM commission_statement WHERE employeeNo = 'E0010' AND periodKey = '2026-Q2'`,
      )
      assert.equal(
        scaledAmount(at(employee, 'commissionStatement.earned.amount')),
        expected['earned'],
      )
      const lines = list(at(employee, 'commissionStatement.lines.nodes'))
      const inSql = one(
        graph,
        'finance',
        `SELECT count(*) AS lines, sum(amount) AS amount FROM commission_line WHERE employeeNo = 'E0010' AND periodKey = '2026-Q2'`,
      )
      assert.equal(at(employee, 'commissionStatement.lines.totalCount'), inSql['lines'])
      if (lines.length === inSql['lines'])
        assert.equal(sumOf(lines, 'amount.amount'), inSql['amount'])
      assert.ok(lines.length > 0 && lines.every((line) => at(line, 'salesOrder.orderNo') != null))
    },
  },
  'headcount-cost': {
    fetches: 2,
    statements: 8,
    check(data, graph) {
      for (const row of list(at(data, 'departments.nodes'))) {
        const cost = one(
          graph,
          'finance',
          `SELECT coalesce(sum(debit - credit), 0) AS cost FROM ledger_posting WHERE departmentCode = ? AND category = 'PERSONNEL' AND isCommitment = 0 AND postedOn BETWEEN '2026-01-01' AND '2026-06-30'`,
          String(row['code']),
        )
        assert.equal(sumOf(list(row['personnelCost']), 'amount'), cost['cost'])
      }
      const company = list(at(data, 'departments.nodes')).find((row) => row['code'] === 'CO')
      const people = one(
        graph,
        'hr',
        `SELECT count(*) AS people FROM employee WHERE hiredOn <= '2026-06-30' AND (leftOn IS NULL OR leftOn >= '2026-06-30')`,
      )
      assert.equal(company?.['headcount'], people['people'])
    },
  },
  'on-time-delivery': {
    fetches: 2,
    statements: 3,
    check(data, graph) {
      const expected = graph.sql(
        'erp',
        `SELECT handlerNo, count(*) AS shipments, sum(onTime) AS onTime FROM shipment WHERE deliveredOn BETWEEN '2026-01-01' AND '2026-06-30' AND onTime IS NOT NULL GROUP BY handlerNo ORDER BY shipments DESC, handlerNo`,
      )
      assert.deepEqual(
        list(at(data, 'deliveryAggregates.rows')).map((row) => [
          at(row, 'handler.employeeNo'),
          row['shipments'],
          row['onTime'],
        ]),
        expected.map((row) => [row['handlerNo'], row['shipments'], row['onTime']]),
      )
    },
  },
  'case-cost': {
    fetches: 4,
    statements: 8,
    check(data, graph) {
      const nodes = list(at(data, 'cases.nodes'))
      assert.ok(nodes.length > 20)
      for (const row of nodes) {
        const service = one(
          graph,
          'finance',
          `SELECT coalesce(sum(debit - credit), 0) AS cost FROM ledger_posting WHERE caseNo = ? AND category = 'SERVICE'`,
          String(row['caseNo']),
        )
        assert.equal(sumOf(list(row['serviceCost']), 'amount'), service['cost'])
        const parts = one(
          graph,
          'erp',
          'SELECT coalesce(sum(partsCost), 0) AS cost FROM complaint_record WHERE caseNo = ?',
          String(row['caseNo']),
        )
        assert.equal(sumOf(list(row['partsCost']), 'amount'), parts['cost'])
      }
    },
  },
  dispatch: {
    fetches: 5,
    statements: 14,
    check(data, graph) {
      const jobs = graph.sql(
        'crm',
        `SELECT id FROM field_service_job WHERE technicianLoginId IS NULL AND status = 'PLANNED' AND plannedOn BETWEEN '2026-06-30' AND '2026-07-03' ORDER BY plannedOn, id LIMIT 100`,
      )
      assert.ok(jobs.length > 0)
      assert.deepEqual(
        list(at(data, 'fieldServiceJobs.nodes')).map((row) => row['id']),
        jobs.map((row) => row['id']),
      )
      const skilled = one(
        graph,
        'hr',
        `SELECT count(*) AS people FROM employee_skill WHERE code = 'PUMP_SERVICE'`,
      )
      const technicians = list(at(data, 'employees.nodes'))
      assert.equal(technicians.length, skilled['people'])
      for (const { employeeNo, availability } of technicians) {
        for (const window of list(availability)) {
          const taken = one(
            graph,
            'hr',
            `SELECT count(*) AS entries FROM schedule_entry WHERE employeeNo = ? AND kind <> 'SHIFT' AND start < ? AND "end" > ?`,
            String(employeeNo),
            String(window['end']),
            String(window['start']),
          )
          assert.equal(taken['entries'], 0)
        }
      }
    },
  },
  'pipeline-demand': {
    fetches: 2,
    statements: 5,
    check(data, graph) {
      const rows = list(at(data, 'opportunityProductAggregates.rows'))
      const [top = {}] = rows
      const expected = one(
        graph,
        'crm',
        `SELECT sum(l.quantity) AS quantity FROM opportunity_line l JOIN opportunity o ON o.id = l.opportunityId WHERE o.stage NOT IN ('WON','LOST') GROUP BY l.sku, l.currency ORDER BY quantity DESC LIMIT 1`,
      )
      assert.equal(thousandths(top['quantity']), expected['quantity'])
      for (const row of rows.slice(0, 20)) {
        const free = one(
          graph,
          'erp',
          'SELECT max(0, sum(onHand - reserved)) AS free FROM stock WHERE sku = ?',
          String(at(row, 'product.sku')),
        )
        assert.equal(thousandths(at(row, 'product.freeStock.value')), free['free'])
      }
    },
  },
  'overdue-with-complaints': {
    fetches: 4,
    statements: 10,
    check(data, graph) {
      const nodes = list(at(data, 'cases.nodes'))
      const open = one(
        graph,
        'crm',
        `SELECT count(*) AS cases FROM service_case WHERE isOpen = 1 AND kind IN ('COMPLAINT','WARRANTY','RETURN')`,
      )
      assert.equal(nodes.length, Math.min(200, Number(open['cases'])))
      const invoices = nodes.flatMap((row) => list(at(row, 'customer.invoices.nodes') ?? []))
      assert.ok(invoices.length > 10)
      for (const invoice of invoices.slice(0, 30)) {
        const row = one(
          graph,
          'finance',
          `SELECT openAmount, cast(julianday('2026-06-30') - julianday(dueOn) AS INTEGER) AS days FROM invoice WHERE invoiceNo = ?`,
          String(invoice['invoiceNo']),
        )
        assert.deepEqual(
          [scaledAmount(at(invoice, 'open.amount')), invoice['daysOverdue']],
          [row['openAmount'], row['days']],
        )
      }
    },
  },
  'my-work-today': {
    fetches: 4,
    statements: 10,
    check({ viewer }, graph) {
      assert.equal(at(viewer, 'subject'), 'mei.lin')
      const crm = graph.sql(
        'crm',
        `SELECT id FROM task WHERE loginId = 'mei.lin' AND status IN ('OPEN','CLAIMED') AND dueOn <= '2026-06-30' ORDER BY dueOn, id`,
      )
      assert.ok(crm.length > 0)
      assert.deepEqual(
        list(at(viewer, 'employee.crmTasks.nodes')).map((row) => row['id']),
        crm.map((row) => row['id']),
      )
      const erp = graph.sql(
        'erp',
        `SELECT id FROM task WHERE employeeNo = 'E0010' AND status IN ('OPEN','CLAIMED') AND dueOn <= '2026-06-30' ORDER BY dueOn, id`,
      )
      assert.deepEqual(
        list(at(viewer, 'employee.erpTasks.nodes')).map((row) => row['id']),
        erp.map((row) => row['id']),
      )
    },
  },
  'stuck-orders': {
    fetches: 3,
    statements: 12,
    check(data, graph) {
      const nodes = list(at(data, 'salesOrders.nodes'))
      const expected = graph.sql(
        'erp',
        `SELECT orderNo FROM sales_order o WHERE isOpen = 1 AND (promisedOn <= '2026-06-30' OR EXISTS (SELECT 1 FROM order_hold h WHERE h.orderNo = o.orderNo AND h.releasedAt IS NULL)) ORDER BY promisedOn, orderNo LIMIT 100`,
      )
      assert.deepEqual(
        nodes.map((row) => row['orderNo']),
        expected.map((row) => row['orderNo']),
      )
      for (const row of nodes) {
        const holds = graph
          .sql(
            'erp',
            'SELECT kind FROM order_hold WHERE orderNo = ? AND releasedAt IS NULL ORDER BY kind',
            String(row['orderNo']),
          )
          .map((hold) => `${hold['kind']}_HOLD`)
        assert.deepEqual(
          list(row['stuckReasons'])
            .map(String)
            .filter((reason) => reason.endsWith('_HOLD'))
            .toSorted(),
          holds,
        )
      }
    },
  },
}

describe('the twenty questions', () => {
  let graph: Graph
  before(async () => {
    graph = await startGraph()
  })
  after(() => graph[Symbol.asyncDispose]())
  const run = ({ operation, variables, identity }: Report): Promise<GraphAnswer> =>
    graph.ask(operation, { variables, as: identity })

  const library = readLibrary()

  it('are twenty, with one on data quality, and each has its expectation', () => {
    assert.deepEqual(
      library.map(({ name }) => name).toSorted(),
      Object.keys(expectations).toSorted(),
    )
    assert.equal(library.length, 21)
  })

  for (const report of library) {
    it(report.name, async () => {
      const { data, errors, fetches, statements } = await run(report)
      assert.deepEqual(errors ?? [], [])
      const expected = expectations[report.name]
      assert.ok(expected)
      expected.check(data as Any, graph)
      assert.ok(fetches.length <= expected.fetches, `${fetches.length} fetches: ${fetches.join()}`)
      assert.ok(statements.length <= expected.statements, `${statements.length} statements`)
    })
  }

  it('the statements of a list with customer, salesperson, invoices and delivery do not grow with it', async () => {
    const document = `query ($first: Int!) { salesOrders(first: $first) { nodes { orderNo customer { name }
      salesperson { displayName } invoices { invoiceNo } shipments { status } } } }`
    const few = await graph.ask(document, { variables: { first: 10 } })
    const many = await graph.ask(document, { variables: { first: 1_000 } })
    assert.equal(many.statements.length, few.statements.length)
    assert.equal(many.fetches.length, few.fetches.length)
    assert.equal(list(at(many.data, 'salesOrders.nodes')).length, 1_000)
  })
})
