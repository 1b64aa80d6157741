/** The chart of accounts, and which postings a filter of the ledger means. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { anyone, asker } from '../../support/subgraph-fixture.ts'
import { ledgerFixture, scaled } from './ledger-rows.ts'

const ledger = ledgerFixture()
const { fixture } = ledger
after(() => ledger[Symbol.dispose]())
const ask = asker(fixture)

const partner = {
  ...anyone,
  rows: { rule: 'own_customers' as const, parameters: { debtorNo: ['D1'] } },
}

describe('the chart of accounts', () => {
  it('is a list with filters, orders and pages', async () => {
    for (const [args, accounts] of [
      ['', ['1000', '2000', '4000', '5100', '5200', '6100']],
      ['filter: {kind: [EXPENSE]}', ['5100', '5200', '6100']],
      ['filter: {not: {or: [{kind: [EXPENSE]}, {account: {eq: "1000"}}]}}', ['2000', '4000']],
      ['filter: {nameContains: "PAY"}', ['5100']],
      ['orderBy: {field: NAME, direction: ASC}', ['2000', '1000', '6100', '5200', '5100', '4000']],
      ['orderBy: {field: ACCOUNT, direction: DESC}, first: 2', ['6100', '5200']],
    ] as const) {
      const { ledgerAccounts } = await ask(
        `{ ledgerAccounts${args === '' ? '' : `(${args})`} { nodes { account } } }`,
      )
      assert.deepEqual(
        ledgerAccounts.nodes.map((row: { account: string }) => row.account),
        accounts,
        args,
      )
    }
    const { first } = await ask(
      '{ first: ledgerAccounts(first: 4) { totalCount pageInfo { endCursor hasNextPage } } }',
    )
    assert.deepEqual([first.totalCount, first.pageInfo.hasNextPage], [6, true])
    const { rest } = await ask(
      'query ($after: String) { rest: ledgerAccounts(first: 4, after: $after) { nodes { account } pageInfo { hasNextPage } } }',
      { after: first.pageInfo.endCursor },
    )
    assert.deepEqual(rest, {
      nodes: [{ account: '5200' }, { account: '6100' }],
      pageInfo: { hasNextPage: false },
    })
  })

  it('is found by number, alone and as a reference, in one statement', async () => {
    const { one, none, _entities } = await ask(
      `{ one: ledgerAccount(account: "5100") { account name kind } none: ledgerAccount(account: "9999") { name }
         _entities(representations: [{ __typename: "LedgerAccount", account: "4000" }, { __typename: "LedgerAccount", account: "x" }]) {
           ... on LedgerAccount { name kind } } }`,
    )
    assert.deepEqual([one, none], [{ account: '5100', name: 'Payroll', kind: 'EXPENSE' }, null])
    assert.deepEqual(_entities, [{ name: 'Revenue', kind: 'REVENUE' }, null])
    assert.equal(fixture.statements.length, 1)
  })

  it('is not shown to a partner', async () => {
    const answer = await ask(
      '{ ledgerAccount(account: "5100") { name } ledgerAccounts { totalCount nodes { name } } }',
      {},
      partner,
    )
    assert.deepEqual(answer, {
      ledgerAccount: null,
      ledgerAccounts: { totalCount: 0, nodes: [] },
    })
  })
})

describe('a filter of the ledger', () => {
  const days = 'posted: {from: "2026-01-01", to: "2026-03-31"}'
  const inDays = "isCommitment = 0 AND postedOn BETWEEN '2026-01-01' AND '2026-03-31'"

  for (const [filter, where] of [
    ['', 'true'],
    ['account: {in: ["5100", "6100"]}', "account IN ('5100', '6100')"],
    [
      'or: [{account: {eq: "5200"}}, {category: [CAMPAIGN]}]',
      "(account = '5200' OR category = 'CAMPAIGN')",
    ],
    ['not: {departmentCode: {eq: "N"}}', "departmentCode IS NOT 'N'"],
    [
      'and: [{not: {posted: {from: "2026-02-01", to: "2026-02-28"}}}, {or: [{departmentCode: {eq: "N"}}, {departmentCode: {eq: "S"}}]}]',
      "postedOn NOT BETWEEN '2026-02-01' AND '2026-02-28' AND departmentCode IN ('N', 'S')",
    ],
    ['or: []', 'false'],
  ] as const) {
    it(filter === '' ? 'without more than its days' : filter, async () => {
      const { ledgerAggregates } = await ask(
        `{ ledgerAggregates(groupBy: [ACCOUNT], filter: {${days} ${filter}}) {
            rows { account currency count debit { amount } credit { amount } } } }`,
      )
      const expected = ledger.sql(
        `SELECT account, currency, count(*), sum(debit), sum(credit) FROM ledger_posting
          WHERE ${inDays} AND ${where} GROUP BY account, currency ORDER BY account, currency`,
      )
      type Sums = Record<'debit' | 'credit', { amount: string }>
      assert.deepEqual(
        ledgerAggregates.rows.map(
          (row: Sums & { account: string; currency: string; count: number }) => [
            row.account,
            row.currency,
            BigInt(row.count),
            scaled(row.debit.amount),
            scaled(row.credit.amount),
          ],
        ),
        expected,
      )
    })
  }

  it('says its days itself, whatever its parts say', async () => {
    for (const filter of [
      '{}',
      '{posted: null}',
      `{and: [{${days}}]}`,
      `{not: {${days}}, account: {eq: "5100"}}`,
    ]) {
      const { errors } = await fixture.run(
        `{ ledgerAggregates(groupBy: [ACCOUNT], filter: ${filter}) { truncated } }`,
      )
      assert.equal(errors?.[0]?.extensions['code'], 'BAD_USER_INPUT', filter)
      assert.match(errors[0].message, /"posted"/)
      assert.equal(fixture.statements.length, 0)
    }
  })
})
