/** A subgraph over HTTP: nothing without the gateway's token, masked errors, a clean stop. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, it, type TestContext } from 'node:test'
import jwt from 'jsonwebtoken'
import { AppError } from '#shared/errors.ts'
import {
  privateKeyFrom,
  publicKeyFrom,
  sharedKey,
  signInternalToken,
  type Bound,
  type SigningKey,
} from '#shared/internal-token.ts'
import { serveSubgraph, type ServeOptions } from '#shared/serve.ts'
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

async function served(
  t: TestContext,
  options: Pick<ServeOptions, 'key' | 'bound'> = { key: sharedKey(secret) },
) {
  const fixture = subgraphFixture(faulty, {})
  t.mock.method(console, 'error', () => undefined) // the failures provoked here are expected
  const address = { host: '127.0.0.1', port: 0 }
  const listening = await serveSubgraph(fixture.subgraph, { ...address, ...options })
  t.after(async () => {
    await listening.close()
    fixture[Symbol.dispose]()
  })
  return async (token: string | null, body: unknown, method = 'POST', path = '/') => {
    const response = await fetch(new URL(path, listening.url), {
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

const tokenFor = (subject: string, audience = 'shop', secretOf = secret) =>
  signInternalToken({ ...anyone, subject }, { audience, key: sharedKey(secretOf) })

const ping = JSON.stringify({ query: '{ ping }' })

const boundToken = (boundTo: Bound) =>
  signInternalToken(anyone, { audience: 'shop', key: sharedKey(secret), boundTo })

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
      'with a longer life': jwt.sign(claims, secret, { ...options, expiresIn: 3_600 }),
      'with an extension': jwt.sign(claims, secret, {
        ...options,
        expiresIn: 60,
        header: { alg: 'HS256', crit: ['b64'] },
      }),
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
        '{ _entities(representations: []) { __typename } }',
        '{ __typename }',
      ]) {
        const { status, text } = await ask(token, { query })
        assert.equal(status, 401, `${name}: ${query}`)
        assert.match(text, /UNAUTHENTICATED/)
        assert.doesNotMatch(text, /ping|sdl|jwt|signature/i)
      }
    }
  })

  it('tells nobody of its health but that it lives', async (t) => {
    const ask = await served(t)
    for (const [method, path, status] of [
      ['GET', '/health/live', 200],
      ['GET', '/health', 401],
      ['GET', '/health/ready', 401],
      ['GET', '/', 401],
      ['GET', '/?query={__typename}', 401],
      ['OPTIONS', '/', 401],
      ['PUT', '/graphql', 401],
    ] as const) {
      const said = await ask(null, null, method, path)
      assert.equal(said.status, status, `${method} ${path}`)
      if (status === 200) assert.deepEqual(JSON.parse(said.text), { status: 'live' })
      else assert.match(said.text, /UNAUTHENTICATED/)
    }
  })

  it('takes a bound token for its own request only', async (t) => {
    for (const bound of [false, true]) {
      const ask = await served(t, { key: sharedKey(secret), bound })
      assert.equal((await ask(boundToken({ method: 'POST', body: ping }), ping)).status, 200)
      const other = JSON.stringify({ query: '{ __typename }' })
      assert.equal((await ask(boundToken({ method: 'POST', body: ping }), other)).status, 401)
      assert.equal((await ask(boundToken({ method: 'GET', body: ping }), ping)).status, 401)
      assert.equal((await ask(tokenFor('x'), ping)).status, bound ? 401 : 200)
    }
  })

  describe('that knows the public key of its gateway', () => {
    const pair = () => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      return {
        privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      }
    }
    const signed = (privatePem: string, audience = 'shop') => {
      const key: SigningKey = { algorithm: 'ES256', privateKey: privateKeyFrom(privatePem) }
      return signInternalToken(anyone, { audience, key })
    }

    it('answers the private key alone', async (t) => {
      const { privatePem, publicPem } = pair()
      const ask = await served(t, {
        key: { algorithm: 'ES256', publicKey: publicKeyFrom(publicPem) },
      })
      assert.equal((await ask(signed(privatePem), ping)).status, 200)
      assert.equal((await ask(signed(privatePem, 'bank'), ping)).status, 401)
      assert.equal((await ask(signed(pair().privatePem), ping)).status, 401)
      // Key confusion: what is public is nobody's secret.
      assert.equal((await ask(tokenFor('x', 'shop', publicPem), ping)).status, 401)
    })

    it('takes no private key and no other curve', () => {
      assert.throws(() => publicKeyFrom(pair().privatePem), /private key/)
      const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
      const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
      assert.throws(() => publicKeyFrom(pem), /P-256/)
      assert.ok(publicKeyFrom(pair().publicPem.replaceAll('\n', '\\n')))
    })
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
