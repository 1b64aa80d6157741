/** A subgraph over HTTP: nothing without the gateway's token, masked errors, a clean stop. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import jwt from 'jsonwebtoken'
import { AppError } from '#shared/errors.ts'
import { signInternalToken } from '#shared/principal.ts'
import { serveSubgraph } from '#shared/serve.ts'
import { defineSubgraph } from '#shared/subgraph.ts'
import { anyone, subgraphFixture } from '../../support/subgraph-fixture.ts'
import { shop } from './shop/shop.ts'

const secret = 's'.repeat(32)

const faulty = defineSubgraph({
  ...shop,
  resolvers: {
    Query: {
      ping: (_: unknown, __: unknown, { principal }: { principal: { subject: string } }) => {
        if (principal.subject === 'ours') throw new AppError('NOT_MAPPED', 'Not here.')
        if (principal.subject === 'theirs') throw new Error('SELECT secret FROM t at 10.0.0.1')
        return principal.subject
      },
    },
  },
})

async function served(t: TestContext) {
  const fixture = subgraphFixture(faulty, {})
  t.mock.method(console, 'error', () => undefined) // the failures provoked here are expected
  const listening = await serveSubgraph(fixture.subgraph, { host: '127.0.0.1', port: 0, secret })
  t.after(async () => {
    await listening.close()
    fixture[Symbol.dispose]()
  })
  return async (token: string | null, body: unknown, method = 'POST') => {
    const response = await fetch(listening.url, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(method === 'POST'
        ? { body: typeof body === 'string' ? body : JSON.stringify(body) }
        : {}),
    })
    return { status: response.status, text: await response.text() }
  }
}

const tokenFor = (subject: string, audience = 'shop', key = secret) =>
  signInternalToken({ ...anyone, subject }, audience, key)

describe('a subgraph over HTTP', () => {
  it('answers its gateway', async (t) => {
    const ask = await served(t)
    const { status, text } = await ask(tokenFor('mei'), { query: '{ ping }' })
    assert.equal(status, 200)
    assert.deepEqual(JSON.parse(text), { data: { ping: 'mei' } })
  })

  it('answers nothing without a valid internal token, its schema included', async (t) => {
    const ask = await served(t)
    const claims = { kind: 'EMPLOYEE', scopes: [], facts: {}, rows: null }
    const options = { audience: 'shop', issuer: 'isthmus-gateway', subject: 'x' }
    const tokens = {
      none: null,
      garbage: 'garbage',
      'another subgraph': tokenFor('x', 'erp'),
      'another secret': tokenFor('x', 'shop', 'o'.repeat(32)),
      expired: jwt.sign(claims, secret, { ...options, expiresIn: -1 }),
      'without expiry': jwt.sign(claims, secret, options),
      unsigned: jwt.sign(claims, '', { ...options, algorithm: 'none' }),
      'without rows': jwt.sign({ ...claims, rows: undefined }, secret, {
        ...options,
        expiresIn: 60,
      }),
    }
    for (const [name, token] of Object.entries(tokens)) {
      for (const query of [
        '{ ping }',
        '{ _service { sdl } }',
        '{ __schema { queryType { name } } }',
      ]) {
        const { status, text } = await ask(token, { query })
        assert.equal(status, 401, `${name}: ${query}`)
        assert.match(text, /UNAUTHENTICATED/)
        assert.doesNotMatch(text, /ping|sdl|jwt|signature/i)
      }
    }
  })

  it('passes on what we say, and hides what others say', async (t) => {
    const ask = await served(t)
    const ours = await ask(tokenFor('ours'), { query: '{ ping }' })
    assert.deepEqual(JSON.parse(ours.text).errors[0].extensions, { code: 'NOT_MAPPED' })
    const theirs = await ask(tokenFor('theirs'), { query: '{ ping }' })
    assert.doesNotMatch(theirs.text, /SELECT|10\.0\.0\.1|at /)
    assert.equal(JSON.parse(theirs.text).errors[0].extensions.code, 'INTERNAL')
  })

  it('refuses malformed bodies and other methods with a code', async (t) => {
    const ask = await served(t)
    const malformed = await ask(tokenFor('x'), '{"query":')
    assert.equal(malformed.status, 400)
    assert.match(malformed.text, /BAD_REQUEST/)
    assert.equal((await ask(tokenFor('x'), null, 'GET')).status, 400)
    assert.equal((await ask(tokenFor('x'), { query: '{ nothing }' })).status, 400)
  })
})
