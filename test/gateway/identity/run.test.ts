/**
 * A whole match over the demo data, through the graph: what it finds against what is known to be true,
 * what it says is wrong, and what becomes of decisions. The demo's numbers come from one count, so the
 * truth is known without any crosswalk.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { GraphQLError } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { openLimits } from '../../../gateway/limits/limits.ts'
import { openCrosswalk, type Crosswalk } from '../../../gateway/identity/crosswalk.ts'
import { createDecisions } from '../../../gateway/identity/decisions.ts'
import { readingScopes, type Ask } from '../../../gateway/identity/records.ts'
import { readRules } from '../../../gateway/identity/rules.ts'
import { runMatch, type MatchRun } from '../../../gateway/identity/run.ts'
import { reportNamed } from '../../../gateway/reports/library.ts'
import { identityRelations } from '../../../subgraphs/crm/identity-relations.ts'
import { repository } from '../../support/cli.ts'
import { startGraph, type Graph } from '../../support/graph.ts'

const shipped = readRules(join(repository, 'gateway/policy/identity.yaml'))
const today = { today: '2026-06-30', at: '2026-06-30T01:02:03Z' }

/** `ERP 200001` → the account that it is. */
function truthOf(graph: Graph): ReadonlyMap<string, string> {
  const padded = (count: number) => `A${String(count).padStart(6, '0')}`
  const debtors = graph.sql('finance', 'SELECT debtorNo FROM debtor')
  const accounts = new Map(
    graph
      .sql('crm', 'SELECT crmAccountId, name FROM customer')
      .map((row) => [row['name'], row['crmAccountId']]),
  )
  return new Map([
    ...debtors.map(({ debtorNo }): [string, string] => [
      `FINANCE ${debtorNo}`,
      padded(Number(String(debtorNo).slice(1))),
    ]),
    ...graph.sql('erp', 'SELECT erpCustomerNo, name FROM customer').map((row): [string, string] => {
      const name = String(row['name']).replace(/ \(\d\)$/, '')
      return [`ERP ${row['erpCustomerNo']}`, String(accounts.get(name))]
    }),
  ])
}

function measured({ links }: Pick<MatchRun, 'links'>, truth: ReadonlyMap<string, string>) {
  const accountOf = new Map(
    links
      .filter(({ system }) => system === 'CRM')
      .map(({ customerId, value }) => [customerId, value]),
  )
  const found = links.filter(({ system }) => system !== 'CRM')
  const right = found.filter(
    ({ customerId, system, value }) =>
      truth.get(`${system} ${value}`) === accountOf.get(customerId),
  )
  return { precision: right.length / found.length, recall: right.length / truth.size }
}

interface Report {
  readonly checkedAt: string
  readonly systems: readonly {
    readonly system: string
    readonly records: number
    readonly matched: number
    readonly unmatched: number
  }[]
  readonly findings: readonly { readonly count: number }[]
}

