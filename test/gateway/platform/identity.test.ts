/** Decisions about the crosswalk in the graph, over HTTP: by those who may, once for each key, and audited. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { readConfig } from '../../../gateway/config.ts'
import { lazyDecisions } from '../../../gateway/identity/lazy.ts'
import { isthmus, repository } from '../../support/cli.ts'
import { fenced } from '../../support/fenced.ts'
import { startHttp, type ErrorJson, type HttpGateway } from '../../support/http.ts'

interface Candidate {
  readonly id: string
  readonly system: string
  readonly value: string
  readonly score: string
  readonly customer: { readonly id: string; readonly crmAccountId: string }
}

// As the documentation has them.
const [list = '', accept = ''] = fenced(
  readFileSync(join(repository, 'docs/identity.md'), 'utf8'),
  'graphql',
)
const reject = `mutation ($id: ID!, $key: String!) {
  rejectIdentityCandidate(input: { id: $id }, idempotencyKey: $key) { id system value crmAccountId }
}`
const merge = `mutation ($survivor: ID!, $merged: ID!, $key: String!) {
  mergeCustomers(input: { survivor: $survivor, merged: $merged }, idempotencyKey: $key) {
    customer { id }
  }
}`
const split = `mutation ($id: ID!, $records: [CustomerRecordInput!], $key: String!) {
  splitCustomer(input: { id: $id, records: $records }, idempotencyKey: $key) { customers { id crmAccountId } }
}`
const resolved = 'query ($id: ID!) { customer(id: $id) { id } }'

describe('decisions about the crosswalk in the graph', () => {
  let gateway: HttpGateway
  before(async () => {
    gateway = await startHttp()
    const env = { ISTHMUS_DATA: gateway.graph.data }
    const { code, stderr } = await isthmus(['identity', 'match'], env)
    assert.equal(code, 0, stderr)
  })
  after(() => gateway[Symbol.asyncDispose]())

  const ask = async (query: string, variables: object = {}, token = gateway.token('admin')) => {
    const { text } = await gateway.post({ query, variables }, { token })
    // Each answer has its own shape; the tests say which.
    const { data, errors = [] as readonly ErrorJson[] } = JSON.parse(text)
    return { data, errors: errors as readonly ErrorJson[] }
  }
  const done = async (query: string, variables: object) => {
    const { data, errors } = await ask(query, variables)
    assert.deepEqual(errors, [])
    return data
  }
  const candidates = async (): Promise<readonly Candidate[]> =>
    (await done(list, {})).identityCandidates.nodes
  const kept = (columns: string) =>
    gateway.graph.sql('identity', `SELECT ${columns} FROM identity_decision ORDER BY number`)

  it('accept a candidate: the record counts for the customer, and is asked about no more', async () => {
    const listed = await candidates()
    const [candidate] = listed
    assert.ok(candidate && listed.length > 5, `${listed.length}`)
    assert.ok(Number(candidate.score) > 0 && Number(candidate.score) <= 1)
    const { acceptIdentityCandidate } = await done(accept, { id: candidate.id, key: 'accept' })
    const { customer } = acceptIdentityCandidate
    assert.equal(customer.crmAccountId, candidate.customer.crmAccountId)
    assert.deepEqual(
      customer.externalIds.filter(({ value }: { value: string }) => value === candidate.value),
      [{ system: 'ERP', value: candidate.value, matchedBy: 'MANUAL', confidence: '1' }],
    )
    assert.ok(!(await candidates()).some(({ value }) => value === candidate.value))
    assert.deepEqual(
      kept('kind, value, decidedBy, reason').map((row) => ({ ...row })),
      [
        {
          kind: 'ACCEPT',
          value: candidate.value,
          decidedBy: 'kao.admin',
          reason: 'asked the customer',
        },
      ],
    )
  })

  it('refuse a candidate, once for each key', async () => {
    const [candidate] = await candidates()
    assert.ok(candidate)
    const { id, system, value, customer } = candidate
    const refused = { id, system, value, crmAccountId: customer.crmAccountId }
    const first = await done(reject, { id, key: 'reject' })
    assert.deepEqual(first.rejectIdentityCandidate, refused)
    const before = kept('id').length
    const again = await done(reject, { id, key: 'reject' })
    assert.deepEqual(again.rejectIdentityCandidate, refused)
    assert.equal(kept('id').length, before)
    const { errors } = await ask(reject, { id, key: 'another' })
    assert.equal(errors[0]?.extensions.code, 'NOT_FOUND')
    const other = await ask(accept, { id, key: 'reject' })
    assert.equal(other.errors[0]?.extensions.code, 'IDEMPOTENCY_KEY_REUSED')
  })

  it('merge two customers and part them again: the second id goes on to resolve', async () => {
    const pair = { survivor: 'C000010', merged: 'C000011' }
    const { mergeCustomers } = await done(merge, { ...pair, key: 'merge' })
    assert.equal(mergeCustomers.customer.id, 'C000010')
    assert.deepEqual((await done(resolved, { id: 'C000011' })).customer, { id: 'C000010' })
    const { splitCustomer } = await done(split, { id: 'C000011', key: 'split' })
    assert.deepEqual(splitCustomer.customers, [{ id: 'C000011', crmAccountId: 'A000011' }])
    assert.deepEqual((await done(resolved, { id: 'C000011' })).customer, { id: 'C000011' })
  })

  it('take a record out of a customer', async () => {
    const pair = { survivor: 'C000012', merged: 'C000013' }
    await done(merge, { ...pair, key: 'merge-2' })
    const records = [{ system: 'CRM', value: 'A000013' }]
    const { splitCustomer } = await done(split, { id: 'C000012', records, key: 'split-2' })
    assert.deepEqual(splitCustomer.customers, [{ id: 'A000013', crmAccountId: 'A000013' }])
    const { errors } = await ask(split, { id: 'C000012', records, key: 'split-3' })
    assert.equal(errors[0]?.extensions.code, 'NOT_FOUND')
  })

  it('are for those who look after the crosswalk, whoever else asks', async () => {
    const before = kept('id').length
    const [candidate] = await candidates()
    assert.ok(candidate)
    const variables = { id: candidate.id, survivor: 'C000020', merged: 'C000021', key: 'stolen' }
    const fields = {
      acceptIdentityCandidate: accept,
      rejectIdentityCandidate: reject,
      mergeCustomers: merge,
      splitCustomer: split,
    }
    for (const who of ['sales', 'reports', 'partner'] as const) {
      for (const [field, document] of Object.entries(fields)) {
        const { data, errors } = await ask(document, variables, gateway.token(who))
        assert.equal(data?.[field] ?? null, null, `${who} ${field}`)
        // A partner's contract does not have them at all.
        const outside = /^(BAD_REQUEST|GRAPHQL_VALIDATION_FAILED)$/
        assert.ok(errors.length > 0)
        for (const { extensions } of errors)
          assert.match(
            extensions.code,
            who === 'partner' ? outside : /^UNAUTHORIZED_FIELD_OR_TYPE$/,
          )
      }
    }
    assert.equal(kept('id').length, before)
  })

  it('are in the audit, with who made them', async () => {
    const { auditEntries } = await done(
      '{ auditEntries(first: 50, filter: { coordinate: "Mutation.mergeCustomers" }) { nodes { subject outcome } } }',
      {},
    )
    const answered = auditEntries.nodes.filter(
      ({ outcome }: { outcome: string }) => outcome === 'ANSWERED',
    )
    assert.ok(answered.length >= 2, JSON.stringify(auditEntries))
    for (const { subject } of answered) assert.equal(subject, 'kao.admin')
  })

  it('are refused where the crosswalk is on another machine, and configuration does not say where', async () => {
    const config = readConfig({ ISTHMUS_DATA: gateway.graph.data })
    const elsewhere = { ...config.system('crm'), source: 'http' } as const
    await using decisions = lazyDecisions({ ...config, system: () => elsewhere })
    await assert.rejects(decisions.open(), { code: 'FORBIDDEN', message: /says where it is/ })
  })
})
