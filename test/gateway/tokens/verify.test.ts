/** Employees' tokens: signed by an issuer, with keys from its address and the algorithms it is pinned to. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { exportJWK } from 'jose'
import jwt from 'jsonwebtoken'
import { createVerifier } from '../../../gateway/tokens/verify.ts'
import { plainIssuer } from '../../support/issuer.ts'

const issuer = 'https://login.example.com'
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 })

function token(
  key: KeyObject | string,
  options: jwt.SignOptions = {},
  claims: object = {},
): string {
  return jwt.sign(claims, key, {
    algorithm: 'RS256',
    keyid: 'rsa',
    issuer,
    audience: 'isthmus',
    subject: 'mei.lin',
    expiresIn: 60,
    ...options,
  })
}

describe('tokens of an issuer', () => {
  let url = ''
  let fetched = 0
  const server = createServer((_, response) => {
    void (async () => {
      fetched += 1
      const keys = await Promise.all([
        exportJWK(rsa.publicKey).then((key) => ({ ...key, kid: 'rsa', alg: 'RS256' })),
        exportJWK(ec.publicKey).then((key) => ({ ...key, kid: 'ec', alg: 'ES256' })),
      ])
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ keys }))
    })()
  })
  before(async () => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  })
  after(() => {
    server.close()
  })

  const clock = { now: Date.now() }
  const verifier = (algorithms: readonly ('RS256' | 'ES256')[] = ['RS256']) => {
    const verify = createVerifier({
      issuers: [{ ...plainIssuer, issuer, jwksUrl: url, algorithms }],
      demoSecret: undefined,
      now: () => clock.now,
    })
    return async (given: string) => await verify(given)
  }

  it('say who it is and in which groups', async () => {
    assert.deepEqual(
      await verifier()(
        token(rsa.privateKey, {}, { groups: ['isthmus-sales', 7], client_id: 'crm' }),
      ),
      {
        claims: { subject: 'mei.lin', groups: ['isthmus-sales'] },
        clientId: 'crm',
        partnerScopes: [],
        callers: 'all',
      },
    )
  })

  it('may be of another pinned algorithm, with the key of that name', async () => {
    const signed = token(ec.privateKey, { algorithm: 'ES256', keyid: 'ec' })
    await assert.rejects(verifier()(signed), { code: 'UNAUTHENTICATED' })
    assert.equal((await verifier(['RS256', 'ES256'])(signed)).claims.subject, 'mei.lin')
  })

  it('are refused when anything about them is wrong', async () => {
    const verify = verifier()
    const publicKey = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    // An HMAC over the public key: jsonwebtoken itself will not sign that, so by hand.
    const [head = '', body = ''] = [
      { alg: 'HS256', kid: 'rsa' },
      jwt.decode(token(rsa.privateKey)),
    ].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    const { createHmac } = await import('node:crypto')
    const mac = createHmac('sha256', publicKey).update(`${head}.${body}`).digest('base64url')
    const wrong: Readonly<Record<string, string>> = {
      'a key of somebody else': token(foreign.privateKey),
      'an unknown key': token(rsa.privateKey, { keyid: 'other' }),
      'the public key as a secret': `${head}.${body}.${mac}`,
      'another audience': token(rsa.privateKey, { audience: 'other' }),
      'another issuer': token(rsa.privateKey, { issuer: 'https://other.example.com' }),
      expired: token(rsa.privateKey, { expiresIn: -60 }),
      'not yet valid': token(rsa.privateKey, { notBefore: 120 }),
      'a demo token': jwt.sign({}, 's'.repeat(64), {
        issuer: 'isthmus-demo',
        audience: 'isthmus',
        subject: 'x',
        expiresIn: 60,
      }),
      'too long': token(rsa.privateKey, {}, { filler: 'x'.repeat(10_000) }),
    }
    for (const [name, given] of Object.entries(wrong)) {
      await assert.rejects(
        verify(given),
        { code: 'UNAUTHENTICATED', message: 'The request has no valid token.' },
        name,
      )
    }
  })

  it('are remembered, but not beyond their expiry', async () => {
    const verify = verifier()
    const signed = token(rsa.privateKey, { expiresIn: 30 })
    await verify(signed)
    const before = fetched
    await verify(signed)
    assert.equal(fetched, before)
    clock.now += 70_000 // thirty seconds of tolerance for clocks that differ
    await assert.rejects(verify(signed), { code: 'UNAUTHENTICATED' })
    clock.now -= 70_000
  })
})