describe('a match of the demo data', () => {
  let graph: Graph
  let crosswalk: Crosswalk
  let ask: Ask
  let first: MatchRun
  const match = (rules = shipped) => runMatch({ ask, crosswalk, rules })

  before(async () => {
    graph = await startGraph()
    const file = join(graph.data, 'identity.sqlite')
    crosswalk = await openCrosswalk({ kind: 'sqlite', file }, identityRelations)
    await crosswalk.write(({ db }) => db.deleteFrom('identity_link').execute())
    ask = (document, variables) =>
      graph.app.execute(
        { document, variables },
        { subject: 'test', audience: 'EMPLOYEE', scopes: readingScopes, facts: {}, rows: null },
        { limits: openLimits },
      )
    first = await match()
  })
  after(async () => {
    await crosswalk[Symbol.asyncDispose]()
    await graph[Symbol.asyncDispose]()
  })

  it('links nothing wrongly, and nearly all there is', () => {
    const { precision, recall } = measured(first, truthOf(graph))
    assert.equal(precision, 1, `precision ${precision}, recall ${recall}`)
    assert.ok(recall >= 0.975, `precision ${precision}, recall ${recall}`)
  })

  it('shows nearly all of the rest to somebody', () => {
    const truth = truthOf(graph)
    const seen = new Set([
      ...first.links.map(({ system, value }) => `${system} ${value}`),
      ...first.candidates
        .filter(
          ({ system, value, crmAccountId }) => truth.get(`${system} ${value}`) === crmAccountId,
        )
        .map(({ system, value }) => `${system} ${value}`),
    ])
    const unseen = [...truth.keys()].filter((key) => !seen.has(key))
    assert.ok(unseen.length <= truth.size / 500, `${unseen.length} of ${truth.size}`)
  })

  it('does so by names alone, where tax numbers, addresses and references say nothing', async () => {
    const weights = { name: 0.6, address: 0, telephone: 0, reference: 0 }
    const withoutTaxNumbers: Ask = async (document, variables) => {
      const answer = await ask(document, variables)
      const text = JSON.stringify(answer).replace(
        /"taxRegistrationNo":"[^"]*"/g,
        '"taxRegistrationNo":null',
      )
      return JSON.parse(text) as typeof answer // the same, without one field
    }
    const run = await runMatch({
      ask: withoutTaxNumbers,
      crosswalk,
      rules: { ...shipped, weights },
    })
    const { precision, recall } = measured(run, truthOf(graph))
    assert.equal(precision, 1, `precision ${precision}, recall ${recall}`)
    assert.ok(recall >= 0.99, `precision ${precision}, recall ${recall}`)
    const misspelled = graph.sql(
      'finance',
      `SELECT debtorNo FROM debtor WHERE name LIKE '% Ltd.' OR name = upper(name) OR name NOT GLOB '* *[^ -~]*'`,
    )
    const linked = new Set(run.links.map(({ system, value }) => `${system} ${value}`))
    assert.ok(misspelled.length > 5, `${misspelled.length}`)
    for (const { debtorNo } of misspelled)
      assert.ok(linked.has(`FINANCE ${debtorNo}`), String(debtorNo))
  })

  it('is the same again, and adds nothing to what it kept', async () => {
    assert.deepEqual(await match(), first)
    await crosswalk.keep({ ...first, ...today })
    const { links } = await crosswalk.state()
    const again = await match()
    assert.deepEqual(again.links, [])
    assert.deepEqual(again.candidates, first.candidates)
    assert.deepEqual(again.findings, first.findings)
    await crosswalk.keep({ ...again, ...today })
    assert.deepEqual((await crosswalk.state()).links, links)
  })

  it('says what disagrees, as plain SQL over the systems finds it', () => {
    const linkedTo = (kind: string, field: string) =>
      first.findings
        .filter((each) => each.kind === kind && each.field === field && each.system === 'FINANCE')
        .map(({ value }) => value)
        .toSorted()
    const link = new Set(
      first.links.filter(({ system }) => system === 'FINANCE').map(({ value }) => value),
    )
    const terms = graph
      .sql(
        'finance',
        'SELECT d.debtorNo, d.erpCustomerNo, p.paymentTerms FROM debtor d JOIN debtor_particulars p USING (debtorNo)',
      )
      .filter((row) => {
        const [erp] = graph.sql(
          'erp',
          'SELECT paymentTerms FROM customer WHERE erpCustomerNo = ?',
          String(row['erpCustomerNo']),
        )
        return erp?.['paymentTerms'] !== row['paymentTerms']
      })
      .map((row) => String(row['debtorNo']))
      .filter((debtorNo) => link.has(debtorNo))
    const found = linkedTo('DISAGREEING', 'PAYMENT_TERMS')
    assert.ok(terms.length > 10, `${terms.length}`)
    // Where the ERP's own record is not linked there is nothing to disagree with.
    assert.ok(found.length >= terms.length * 0.95, `${found.length} of ${terms.length}`)
    assert.deepEqual(
      found.filter((each) => !terms.includes(each)),
      [],
    )
    // Who moved has another house number there; what is written in short, or not at all, is the same.
    const moved = graph
      .sql('finance', 'SELECT debtorNo, line1 FROM debtor_particulars WHERE line1 IS NOT NULL')
      .filter((row) => Number.parseInt(String(row['line1']), 10) > 300)
      .map((row) => String(row['debtorNo']))
      .filter((debtorNo) => link.has(debtorNo))
    assert.ok(moved.length > 50, `${moved.length}`)
    assert.deepEqual(linkedTo('DISAGREEING', 'ADDRESS'), moved.toSorted())
    assert.ok(linkedTo('DISAGREEING', 'REGION').length > 20)
    assert.ok(linkedTo('DISAGREEING', 'NAME').length > 3)
  })

  it('counts the same in its summary, in the graph and in the report of the library', async () => {
    const { operation, identity } = reportNamed('identity-quality')
    const { data, errors, statements } = await graph.ask(operation, { as: identity })
    assert.equal(errors, undefined)
    assert.equal(statements.length, 2)
    const report = data?.['identityReport'] as Report
    assert.equal(report.checkedAt, today.at)
    assert.deepEqual(report.systems, first.summaries)
    assert.equal(
      report.findings.reduce((sum, { count }) => sum + count, 0),
      first.findings.length,
    )
    for (const [system, database, relation] of [
      ['CRM', 'crm', 'customer'],
      ['ERP', 'erp', 'customer'],
      ['FINANCE', 'finance', 'debtor'],
    ] as const) {
      const [row] = graph.sql(database, `SELECT count(*) AS n FROM ${relation}`)
      const summary: Report['systems'][number] | undefined = report.systems.find(
        (each) => each.system === system,
      )
      assert.equal(summary?.records, row?.['n'])
      assert.equal((summary?.matched ?? 0) + (summary?.unmatched ?? 0), row?.['n'])
    }
  })

  it('is what the graph joins by from then on', async () => {
    const { data } = await graph.ask(
      '{ customer(crmAccountId: "A000001") { id debtorNo paymentTerms } }',
    )
    const customer = data?.['customer'] as { id: string; debtorNo: string; paymentTerms: string }
    assert.equal(customer.id, 'A000001')
    assert.equal(customer.debtorNo, 'D00001')
    assert.match(customer.paymentTerms, /^NET/)
  })

  it('keeps a decision, and an id that was merged goes on to resolve', async () => {
    const decisions = createDecisions({ crosswalk, timeZone: 'Asia/Taipei' })
    const decision = { by: 'test', reason: null, now: new Date('2026-06-30T01:02:03Z') }
    const [accepted, refused] = first.candidates.filter(({ reason }) => reason === 'CONTRADICTING')
    assert.ok(accepted && refused)
    await decisions.accept(accepted.id, decision)
    await decisions.reject(refused.id, decision)
    const [one, other] = first.links.filter(
      ({ system, value }) => system === 'CRM' && value !== accepted.crmAccountId,
    )
    assert.ok(one && other)
    const pair = { survivor: one.customerId, merged: other.customerId }
    await decisions.merge(pair, decision)
    const again = await match()
    assert.deepEqual(again.links, [])
    const proposed = again.candidates.map(({ id }) => id)
    assert.ok(!proposed.includes(accepted.id) && !proposed.includes(refused.id))
    const { data } = await graph.ask(
      `query ($old: ID!, $new: ID!) {
         old: customer(id: $old) { id } new: customer(id: $new) { id crmAccountId }
         list: customers(filter: {id: {eq: $old}}) { nodes { crmAccountId } }
       }`,
      { variables: { old: other.customerId, new: one.customerId } },
    )
    const list = data?.['list'] as { nodes: { crmAccountId: string }[] }
    assert.deepEqual(
      list.nodes.map(({ crmAccountId }) => crmAccountId).toSorted(),
      [one.value, other.value].toSorted(),
    )
    assert.deepEqual(data?.['old'], { id: one.customerId })
    assert.deepEqual(data?.['new'], { id: one.customerId, crmAccountId: one.value })
  })

  /** The graph with an error in the answers that name this. */
  const failing =
    (named: string, code: string, path: readonly string[]): Ask =>
    async (document, variables) =>
      document.includes(named)
        ? {
            data: { [named]: null },
            errors: [new GraphQLError('told', { path, extensions: { code } })],
          }
        : await ask(document, variables)

  it('cannot be had by halves: a system that is down stops it', async () => {
    await assert.rejects(
      runMatch({
        ask: failing('debtorRecords', 'SOURCE_UNAVAILABLE', ['debtorRecords']),
        crosswalk,
        rules: shipped,
      }),
      (error) =>
        error instanceof AppError &&
        error.code === 'SOURCE_UNAVAILABLE' &&
        /FINANCE/.test(error.message),
    )
  })

  it('does without a system that has no customer records, and calls nothing there missing', async () => {
    const told: string[] = []
    const run = await runMatch({
      ask: failing('debtorRecords', 'NOT_MAPPED', ['debtorRecords']),
      crosswalk,
      rules: shipped,
      onProgress: (text) => told.push(text),
    })
    assert.deepEqual(
      run.summaries.map(({ system }) => system),
      ['CRM', 'ERP'],
    )
    assert.ok(told.includes('FINANCE: has no customer records'))
    assert.deepEqual(
      run.findings.filter(({ kind }) => kind === 'MISSING'),
      [],
    )
  })
})
