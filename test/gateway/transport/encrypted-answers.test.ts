/** `application/jose`: only the partner can read the answer, and it knows who sent it. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import {
  compactDecrypt,
  CompactSign,
  compactVerify,
  createLocalJWKSet,
  exportJWK,
  generateKeyPair,
  type JSONWebKeySet,
  type JWK,
} from 'jose'
import { stringify } from 'yaml'
import { answerKeysOf, demoAnswerKey } from '../../../gateway/tokens/answer-keys.ts'
import { createEncryptionKeys } from '../../../gateway/tokens/encryption-keys.ts'
import { startHttp, type HttpGateway } from '../../support/http.ts'

const rsa = await generateKeyPair('RSA-OAEP-256', { extractable: true })
const ec = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true })
const signing = await generateKeyPair('ES256', { extractable: true })
const publicJwk = async ({ publicKey }: typeof rsa, more: object) => ({
  ...(await exportJWK(publicKey)),
  ...more,
})

const partnerFile = (subject: string, keys: readonly object[], exported: readonly object[]) =>
  stringify({
    subject,
    audience: 'DISTRIBUTOR',
    rows: 'own_customers',
    parameters: { crmAccountId: ['A000001'] },
    scopes: [],
    jwks: { keys },
    ...(exported.length === 0 ? {} : { export: { jwks: { keys: exported } } }),
  })

describe('an answer as application/jose', () => {
  let gateway: HttpGateway
  const policy = mkdtempSync(join(tmpdir(), 'isthmus-policy-'))
  before(async () => {
    cpSync('gateway/policy', policy, { recursive: true })
    const signs = await publicJwk(signing, { kid: 'signs', use: 'sig' })
    const files = {
      'harbour-distribution': partnerFile(
        'partner:harbour-distribution',
        [
          signs,
          await publicJwk(ec, { kid: 'other' }),
          await publicJwk(rsa, { kid: 'rsa-1', use: 'enc' }),
        ],
        [],
      ),
      'north-agency': partnerFile(
        'partner:north-agency',
        [await publicJwk(rsa, { kid: 'proves', use: 'enc' })],
        [signs, await publicJwk(ec, { kid: 'ec-1' })],
      ),
    }
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(policy, 'partners', `${name}.yaml`), text)
    gateway = await startHttp((config) => ({ ...config, policy }))
  })
  after(async () => {
    await gateway[Symbol.asyncDispose]()
    rmSync(policy, { recursive: true })
  })

  const post = (body: unknown, as: 'partner' | 'agency' | 'admin') =>
    gateway.post(body, { token: gateway.token(as), headers: { accept: 'application/jose' } })

  const opened = async (text: string, key: typeof rsa.privateKey) => {
    const { plaintext, protectedHeader: outer } = await compactDecrypt(text, key)
    const jwks = (await (
      await fetch(`${gateway.url}/.well-known/jwks.json`)
    ).json()) as JSONWebKeySet
    const signed = await compactVerify(plaintext, createLocalJWKSet(jwks))
    const answer = JSON.parse(Buffer.from(signed.payload).toString()) as {
      data?: Record<string, unknown>
      errors?: { extensions: { code: string } }[]
    }
    return { outer, inner: signed.protectedHeader, answer }
  }

  for (const [as, { privateKey }, alg, kid] of [
    ['partner', rsa, 'RSA-OAEP-256', 'rsa-1'],
    ['agency', ec, 'ECDH-ES', 'ec-1'],
  ] as const) {
    it(`is for the key of the partner alone, by ${alg}`, async () => {
      const { status, text, headers } = await post({ query: '{ customers { totalCount } }' }, as)
      assert.equal(status, 200)
      assert.equal(headers.get('content-type'), 'application/jose')
      const { outer, inner, answer } = await opened(text, privateKey)
      assert.deepEqual([outer.alg, outer.enc, outer['kid']], [alg, 'A256GCM', kid])
      assert.match(String(inner['aud']), /^partner:/)
      assert.deepEqual(answer.data, { customers: { totalCount: 1 } })
      await assert.rejects(opened(text, (as === 'partner' ? ec : rsa).privateKey))
    })
  }

  it('is an answer of errors as well', async () => {
    for (const [body, code] of [
      [{ query: '{ leads { totalCount } }' }, 'GRAPHQL_VALIDATION_FAILED'],
      [{ query: '{ customers' }, 'GRAPHQL_PARSE_FAILED'],
      ['{"query":', 'BAD_REQUEST'],
      [[], 'BAD_REQUEST'],
    ] as const) {
      const { status, text } = await post(body, 'partner')
      assert.equal(status, 400)
      const { answer } = await opened(text, rsa.privateKey)
      assert.equal(answer.errors?.[0]?.extensions.code, code)
    }
  })

  it('needs a key, and says so', async () => {
    const { status, json } = await post({ query: '{ customers { totalCount } }' }, 'admin')
    assert.equal(status, 406)
    assert.equal(json().errors?.[0]?.extensions.code, 'NOT_ACCEPTABLE')
    assert.match(json().errors?.[0]?.message ?? '', /needs a registered public key/)
  })

  it('is signed by a key whose private half is not published', async () => {
    const text = await (await fetch(`${gateway.url}/.well-known/jwks.json`)).text()
    const { keys } = JSON.parse(text) as JSONWebKeySet
    assert.equal(keys.length, 1)
    assert.equal(keys[0]?.['d'], undefined)
    assert.equal(keys[0]?.use, 'sig')
  })
})

describe('keys that sign answers', () => {
  const pem = () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString()

  it('rotate: the first one signs, all are published', async () => {
    const [old, next] = [pem(), pem()]
    const before = await answerKeysOf([old, next])
    const after = await answerKeysOf([next, old])
    assert.ok(before && after)
    assert.notEqual(before.kid, after.kid)
    for (const { kid, jwks } of [before, after])
      assert.deepEqual(jwks.keys.map((each) => each.kid).includes(kid), true)
    // Who has had the keys of before can verify what is signed after.
    const signed = await new CompactSign(Buffer.from('{}'))
      .setProtectedHeader({ alg: 'ES256', kid: after.kid })
      .sign(after.privateKey)
    const known = createLocalJWKSet({ keys: [...before.jwks.keys] })
    assert.equal((await compactVerify(signed, known)).protectedHeader.kid, after.kid)
    assert.equal(await answerKeysOf([]), null)
  })

  it('are one key in demo mode, the same after a restart', () => {
    const data = mkdtempSync(join(tmpdir(), 'isthmus-keys-'))
    try {
      assert.equal(demoAnswerKey(data), demoAnswerKey(data))
    } finally {
      rmSync(data, { recursive: true })
    }
  })
})

describe('keys that a partner publishes', () => {
  const inFile = (key: JWK) => ({ from: { keys: [key] }, mustSayEnc: false })
  const served = async (t: TestContext) => {
    const said = { body: '', asked: 0, status: 200 }
    const server = createServer((_, response) => {
      said.asked += 1
      response.statusCode = said.status
      response.end(said.body)
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    t.after(() => {
      server.closeAllConnections()
      server.close()
    })
    return { said, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks` }
  }

  it('rotate; go on for a day when the address is down; are asked for once by many', async (t) => {
    const { said, url } = await served(t)
    let now = 1_000_000_000_000
    let problems = 0
    const find = createEncryptionKeys({ onProblem: () => (problems += 1), now: () => now })
    const publish = async (kid: string) => {
      said.body = JSON.stringify({ keys: [await publicJwk(ec, { kid })] })
    }
    await publish('one')
    const all = await Promise.all(
      Array.from({ length: 5 }, () => find({ from: { url }, mustSayEnc: false })),
    )
    assert.deepEqual(
      all.map((each) => each?.kid),
      Array.from({ length: 5 }, () => 'one'),
    )
    assert.equal(said.asked, 1)
    await publish('two')
    assert.equal((await find({ from: { url }, mustSayEnc: false }))?.kid, 'one')
    now += 600_001
    assert.equal((await find({ from: { url }, mustSayEnc: false }))?.kid, 'two')
    said.status = 500
    now += 600_001
    assert.equal((await find({ from: { url }, mustSayEnc: false }))?.kid, 'two')
    assert.equal((await find({ from: { url }, mustSayEnc: false }))?.kid, 'two')
    assert.deepEqual([said.asked, problems], [3, 1])
    now += 25 * 3_600_000
    await assert.rejects(find({ from: { url }, mustSayEnc: false }), { code: 'SOURCE_UNAVAILABLE' })
  })

  it('are only those that say so in a set that is there for signatures', async (t) => {
    const { said, url } = await served(t)
    const keys = [
      await publicJwk(ec, { kid: 'silent' }),
      await publicJwk(rsa, { kid: 'enc', use: 'enc' }),
    ]
    said.body = JSON.stringify({ keys })
    const find = createEncryptionKeys({ onProblem: () => undefined, now: Date.now })
    for (const from of [{ keys }, { url }])
      assert.equal((await find({ from, mustSayEnc: true }))?.kid, 'enc')
    const [silent] = keys
    assert.ok(silent)
    for (const mustSayEnc of [true, false]) {
      const found = await find({ from: { keys: [silent] }, mustSayEnc })
      assert.equal(found?.kid, mustSayEnc ? undefined : 'silent')
    }
    // The same set under `export` of another partner.
    said.body = JSON.stringify({ keys: [silent] })
    const other = createEncryptionKeys({ onProblem: () => undefined, now: Date.now })
    assert.equal(await other({ from: { url }, mustSayEnc: true }), null)
    assert.equal((await other({ from: { url }, mustSayEnc: false }))?.kid, 'silent')
  })

  it('are none where no key is for encryption', async () => {
    const find = createEncryptionKeys({ onProblem: () => undefined, now: Date.now })
    const weak = { kty: 'RSA', n: 'AQAB', e: 'AQAB' }
    const { publicKey } = await generateKeyPair('EdDSA', { extractable: true })
    const leaked = await generateKeyPair('ECDH-ES', { extractable: true })
    assert.ok(await find(inFile(await exportJWK(leaked.publicKey))))
    for (const key of [
      await exportJWK(leaked.privateKey), // who published that has no secret any more
      await publicJwk(ec, { key_ops: ['verify'] }),
      await publicJwk(signing, { use: 'sig' }),
      await publicJwk(signing, { alg: 'ES256' }),
      await exportJWK(publicKey),
      weak,
      { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' },
    ])
      assert.equal(await find(inFile(key)), null)
  })
})
