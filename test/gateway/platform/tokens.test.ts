/** Tokens of partners in the graph, over HTTP: issued, seen, rotated and revoked by administrators only. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { defaultLimits, type CallerKind } from '../../../gateway/limits/limits.ts'
import type { DemoIdentity } from '../../../gateway/tokens/demo.ts'
import { startHttp, type ErrorJson, type HttpGateway } from '../../support/http.ts'

const subject = 'partner:harbour-distribution'
const create = `mutation Create($input: CreateTokenInput!, $key: String!) {
  createToken(input: $input, idempotencyKey: $key) { secret token { id status subject lastFour uses addresses createdBy } }
}`
const rotate = `mutation Rotate($input: RotateTokenInput!, $key: String!) {
  rotateToken(input: $input, idempotencyKey: $key) { secret token { id } replaced { id status replacedBy } }
}`
const revoke = `mutation Revoke($id: ID!, $key: String!) {
  revokeToken(input: { id: $id }, idempotencyKey: $key) { token { status revokedBy } }
}`

describe('tokens in the graph', () => {
  let gateway: HttpGateway
  before(async () => {
    gateway = await startHttp()
  })
  after(() => gateway[Symbol.asyncDispose]())

  const ask = async (query: string, variables: object = {}, token = gateway.token('admin')) => {
    const { status, text } = await gateway.post({ query, variables }, { token })
    // Each answer has its own shape; the tests say which.
    const { data, errors = [] as readonly ErrorJson[] } = JSON.parse(text)
    return { status, data, errors: errors as readonly ErrorJson[] }
  }
  let key = 0
  const issue = async (more: object = {}) => {
    const input = { subject, name: 'ERP sync', days: 30, ...more }
    const { data } = await ask(create, { input, key: `issue-${(key += 1)}` })
    return data.createToken as { secret: string; token: { id: string; lastFour: string } }
  }
  const viewer = (token: string) => ask('{ viewer { subject } }', {}, token)

  it('are issued, let a partner in, and show their owner which there are', async () => {
    const { secret, token } = await issue()
    assert.equal(secret.slice(-4), token.lastFour)
    const { data } = await ask(
      '{ viewer { subject audience rowRule tokens { id } } customers(first: 5) { nodes { crmAccountId } } }',
      {},
      secret,
    )
    assert.deepEqual([data.viewer.subject, data.viewer.rowRule], [subject, 'own_customers'])
    assert.ok(data.viewer.tokens.some(({ id }: { id: string }) => id === token.id))
    assert.deepEqual(data.customers.nodes, [{ crmAccountId: 'A000001' }])
  })

  it('are issued once for each idempotency key', async () => {
    const input = { subject, name: 'once', days: 30 }
    const first = await ask(create, { input, key: 'the same' })
    const again = await ask(create, { input, key: 'the same' })
    assert.equal(again.data.createToken.token.id, first.data.createToken.token.id)
    assert.equal(again.data.createToken.secret, null)
    const other = await ask(create, { input: { ...input, days: 1 }, key: 'the same' })
    assert.equal(other.errors[0]?.extensions.code, 'IDEMPOTENCY_KEY_REUSED')
  })

  it('are rotated: both are good, and of a revoked one nothing is left', async () => {
    const first = await issue()
    const { data } = await ask(rotate, { input: { id: first.token.id }, key: 'rotate-1' })
    const { secret, token, replaced } = data.rotateToken
    assert.deepEqual(replaced, { id: first.token.id, status: 'ROTATED', replacedBy: token.id })
    assert.deepEqual(
      [(await viewer(first.secret)).status, (await viewer(secret)).status],
      [200, 200],
    )
    const revoked = await ask(revoke, { id: first.token.id, key: 'revoke-1' })
    assert.deepEqual(revoked.data.revokeToken.token, { status: 'REVOKED', revokedBy: 'kao.admin' })
    const { status, errors } = await viewer(first.secret)
    assert.deepEqual([status, errors[0]?.extensions.code], [401, 'UNAUTHENTICATED'])
    assert.equal((await viewer(secret)).status, 200)
  })

  it('are for administrators, whoever else asks and however', async () => {
    const { secret, token } = await issue()
    const tokenOf = (who: DemoIdentity) => gateway.token(who)
    const partner = tokenOf('partner')
    for (const asking of [tokenOf('sales'), tokenOf('reports'), partner, secret]) {
      const input = { subject, name: 'stolen', days: 1 }
      const variables = { input, key: 'k', id: token.id }
      for (const [document, field] of [
        [create, 'createToken'],
        [revoke, 'revokeToken'],
        ['{ tokens { nodes { id } } }', 'tokens'],
        ['{ partnerPlans { name } }', 'partnerPlans'],
        [
          `mutation { x: __typename ... on Mutation { createToken(input: { subject: "${subject}", name: "x", days: 1 }, idempotencyKey: "z") { secret } } }`,
          'createToken',
        ],
      ] as const) {
        const { data, errors } = await ask(document, variables, asking)
        // A partner's contract does not have them at all.
        const isPartner = asking === secret || asking === partner
        const outside = /^(BAD_REQUEST|GRAPHQL_VALIDATION_FAILED)$/
        assert.equal(data?.[field] ?? null, null, document)
        for (const { extensions } of errors)
          assert.match(extensions.code, isPartner ? outside : /^UNAUTHORIZED_FIELD_OR_TYPE$/)
        assert.ok(errors.length > 0)
      }
    }
    const { data } = await ask('{ tokens(first: 1000) { nodes { name status id } } }')
    const nodes = data.tokens.nodes as { name: string; status: string; id: string }[] // as asked
    assert.ok(!nodes.some(({ name }) => name === 'stolen' || name === 'x'))
    assert.equal(nodes.find(({ id }) => id === token.id)?.status, 'ACTIVE')
  })

  it('grant no more than the scopes they were issued for, and keep that when they are rotated', async () => {
    const scopesOf = async (token: string) =>
      (await ask('{ viewer { scopes } }', {}, token)).data.viewer.scopes
    const { secret: whole } = await issue()
    const { secret, token } = await issue({ scopes: [] })
    assert.deepEqual(await scopesOf(whole), ['crm:contact-pii:read'])
    assert.deepEqual(await scopesOf(secret), [])
    const { data } = await ask(rotate, { input: { id: token.id }, key: 'rotate-scopes' })
    assert.deepEqual(await scopesOf(data.rotateToken.secret), [])
    const listed = await ask('{ tokens(first: 2) { nodes { id scopes } } }')
    assert.deepEqual(listed.data.tokens.nodes, [
      { id: data.rotateToken.token.id, scopes: [] },
      { id: token.id, scopes: [] },
    ])
    const beyond = { subject, name: 'more', days: 1, scopes: ['crm:customer-tax:read'] }
    const { errors } = await ask(create, { input: beyond, key: 'beyond' })
    assert.equal(errors[0]?.extensions.code, 'BAD_USER_INPUT')
    assert.match(errors[0]?.message ?? '', /crm:customer-tax:read/)
  })

  it('come with limits, which their owner sees', async () => {
    const { secret } = await issue()
    const query = '{ viewer { limits { cost costPerMinute costPerDay depth concurrency } } }'
    const names = ['cost', 'costPerMinute', 'costPerDay', 'depth', 'concurrency'] as const
    const of = (kind: CallerKind) =>
      Object.fromEntries(names.map((name) => [name, defaultLimits[kind][name]]))
    assert.deepEqual((await ask(query, {}, secret)).data.viewer.limits, of('partner'))
    assert.deepEqual((await ask(query)).data.viewer.limits, of('employee'))
  })

  it('of others are not seen by a partner', async () => {
    await issue({ subject: 'partner:north-agency' })
    const { secret } = await issue()
    const { data } = await ask('{ viewer { tokens { subject } } }', {}, secret)
    assert.deepEqual(
      new Set(data.viewer.tokens.map((each: { subject: string }) => each.subject)),
      new Set([subject]),
    )
  })

  it('are listed page by page', async () => {
    for (let at = 0; at < 3; at += 1) await issue({ subject: 'partner:north-agency' })
    const seen: string[] = []
    let cursor: string | null = null
    for (;;) {
      const { data } = await ask(
        `query Page($after: String) { tokens(first: 2, after: $after, subject: "partner:north-agency") {
          totalCount nodes { id } edges { cursor } pageInfo { hasNextPage endCursor } } }`,
        { after: cursor },
      )
      const { nodes, pageInfo, edges, totalCount } = data.tokens
      seen.push(...nodes.map(({ id }: { id: string }) => id))
      assert.equal(edges.at(-1).cursor, pageInfo.endCursor)
      cursor = pageInfo.endCursor
      if (pageInfo.hasNextPage !== true) {
        assert.equal(seen.length, totalCount)
        break
      }
    }
    assert.ok(seen.length >= 3)
    assert.equal(new Set(seen).size, seen.length)
    const { errors } = await ask('{ tokens(after: "nonsense") { totalCount } }')
    assert.equal(errors[0]?.extensions.code, 'BAD_USER_INPUT')
  })

  it('are changed by POST only', async () => {
    const address = new URL(`${gateway.url}/graphql`)
    address.searchParams.set('query', 'mutation { __typename }')
    const { status } = await fetch(address, {
      headers: {
        authorization: `Bearer ${gateway.token('admin')}`,
        'apollo-require-preflight': '1',
      },
    })
    assert.equal(status, 405)
  })

  it('are no longer good when their partner is disabled, by a command beside the running gateway', async () => {
    const { secret } = await issue()
    assert.equal((await viewer(secret)).status, 200)
    const { isthmus } = await import('../../support/cli.ts')
    const env = { ISTHMUS_DATA: gateway.graph.data }
    assert.equal((await isthmus(['subject', 'disable', subject], env)).code, 0)
    assert.equal((await viewer(secret)).status, 401)
    assert.equal((await viewer(gateway.token('partner'))).status, 401)
    await assert.rejects(gateway.app.principalWithoutToken(subject), { code: 'SUBJECT_DISABLED' })
    assert.equal((await isthmus(['subject', 'enable', subject], env)).code, 0)
    assert.equal((await viewer(secret)).status, 200)
    assert.equal((await gateway.app.principalWithoutToken(subject)).rows?.rule, 'own_customers')
    await assert.rejects(gateway.app.principalWithoutToken('nobody'), { code: 'SUBJECT_UNSEEN' })
  })
})
