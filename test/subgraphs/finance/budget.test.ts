/** Budget against what was posted: exact, per currency and kind of account, against plain SQL. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { anyone, asker } from '../../support/subgraph-fixture.ts'
import { ledgerFixture, scaled } from './ledger-rows.ts'

const ledger = ledgerFixture()
const { fixture } = ledger
after(() => ledger[Symbol.dispose]())
const ask = asker(fixture)

const sums =
  'currency accountKind budget { amount } actual { amount } variance { amount } committed { amount }'
type Money = { readonly amount: string } | null
interface Group {
  readonly currency: string
  readonly accountKind: string | null
  readonly budget: Money
  readonly actual: Money
  readonly variance: Money
  readonly committed: Money
}

const numbers = ({ currency, accountKind, budget, actual, variance, committed }: Group) => [
  currency,
  accountKind,
  ...[budget, actual, variance, committed].map((sum) => (sum === null ? null : scaled(sum.amount))),
]

/** The same, worked out without our statement: budgets and postings apart, then joined. */
const expected = (column: string, where = 'true') =>
  ledger.sql(`
    WITH posted AS (
      SELECT ${column} AS "of", currency, kind,
             sum(CASE WHEN isCommitment THEN 0 WHEN kind IN ('REVENUE', 'LIABILITY') THEN credit - debit ELSE debit - credit END) AS actual,
             sum(CASE WHEN isCommitment THEN debit ELSE 0 END) AS committed
        FROM (SELECT *, postedOn AS "on" FROM ledger_posting) LEFT JOIN ledger_account USING (account)
       WHERE "on" BETWEEN '2026-01-01' AND '2026-06-30' AND ${where} GROUP BY 1, 2, 3),
    planned AS (
      SELECT ${column} AS "of", currency, kind, sum(amount) AS budget
        FROM (SELECT *, startsOn AS "on" FROM budget) LEFT JOIN ledger_account USING (account)
       WHERE "on" BETWEEN '2026-01-01' AND '2026-06-30' AND ${where} GROUP BY 1, 2, 3)
    SELECT coalesce(p."of", b."of") AS "of", coalesce(p.currency, b.currency) AS currency, coalesce(p.kind, b.kind) AS kind,
           budget, coalesce(actual, 0), coalesce(actual, 0) - budget, coalesce(committed, 0)
      FROM posted p FULL JOIN planned b
        ON b."of" IS p."of" AND b.currency = p.currency AND b.kind IS p.kind
     ORDER BY 1, 3, 2`)

const days = 'posted: {from: "2026-01-01", to: "2026-06-30"}'

interface Dimensions extends Group {
  readonly account: { readonly account: string } | null
  readonly department: { readonly code: string } | null
  readonly campaign: { readonly costObjectCode: string } | null
  readonly period: { readonly key: string } | null
}

const text = (row: readonly unknown[]) => row.slice(0, 3).map(String).join('|')
const sorted = (rows: readonly (readonly unknown[])[]) =>
  rows.toSorted((a, b) => (text(a) < text(b) ? -1 : 1))

