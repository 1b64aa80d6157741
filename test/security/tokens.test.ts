/**
 * Every way to come in with a token that is not good, over HTTP: each is refused with one status, one
 * code, one text and one header, whatever is wrong.
 */
import assert from 'node:assert/strict'
import { createHmac, sign } from 'node:crypto'
import { request } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { exportJWK } from 'jose'
import type jwt from 'jsonwebtoken'
import { demoIssuer, demoSecret } from '../../gateway/tokens/demo.ts'
import { newToken } from '../../gateway/tokens/format.ts'
import { startHttp, type HttpGateway } from '../support/http.ts'
import { plainIssuer, signed, signingKey, startIssuer, type TestIssuer } from '../support/issuer.ts'

const [key, foreign] = await Promise.all([signingKey('one'), signingKey('one')])
const subject = 'partner:harbour-distribution'

/** A token by hand: libraries refuse to make most of these. */
const byHand = (header: object, claims: object, signature: (text: string) => string): string => {
  const text = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${text}.${signature(text)}`
}
const hmac = (secret: string) => (text: string) =>
  createHmac('sha256', secret).update(text).digest('base64url')

describe('a token that is not good', () => {
  let issuer: TestIssuer
  let gateway: HttpGateway
  before(async () => {
    issuer = await startIssuer([key.jwk])
    gateway = await startHttp((config) => ({
      ...config,
      issuers: [
        { ...plainIssuer, issuer: issuer.url, jwksUrl: issuer.jwksUrl },
        {
          ...plainIssuer,
          issuer: `${issuer.url}/staff`,
          jwksUrl: issuer.jwksUrl,
          callers: 'employees',
        },
        {
          ...plainIssuer,
          issuer: `${issuer.url}/partners`,
          jwksUrl: issuer.jwksUrl,
          callers: 'partners',
        },
      ],
    }))
  })
  after(async () => {
    await gateway[Symbol.asyncDispose]()
    await issuer[Symbol.asyncDispose]()
  })

  const now = () => Math.floor(Date.now() / 1_000)
  const claims = (more: object = {}) => ({
    iss: issuer.url,
    aud: 'isthmus',
    sub: 'mei.lin',
    iat: now(),
    exp: now() + 600,
    ...more,
  })
  const good = (options: jwt.SignOptions = {}, more: object = {}) =>
    signed(key, { issuer: issuer.url, ...options }, more)
  /** Signed with the right key, so that only the claims are wrong. */
  const saying = (more: object, header: object = {}) => {
    const text = { alg: 'RS256', kid: 'one', ...header }
    return byHand(text, claims(more), rs256)
  }
  const rs256 = (text: string): string =>
    sign('RSA-SHA256', Buffer.from(text), key.privateKey).toString('base64url')
  const asking = async (authorization: readonly string[]) =>
    await new Promise<{ status: number | undefined; challenge: unknown; body: string }>(
      (resolve, reject) => {
        const body = '{"query":"{ viewer { subject audience scopes } }"}'
        const asked = request(
          `${gateway.url}/graphql`,
          {
            method: 'POST',
            agent: false,
            headers: [
              ...['content-type', 'application/json', 'host', 'localhost'],
              ...['content-length', String(body.length)],
              ...authorization.flatMap((each) => ['authorization', each]),
            ],
          },
          (response) => {
            let text = ''
            response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
            response.once('end', () =>
              resolve({
                status: response.statusCode,
                challenge: response.headers['www-authenticate'],
                body: text,
              }),
            )
          },
        )
        asked.once('error', reject).end(body)
      },
    )
  const isRefused = async (what: string, ...authorization: string[]) => {
    const { status, challenge, body } = await asking(authorization)
    assert.deepEqual([status, challenge], [401, 'Bearer'], `${what}: ${body}`)
    const { errors } = JSON.parse(body) as { errors: { message: string; extensions: object }[] } // as it is
    assert.equal(errors.length, 1, what)
    assert.equal(errors[0]?.message, 'The request has no valid token.', what)
    assert.deepEqual(Object.keys(errors[0].extensions), ['code', 'requestId'], what)
  }
  const subjectOf = async (token: string): Promise<string | undefined> => {
    const { body } = await asking([`Bearer ${token}`])
    const { data } = JSON.parse(body) as { data?: { viewer: { subject: string } } } // as asked
    return data?.viewer.subject
  }

  it('is told from one that is', async () => {
    assert.equal(await subjectOf(good()), 'mei.lin')
    assert.equal(await subjectOf(saying({})), 'mei.lin')
    assert.equal(await subjectOf(saying({}, { typ: 'at+jwt' })), 'mei.lin')
    assert.equal(await subjectOf(gateway.token('sales')), 'mei.lin')
  })

  it('is refused for its signature: unsigned, another algorithm, the public key as a secret, a key of its own', async () => {
    const publicPem = key.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const own = await exportJWK(foreign.publicKey)
    const foreignWith = (header: Partial<jwt.JwtHeader>) =>
      signed(foreign, { issuer: issuer.url, header: { alg: 'RS256', kid: 'one', ...header } })
    const asked = issuer.asked.keys
    await isRefused('unsigned', `Bearer ${byHand({ alg: 'none' }, claims(), () => '')}`)
    await isRefused(
      'unsigned, written otherwise',
      `Bearer ${byHand({ alg: 'NONE' }, claims(), () => '')}`,
    )
    await isRefused('no algorithm', `Bearer ${byHand({ typ: 'JWT' }, claims(), hmac('x'))}`)
    await isRefused('another algorithm', `Bearer ${good({ algorithm: 'RS512' })}`)
    for (const secret of [publicPem, publicPem.trim(), JSON.stringify(key.jwk), key.jwk.n ?? ''])
      await isRefused(
        'key confusion',
        `Bearer ${byHand({ alg: 'HS256', kid: 'one' }, claims(), hmac(secret))}`,
      )
    await isRefused('a foreign key', `Bearer ${foreignWith({})}`)
    await isRefused('jwk', `Bearer ${foreignWith({ jwk: own } as object)}`)
    await isRefused('jku', `Bearer ${foreignWith({ jku: `${issuer.url}/other` })}`)
    await isRefused('x5u', `Bearer ${foreignWith({ x5u: `${issuer.url}/other` })}`)
    await isRefused('x5c', `Bearer ${foreignWith({ x5c: ['MIIB'] })}`)
    await isRefused('an unknown key', `Bearer ${good({ keyid: 'two' })}`)
    const secret = demoSecret(gateway.graph.data)
    await isRefused(
      'the demo secret for an issuer',
      `Bearer ${byHand({ alg: 'HS256' }, claims(), hmac(secret))}`,
    )
    await isRefused('the issuer’s key for the demo', `Bearer ${saying({ iss: demoIssuer })}`)
    assert.ok(issuer.asked.keys - asked <= 1, 'no address that a token names is asked')
  })

  it('is refused for what it says', async () => {
    const wrong: Readonly<Record<string, object>> = {
      'another issuer': { iss: 'https://other.example.com' },
      'an issuer with a slash': { iss: `${issuer.url}/` },
      'no issuer': { iss: undefined },
      'a list of issuers': { iss: [issuer.url] },
      'another audience': { aud: 'other' },
      'no audience': { aud: undefined },
      expired: { exp: now() - 31 },
      'no expiry': { exp: undefined },
      'an expiry that is text': { exp: String(now() + 600) },
      'an expiry that is no number': { exp: null },
      'a life without end': { exp: now() + 86_400 * 365 },
      'a long life that is half over': { iat: now() - 86_000, exp: now() + 600 },
      'not yet valid': { nbf: now() + 120 },
      'issued in the future': { iat: now() + 120 },
      'no subject': { sub: undefined },
      'an empty subject': { sub: '' },
      'a subject that no database holds': { sub: 'a\0b' },
      'a subject of two lines': { sub: 'kao.admin\nkao.admin' },
      'half of a character as subject': { sub: '\ud800' },
      'a subject longer than any': { sub: 'a'.repeat(256) },
      'a subject that is a number': { sub: 7 },
      'a subject that is a list': { sub: ['kao.admin'] },
    }
    for (const [what, more] of Object.entries(wrong))
      await isRefused(what, `Bearer ${saying(more)}`)
    await isRefused('unknown crit', `Bearer ${saying({}, { crit: ['x'], x: 1 })}`)
    await isRefused('empty crit', `Bearer ${saying({}, { crit: [] })}`)
    await isRefused('a logout token', `Bearer ${saying({}, { typ: 'logout+jwt' })}`)
  })

  it('is refused for how it comes: cut, doubled, in pieces, or not at all', async () => {
    const token = good()
    const demo = gateway.token('admin')
    await isRefused('nothing')
    await isRefused('empty', 'Bearer ')
    await isRefused('another scheme', `Basic ${token}`)
    await isRefused('no scheme', token)
    for (const length of [10, token.length - 1, token.length - 50])
      await isRefused('cut', `Bearer ${token.slice(0, length)}`)
    await isRefused('with an extra part', `Bearer ${token}.x`)
    await isRefused('two in one header', `Bearer ${token}, Bearer ${demo}`)
    await isRefused('two headers', `Bearer ${token}`, `Bearer ${demo}`)
    await isRefused('the same header twice', `Bearer ${token}`, `Bearer ${token}`)
    await isRefused('very long', `Bearer ${good({}, { filler: 'x'.repeat(7_000) })}`)
  })

  it('is refused when it names whom its issuer may not speak for', async () => {
    const staff = (options: jwt.SignOptions, more = {}) =>
      good({ issuer: `${issuer.url}/staff`, ...options }, more)
    const partners = (options: jwt.SignOptions, more = {}) =>
      good({ issuer: `${issuer.url}/partners`, ...options }, more)
    assert.equal(await subjectOf(staff({})), 'mei.lin')
    assert.equal(await subjectOf(partners({ subject })), subject)
    assert.equal(await subjectOf(partners({ subject: 'uuid' }, { client_id: subject })), subject)
    await isRefused('a partner by the staff’s issuer', `Bearer ${staff({ subject })}`)
    await isRefused('its client', `Bearer ${staff({}, { client_id: subject })}`)
    await isRefused('staff by the partners’ issuer', `Bearer ${partners({ subject: 'kao.admin' })}`)
  })

  it('through the client of a partner, speaks for the partner whoever signed in there', async () => {
    assert.equal(await subjectOf(good({ subject: 'kao.admin' }, { client_id: subject })), subject)
  })

  it('is refused when it was issued here and is unknown, misspelt, of another environment, expired, revoked or rotated out', async () => {
    const post = async (query: string) => {
      const { json } = await gateway.post({ query })
      return json().data as Record<string, { secret: string; token: { id: string } }> // as asked
    }
    const create = async (name: string) => {
      const { createToken } = await post(
        `mutation { createToken(input: { subject: "${subject}", name: "${name}", days: 1 }, idempotencyKey: "${name}") { secret token { id } } }`,
      )
      assert.ok(createToken)
      return createToken
    }
    const [revoked, rotated] = [await create('revoked'), await create('rotated')]
    for (const { secret } of [revoked, rotated]) assert.equal(await subjectOf(secret), subject)
    await post(
      `mutation { a: revokeToken(input: { id: "${revoked.token.id}" }, idempotencyKey: "v") { token { id } }
        b: rotateToken(input: { id: "${rotated.token.id}", overlapHours: 0 }, idempotencyKey: "w") { secret token { id } } }`,
    )
    await isRefused('revoked', `Bearer ${revoked.secret}`)
    await isRefused('rotated out', `Bearer ${rotated.secret}`)
    await isRefused('unknown', `Bearer ${newToken('demo')}`)
    await isRefused('of another environment', `Bearer ${newToken('live')}`)
    await isRefused('misspelt', `Bearer ${newToken('demo').slice(0, -1)}!`)
    await isRefused('cut', `Bearer ${(await create('cut')).secret.slice(0, -1)}`)
  })

  it('is refused when it is bound to another address, and no header changes that', async () => {
    const { json } = await gateway.post({
      query: `mutation { createToken(input: { subject: "${subject}", name: "bound", days: 1, addresses: ["192.0.2.0/24"] }, idempotencyKey: "bound") { secret } }`,
    })
    const { createToken } = json().data as { createToken: { secret: string } } // as asked
    const forged = await gateway.post(
      { query: '{ viewer { subject } }' },
      { token: createToken.secret, headers: { 'x-forwarded-for': '192.0.2.1' } },
    )
    assert.equal(forged.status, 401)
  })
})

describe('behind a proxy that is trusted', () => {
  it('the client’s address is what the last stranger’s proxy says', async () => {
    await using gateway = await startHttp((config) => ({
      ...config,
      trustedProxies: ['127.0.0.0/8', '198.51.100.0/24'],
    }))
    const { json } = await gateway.post({
      query: `mutation { createToken(input: { subject: "${subject}", name: "bound", days: 1, addresses: ["192.0.2.0/24"] }, idempotencyKey: "bound") { secret } }`,
    })
    const { createToken } = json().data as { createToken: { secret: string } } // as asked
    const statusBy = async (forwarded: string) =>
      (
        await gateway.post(
          { query: '{ viewer { subject } }' },
          { token: createToken.secret, headers: { 'x-forwarded-for': forwarded } },
        )
      ).status
    assert.equal(await statusBy('192.0.2.1'), 200)
    assert.equal(await statusBy('192.0.2.1, 198.51.100.7'), 200)
    assert.equal(await statusBy('192.0.2.1, 203.0.113.9'), 401)
    assert.equal(await statusBy('203.0.113.9, 192.0.2.1'), 200)
    assert.equal(await statusBy(''), 401)
  })
})
