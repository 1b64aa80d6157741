/**
 * Grouped figures over the demo data through the whole graph: what plain SQL says, from how many
 * systems, and for whom.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startGraph, type Graph } from '../support/graph.ts'
import { scaled } from '../subgraphs/finance/ledger-rows.ts'

let graph: Graph
before(async () => {
  graph = await startGraph()
})
after(() => graph[Symbol.asyncDispose]())

type Row = Readonly<Record<string, unknown>>

/** The rows of one aggregate, and what it took. */
async function rowsOf(document: string) {
  const { data, errors, fetches, statements } = await graph.ask(document)
  assert.deepEqual(errors ?? [], [])
  const [answer] = Object.values(data ?? {}) as { rows: readonly Row[]; truncated: boolean }[]
  assert.equal(answer?.truncated, false)
  return { rows: answer.rows, fetches, statements: statements.length }
}

const amountOf = (money: unknown): bigint => scaled((money as { amount: string }).amount)
const total = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, each) => sum + each, 0n)
const perKey = (pairs: readonly (readonly [string, bigint])[]) =>
  Object.fromEntries(
    [...Map.groupBy(pairs, ([key]) => key)].map(([key, of]) => [
      key,
      total(of.map(([, amount]) => amount)),
    ]),
  )

describe('figures over the whole graph', () => {
  it('leads by campaign and source, the campaigns with what they cost', async () => {
    const { rows, fetches } = await rowsOf(
      `{ leadAggregates(groupBy: [CAMPAIGN, SOURCE], first: 1000) { truncated rows {
           campaign { id spend { actual { amount } } } source count converted conversionRate } } }`,
    )
    const expected = graph.sql(
      'crm',
      `SELECT campaignId, source, count(*) AS leads, sum(status = 'CONVERTED') AS converted
         FROM lead GROUP BY 1, 2 ORDER BY 1, 2`,
    )
    assert.deepEqual(
      rows.map(({ campaign, source, count, converted }) => [
        (campaign as { id: string } | null)?.id ?? null,
        source,
        count,
        converted,
      ]),
      expected.map((row) => [row['campaignId'], row['source'], row['leads'], row['converted']]),
    )
    for (const { count, converted, conversionRate } of rows) {
      assert.ok(Math.abs(Number(conversionRate) - Number(converted) / Number(count)) <= 0.000_05)
    }
    assert.deepEqual(fetches.toSorted(), ['crm', 'finance'])
  })

  it('opportunities shared out among campaigns add up to all of them', async () => {
    const { rows } = await rowsOf(
      `{ opportunityAggregates(groupBy: [CAMPAIGN, STAGE], attribution: LINEAR, first: 1000) { truncated rows {
           campaign { id } attribution stage currency amount { amount } weighted { amount } won { amount } } } }`,
    )
    const all = graph.sql(
      'crm',
      `SELECT currency, sum(amount) AS amount, sum(CASE WHEN stage NOT IN ('WON', 'LOST') THEN weightedAmount ELSE 0 END) AS weighted,
              sum(CASE WHEN stage = 'WON' THEN amount ELSE 0 END) AS won FROM opportunity GROUP BY currency`,
    )
    for (const measure of ['amount', 'weighted', 'won']) {
      assert.deepEqual(
        perKey(rows.map((row) => [String(row['currency']), amountOf(row[measure])])),
        Object.fromEntries(
          all.map((row) => [String(row['currency']), BigInt(Number(row[measure]))]),
        ),
        measure,
      )
    }
    assert.ok(rows.every(({ attribution }) => attribution === 'LINEAR'))
    assert.ok(new Set(rows.map(({ campaign }) => JSON.stringify(campaign))).size > 20)
  })

  it('budget against actual by department and quarter, with the names from HR', async () => {
    const { rows, fetches, statements } = await rowsOf(
      `{ budgetAggregates(filter: {posted: {from: "2026-01-01", to: "2026-06-30"}}, groupBy: [DEPARTMENT, PERIOD], bucket: QUARTER, first: 1000) {
           truncated rows { department { code name } period { key } accountKind currency budget { amount } actual { amount } variance { amount } } } }`,
    )
    const expected = graph.sql(
      'finance',
      `SELECT departmentCode, kind, currency, quarter, sum(budget) AS budget, coalesce(sum(actual), 0) AS actual FROM (
         SELECT departmentCode, account, currency, (substr(startsOn, 6, 2) + 2) / 3 AS quarter, amount AS budget, NULL AS actual
           FROM budget WHERE startsOn BETWEEN '2026-01-01' AND '2026-06-30'
         UNION ALL
         SELECT departmentCode, account, currency, (substr(postedOn, 6, 2) + 2) / 3, NULL,
                CASE account WHEN '4000' THEN credit - debit ELSE debit - credit END
           FROM ledger_posting WHERE isCommitment = 0 AND postedOn BETWEEN '2026-01-01' AND '2026-06-30')
         JOIN ledger_account USING (account) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`,
    )
    assert.deepEqual(
      rows.map(({ department, period, accountKind, currency, budget, actual }) => [
        (department as { code: string } | null)?.code ?? null,
        accountKind,
        currency,
        (period as { key: string }).key,
        budget === null ? null : Number(amountOf(budget)),
        Number(amountOf(actual)),
      ]),
      expected.map((row) => [
        row['departmentCode'],
        row['kind'],
        row['currency'],
        `2026-Q${row['quarter']}`,
        row['budget'],
        row['actual'],
      ]),
    )
    for (const { budget, actual, variance } of rows) {
      if (budget === null) assert.equal(variance, null)
      else assert.equal(amountOf(variance), amountOf(actual) - amountOf(budget))
    }
    assert.deepEqual([fetches, statements], [['finance', 'hr'], 2])
  })

  it('budget against actual states people’s cost, so it needs the scope of that too', async () => {
    const document = `{ budgetAggregates(filter: {posted: {from: "2026-01-01"}}, groupBy: [ACCOUNT]) { rows { account { name } actual { amount } } } }`
    for (const as of ['sales', 'finance'] as const) {
      const { data, errors, fetches } = await graph.ask(document, { as })
      assert.equal(data?.['budgetAggregates'] ?? null, null, as)
      assert.equal(errors?.[0]?.extensions?.['code'], 'UNAUTHORIZED_FIELD_OR_TYPE', as)
      assert.deepEqual(fetches, [], as)
    }
    // It is no part of a partner's contract at all.
    await assert.rejects(graph.ask(document, { as: 'partner' }), { name: 'InvalidDocument' })
    for (const as of ['hr', 'reports'] as const) {
      const { errors } = await graph.ask(document, { as })
      assert.deepEqual(errors ?? [], [], as)
    }
  })

  it('receivables as they stood at the end of last year, with the customers’ names', async () => {
    const { rows, fetches, statements } = await rowsOf(
      `{ receivableAggregates(asOf: "2025-12-31", groupBy: [CUSTOMER], first: 1000, filter: {isOverdue: true}) { truncated rows {
           asOf customer { debtorNo name } currency open { amount } overdue { amount } invoices } } }`,
    )
    const expected = graph.sql(
      'finance',
      `SELECT debtorNo, currency, sum(open) AS open, count(*) AS invoices FROM (
         SELECT i.debtorNo, i.currency, i.gross - coalesce(sum(a.amount), 0) AS open
           FROM invoice i LEFT JOIN payment_allocation a ON a.invoiceNo = i.invoiceNo AND a.allocatedOn <= '2025-12-31'
          WHERE i.issuedOn <= '2025-12-31' AND i.dueOn < '2025-12-31' AND i.status NOT IN ('DRAFT', 'WRITTEN_OFF')
          GROUP BY i.invoiceNo HAVING open <> 0) GROUP BY 1, 2 ORDER BY 1, 2`,
    )
    assert.ok(expected.length > 10, `${expected.length} customers were late`)
    assert.deepEqual(
      rows.map(({ asOf, customer, currency, open, overdue, invoices }) => [
        asOf,
        (customer as { debtorNo: string }).debtorNo,
        currency,
        Number(amountOf(open)),
        Number(amountOf(overdue)),
        invoices,
      ]),
      expected.map((row) => [
        '2025-12-31',
        row['debtorNo'],
        row['currency'],
        row['open'],
        row['open'],
        row['invoices'],
      ]),
    )
    assert.deepEqual(fetches, ['finance', 'crm'])
    // The items, the crosswalk from debtors to accounts, the customers.
    assert.equal(statements, 3)
  })
})