describe('budget against actual', () => {
  const groups = [
    ['ACCOUNT', 'account { account }', (row: Dimensions) => row.account?.account, 'account'],
    [
      'DEPARTMENT',
      'department { code }',
      (row: Dimensions) => row.department?.code,
      'departmentCode',
    ],
    [
      'CAMPAIGN',
      'campaign { costObjectCode }',
      (row: Dimensions) => row.campaign?.costObjectCode,
      'costObject',
    ],
    ['PERIOD', 'period { key }', (row: Dimensions) => row.period?.key, 'substr("on", 1, 7)'],
  ] as const
  for (const [dimension, fields, of, column] of groups) {
    it(`by ${dimension.toLowerCase()}, in one statement`, async () => {
      const { budgetAggregates } = await ask(
        `{ budgetAggregates(filter: {${days}}, groupBy: [${dimension}], bucket: MONTH) {
             truncated rows { ${fields} ${sums} } } }`,
      )
      const rows = budgetAggregates.rows.map((row: Dimensions) => [
        of(row) ?? null,
        ...numbers(row),
      ])
      assert.deepEqual(sorted(rows), sorted(expected(column)))
      assert.equal(budgetAggregates.truncated, false)
      assert.equal(fixture.statements.length, 1)
    })
  }

  for (const [filter, where] of [
    ['account: {in: ["5200", "4000"]}', "account IN ('5200', '4000')"],
    ['accountKind: [ASSET, LIABILITY]', "kind IN ('ASSET', 'LIABILITY')"],
    ['not: {accountKind: [EXPENSE]}', "kind IS NOT 'EXPENSE'"],
    [
      'or: [{costObjectCode: {eq: "CO-1"}}, {departmentCode: {eq: "S"}}]',
      "(costObject = 'CO-1' OR departmentCode = 'S')",
    ],
    [
      'and: [{not: {posted: {from: "2026-02-01", to: "2026-02-28"}}}]',
      `"on" NOT BETWEEN '2026-02-01' AND '2026-02-28'`,
    ],
  ] as const) {
    it(`of ${filter}`, async () => {
      const { budgetAggregates } = await ask(
        `{ budgetAggregates(filter: {${days} ${filter}}, groupBy: [ACCOUNT]) { rows { account { account } ${sums} } } }`,
      )
      const rows = budgetAggregates.rows.map((row: Dimensions) => [
        row.account?.account ?? null,
        ...numbers(row),
      ])
      assert.ok(rows.length > 0)
      assert.deepEqual(sorted(rows), sorted(expected('account', where)))
    })
  }

  it('is ordered by what varies, groups without a budget last, and says when it is cut', async () => {
    const { up, down, few } = await ask(
      `{ up: budgetAggregates(filter: {${days}}, groupBy: [ACCOUNT], orderBy: {measure: VARIANCE, direction: ASC}) { ...all }
         down: budgetAggregates(filter: {${days}}, groupBy: [ACCOUNT], orderBy: {measure: VARIANCE}) { ...all }
         few: budgetAggregates(filter: {${days}}, groupBy: [ACCOUNT], first: 2) { ...all } }
       fragment all on BudgetAggregates { truncated rows { account { account } variance { amount } } }`,
    )
    const variances = ({ rows }: { rows: readonly Dimensions[] }) =>
      rows.flatMap(({ variance }) => (variance === null ? [] : [scaled(variance.amount)]))
    const rising = variances(up)
    assert.deepEqual(
      rising,
      rising.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
    )
    assert.deepEqual(variances(down), rising.toReversed())
    for (const { rows } of [up, down]) {
      assert.deepEqual(rows.at(-1), { account: { account: '9999' }, variance: null })
    }
    assert.deepEqual([few.truncated, few.rows.length], [true, 2])
  })

  it('names the account, without asking again', async () => {
    const { budgetAggregates } = await ask(
      `{ budgetAggregates(filter: {posted: {from: "2026-03-01", to: "2026-03-01"}}, groupBy: [ACCOUNT]) {
           rows { account { account name kind } department { code } period { key } budget { amount } actual { amount } } } }`,
    )
    const rest = { department: null, period: null }
    assert.deepEqual(budgetAggregates.rows, [
      {
        account: { account: '1000', name: 'Machines', kind: 'ASSET' },
        ...rest,
        budget: { amount: '250.00' },
        actual: { amount: '0.00' },
      },
      {
        account: { account: '2000', name: 'Loans', kind: 'LIABILITY' },
        ...rest,
        budget: { amount: '400.00' },
        actual: { amount: '0.00' },
      },
      {
        account: { account: '9999', name: null, kind: null },
        ...rest,
        budget: null,
        actual: { amount: '7.00' },
      },
    ])
    assert.equal(fixture.statements.length, 1)
  })

  it('wants to know the days, and how a period is cut', async () => {
    for (const args of [
      'groupBy: [ACCOUNT], filter: {account: {eq: "5100"}}',
      `groupBy: [PERIOD], filter: {${days}}`,
    ]) {
      const { errors } = await fixture.run(`{ budgetAggregates(${args}) { truncated } }`)
      assert.equal(errors?.[0]?.extensions['code'], 'BAD_USER_INPUT', args)
    }
  })

  it('is not shown to a partner', async () => {
    const { budgetAggregates } = await ask(
      `{ budgetAggregates(filter: {${days}}, groupBy: []) { rows { currency } } }`,
      {},
      { ...anyone, rows: { rule: 'own_customers', parameters: { debtorNo: ['D1'] } } },
    )
    assert.deepEqual(budgetAggregates.rows, [])
  })
})

describe('the budget of a department', () => {
  it('is what it may spend in the year, per currency, in one statement for all', async () => {
    const { _entities } = await ask(
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Department {
           budget(year: 2026) { amount currency } } } }`,
      { of: ['N', 'S', 'X'].map((code) => ({ __typename: 'Department', code })) },
    )
    assert.deepEqual(
      _entities.map(({ budget }: { budget: readonly { amount: string; currency: string }[] }) =>
        budget.map(({ amount, currency }) => [currency, scaled(amount)]),
      ),
      ['N', 'S', 'X'].map((code) =>
        ledger.sql(
          `SELECT currency, sum(amount) FROM budget JOIN ledger_account USING (account)
            WHERE departmentCode = '${code}' AND kind IN ('EXPENSE', 'ASSET') AND startsOn LIKE '2026-%'
            GROUP BY currency ORDER BY currency`,
        ),
      ),
    )
    assert.equal(_entities[0].budget.length, 2)
    assert.equal(fixture.statements.length, 1)
  })
})
