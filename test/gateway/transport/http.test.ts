/** The endpoint over real HTTP: the protocol, bad input, tokens, and what never leaves. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { auditServer } from 'graphql-http'
import jwt from 'jsonwebtoken'
import { buildSchema } from 'graphql'
import { demoSecret } from '../../../gateway/tokens/demo.ts'
import { startHttp, type HttpGateway } from '../../support/http.ts'

const leaks = /SELECT|\.sqlite|node_modules|\/gateway\/|at \w+ \(|127\.0\.0\.1|ECONN/

describe('/graphql over HTTP', () => {
  let gateway: HttpGateway
  before(async () => {
    gateway = await startHttp()
  })
  after(() => gateway[Symbol.asyncDispose]())

  it('passes the GraphQL-over-HTTP audit without an error', async () => {
    const authorization = `Bearer ${gateway.token('admin')}`
    const results = await auditServer({
      url: `${gateway.url}/graphql`,
      fetchFn: (url: string, init: RequestInit = {}) =>
        fetch(url, {
          ...init,
          headers: { ...(init.headers as Record<string, string>), authorization },
        }),
    })
    const errors = results.filter(({ status }) => status === 'error')
    assert.deepEqual(
      errors.map(({ id, name }) => `${id} ${name}`),
      [],
    )
    assert.ok(results.filter(({ status }) => status === 'ok').length >= 50)
  })

  const nested = `{ customers ${'{ nodes { owner '.repeat(60)}`
  const bad: readonly [
    name: string,
    body: unknown,
    status: number,
    code: string,
    message: RegExp,
  ][] = [
    ['malformed JSON', '{"query": ', 400, 'BAD_REQUEST', /not valid JSON/],
    ['no query', {}, 400, 'BAD_REQUEST', /./],
    ['a syntax error', { query: '{ customers' }, 400, 'GRAPHQL_PARSE_FAILED', /Syntax Error/],
    [
      'an unknown field',
      { query: '{ custumers { totalCount } }' },
      400,
      'GRAPHQL_VALIDATION_FAILED',
      /custumers/,
    ],
    [
      'a wrong variable type',
      {
        query: 'query ($f: Int!) { customers(first: $f) { totalCount } }',
        variables: { f: 'ten' },
      },
      400,
      'BAD_USER_INPUT',
      /\$f/,
    ],
    [
      'a missing variable',
      { query: 'query ($f: Int!) { customers(first: $f) { totalCount } }' },
      400,
      'BAD_USER_INPUT',
      /\$f/,
    ],
    [
      'an unknown operation name',
      {
        query: 'query A { viewer { subject } } query B { viewer { subject } }',
        operationName: 'C',
      },
      400,
      'OPERATION_RESOLUTION_FAILURE',
      /./,
    ],
    [
      'a document that nests too deep',
      { query: nested },
      400,
      'DOCUMENT_TOO_COMPLEX',
      /nests deeper/,
    ],
    [
      'a document of too many tokens',
      { query: `{ ${'viewer { subject } '.repeat(5_000)} }` },
      400,
      'DOCUMENT_TOO_COMPLEX',
      /tokens/,
    ],
    ['a subscription', { query: 'subscription { x }' }, 400, 'BAD_REQUEST', /./],
    [
      'a body beyond the limit',
      { query: '{ viewer { subject } }', variables: { x: 'x'.repeat(1_100_000) } },
      413,
      'REQUEST_TOO_LARGE',
      /larger/,
    ],
  ]
  for (const [name, body, status, code, message] of bad) {
    it(`${name} is one clear error`, async () => {
      const answer = await gateway.post(body)
      const { errors = [] } = answer.json()
      assert.equal(answer.status, status, answer.text.slice(0, 300))
      assert.equal(errors[0]?.extensions.code, code)
      assert.match(errors[0]?.message ?? '', message)
      assert.doesNotMatch(answer.text, leaks)
    })
  }

  it('a thousand wrong values are a few errors, not a thousand', async () => {
    const answer = await gateway.post({
      query: 'query ($ids: [ID!]) { customers(filter: {id: {in: $ids}}) { totalCount } }',
      variables: { ids: Array.from({ length: 1_000 }, () => ({})) },
    })
    assert.equal(answer.status, 400)
    assert.ok((answer.json().errors ?? []).length <= 11)
  })

  it('an argument that no list takes is refused with its limits', async () => {
    const answer = await gateway.post({ query: '{ customers(first: 5000) { totalCount } }' })
    const [error] = answer.json().errors ?? []
    assert.deepEqual([error?.extensions.code, error?.path], ['BAD_USER_INPUT', ['customers']])
    assert.match(error?.message ?? '', /from 1 to 1000, but got 5000/)
  })

  it('takes no question without a valid token', async () => {
    const secret = demoSecret(gateway.graph.data)
    const claims = { issuer: 'isthmus-demo', audience: 'isthmus', subject: 'mei.lin' }
    const tokens: Readonly<Record<string, string | null>> = {
      none: null,
      garbage: 'garbage',
      expired: jwt.sign({}, secret, { ...claims, expiresIn: -10 }),
      'without expiry': jwt.sign({}, secret, claims),
      'not yet valid': jwt.sign({}, secret, { ...claims, expiresIn: 60, notBefore: 30 }),
      'another audience': jwt.sign({}, secret, { ...claims, audience: 'other', expiresIn: 60 }),
      'another issuer': jwt.sign({}, secret, { ...claims, issuer: 'other', expiresIn: 60 }),
      'another secret': jwt.sign({}, 'x'.repeat(64), { ...claims, expiresIn: 60 }),
      'another algorithm': jwt.sign({}, secret, { ...claims, algorithm: 'HS512', expiresIn: 60 }),
      unsigned: jwt.sign({}, '', { ...claims, algorithm: 'none', expiresIn: 60 }),
      'without subject': jwt.sign({}, secret, {
        issuer: claims.issuer,
        audience: claims.audience,
        expiresIn: 60,
      }),
      'with a critical extension': jwt.sign({}, secret, {
        ...claims,
        expiresIn: 60,
        header: { alg: 'HS256', crit: ['x'] },
      }),
    }
    for (const [name, token] of Object.entries(tokens)) {
      const answer = await gateway.post({ query: '{ viewer { subject } }' }, { token })
      assert.equal(answer.status, 401, name)
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer')
      assert.deepEqual(
        answer.json().errors?.map(({ message, extensions }) => [message, extensions.code]),
        [['The request has no valid token.', 'UNAUTHENTICATED']],
      )
    }
  })

  it('says which request it was, in the header and in errors', async () => {
    const answer = await gateway.post(
      { query: '{ employees { nodes { salary { amount } } } }' },
      { token: gateway.token('sales') },
    )
    assert.equal(
      answer.json().errors?.[0]?.extensions.requestId,
      answer.headers.get('x-request-id'),
    )
  })

  it('says which systems answered when asked, and only then', async () => {
    const body = { query: '{ customers(first: 1) { nodes { name owner { displayName } } } }' }
    assert.equal((await gateway.post(body)).json().extensions, undefined)
    const { extensions } = (
      await gateway.post(body, { headers: { 'isthmus-sources': '1' } })
    ).json()
    const { sources } = extensions as {
      sources: { system: string; failed: boolean; milliseconds: number }[]
    }
    assert.deepEqual(
      sources.map(({ system, failed }) => [system, failed]),
      [
        ['crm', false],
        ['hr', false],
      ],
    )
    assert.ok(sources.every(({ milliseconds }) => milliseconds >= 0))
  })

  it('a GET without the preflight header is refused, so no page can ask in a reader’s name', async () => {
    const url = `${gateway.url}/graphql?query=${encodeURIComponent('{ viewer { subject } }')}`
    const plain = await fetch(url, {
      headers: { authorization: `Bearer ${gateway.token('sales')}` },
    })
    assert.equal(plain.status, 400)
  })

  it('gives health to anybody, the schema to callers, and 404 elsewhere', async () => {
    for (const path of ['/health/live', '/health/ready'])
      assert.equal((await fetch(gateway.url + path)).status, 200)
    assert.equal((await fetch(`${gateway.url}/schema.graphql`)).status, 401)
    const headers = { authorization: `Bearer ${gateway.token('sales')}` }
    const schema = await fetch(`${gateway.url}/schema.graphql`, { headers })
    const sdl = await schema.text()
    assert.ok(buildSchema(sdl).getType('Customer'))
    assert.doesNotMatch(sdl, /erpCustomerNos|join__/)
    const again = await fetch(`${gateway.url}/schema.graphql`, {
      headers: { ...headers, 'if-none-match': schema.headers.get('etag') ?? '' },
    })
    assert.equal(again.status, 304)
    assert.equal((await fetch(`${gateway.url}/nothing`)).status, 404)
  })
})

describe('strict transport security', () => {
  it('is told on every answer where the public address is https, for as long as configured', async () => {
    const publicUrl = 'https://gateway.example.com'
    for (const [change, expected] of [
      [{ publicUrl }, 'max-age=31536000'],
      [{ publicUrl, hstsSeconds: 60 }, 'max-age=60'],
      [{ publicUrl, hstsSeconds: 0 }, null],
      [{ publicUrl: 'http://localhost:4000' }, null],
    ] as const) {
      await using gateway = await startHttp((config) => ({ ...config, ...change }))
      for (const path of ['/health/live', '/graphql', '/nothing']) {
        const { headers } = await fetch(`${gateway.url}${path}`)
        assert.equal(headers.get('strict-transport-security'), expected)
      }
    }
  })
})
