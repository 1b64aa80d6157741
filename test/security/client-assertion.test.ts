/** A partner with a key of its own: a short token for a signed assertion, once, and nothing else. */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import jwt from 'jsonwebtoken'
import { repository } from '../support/cli.ts'
import { startHttp, type HttpGateway } from '../support/http.ts'
import { signed, signingKey, startIssuer, type TestIssuer } from '../support/issuer.ts'

const [key, foreign, elsewhere, forExports] = await Promise.all([
  signingKey('own'),
  signingKey('own'),
  signingKey('elsewhere'),
  signingKey('exports'),
])
const subject = 'partner:factory'
const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

describe('private_key_jwt', () => {
  let gateway: HttpGateway
  let issuer: TestIssuer
  const policy = mkdtempSync(join(tmpdir(), 'isthmus-policy-'))
  before(async () => {
    issuer = await startIssuer([elsewhere.jwk])
    cpSync(join(repository, 'gateway/policy/partners'), join(policy, 'partners'), {
      recursive: true,
    })
    cpSync(join(repository, 'gateway/policy/roles.yaml'), join(policy, 'roles.yaml'))
    const plan = {
      subject,
      audience: 'SUPPLIER',
      rows: 'own_customers',
      parameters: { crmAccountId: ['A000002'] },
      scopes: ['crm:contact-pii:read', 'erp:supply:read'],
    }
    const write = (name: string, more: object) =>
      writeFileSync(join(policy, `partners/${name}.yaml`), JSON.stringify({ ...plan, ...more }))
    write('factory', {
      jwks: { keys: [key.jwk] },
      export: { jwks: { keys: [forExports.jwk] } },
    })
    write('remote', { subject: 'partner:remote', jwksUrl: issuer.jwksUrl })
    gateway = await startHttp((config) => ({ ...config, policy }))
  })
  after(async () => {
    await gateway[Symbol.asyncDispose]()
    await issuer[Symbol.asyncDispose]()
    rmSync(policy, { recursive: true })
  })

  let number = 0
  const assertion = (options: jwt.SignOptions = {}, more: object = {}, by = key) =>
    signed(
      by,
      {
        issuer: subject,
        subject,
        audience: gateway.url,
        expiresIn: 120,
        jwtid: `j${(number += 1)}`,
        ...options,
      },
      more,
    )
  const ask = async (client_assertion: string, more: Record<string, string> = {}) => {
    const response = await fetch(`${gateway.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: assertionType,
        client_assertion,
        ...more,
      }),
    })
    const body = (await response.json()) as Record<string, unknown> // RFC 6749
    return { status: response.status, body, headers: response.headers }
  }
  const viewerOf = async (token: unknown) =>
    await gateway.post({ query: '{ viewer { subject audience } }' }, { token: String(token) })

  it('gives a token for minutes, which is the partner’s', async () => {
    const { status, body, headers } = await ask(assertion())
    assert.equal(status, 200)
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.match(String(body['access_token']), /^isthmus_demo_/)
    assert.deepEqual(
      [body['token_type'], body['expires_in'], body['scope']],
      ['Bearer', 600, 'crm:contact-pii:read erp:supply:read'],
    )
    const { json } = await viewerOf(body['access_token'])
    assert.deepEqual(json().data, { viewer: { subject, audience: 'SUPPLIER' } })
  })

  const scopesOf = async ({ body }: { body: Record<string, unknown> }) => {
    const query = '{ viewer { scopes } }'
    const { json } = await gateway.post({ query }, { token: String(body['access_token']) })
    return (json().data as { viewer: { scopes: string[] } }).viewer.scopes // as asked
  }

  it('grants the scopes that are asked for, each token its own', async () => {
    const all = ['crm:contact-pii:read', 'erp:supply:read']
    const asked = [
      'erp:supply:read',
      all.join(' '),
      'crm:contact-pii:read crm:contact-pii:read',
      '',
    ]
    const granted = [all.slice(1), all, all.slice(0, 1), all]
    const tokens = await Promise.all(asked.map((scope) => ask(assertion(), { scope })))
    assert.deepEqual(
      tokens.map(({ status, body }) => [status, body['scope']]),
      granted.map((scopes) => [200, scopes.join(' ')]),
    )
    assert.deepEqual(await Promise.all(tokens.map(scopesOf)), granted)
  })

  it('refuses a scope beyond the plan, to whoever has a good assertion', async () => {
    const given = assertion()
    for (const scope of [
      'hr:salary:read',
      'erp:supply:read hr:salary:read',
      'ERP:SUPPLY:READ',
      'erp:supply:read  crm:contact-pii:read',
      ' ',
    ]) {
      const { status, body } = await ask(given, { scope })
      assert.deepEqual([status, body['error']], [400, 'invalid_scope'], scope)
      assert.equal(body['access_token'], undefined)
    }
    const wrong = await ask(assertion({}, {}, foreign), { scope: 'hr:salary:read' })
    assert.deepEqual([wrong.status, wrong.body['error']], [401, 'invalid_client'])
    assert.equal((await ask(given)).status, 200, 'it was not used yet')
  })

  it('takes keys from the partner’s address, and the endpoint’s own name as audience', async () => {
    const given = assertion(
      {
        issuer: 'partner:remote',
        subject: 'partner:remote',
        audience: `${gateway.url}/oauth/token`,
      },
      {},
      elsewhere,
    )
    assert.equal((await ask(given)).status, 200)
  })

  it('refuses everything else with one status and one error', async () => {
    const used = assertion()
    assert.equal((await ask(used)).status, 200)
    const withoutId = signed(key, { issuer: subject, subject, audience: gateway.url })
    const hmac = jwt.sign({ jti: 'x' }, JSON.stringify(key.jwk), {
      issuer: subject,
      subject,
      audience: gateway.url,
      expiresIn: 60,
    })
    const wrong: Readonly<Record<string, string>> = {
      'used before': used,
      'a foreign key': assertion({}, {}, foreign),
      'a key for exports': assertion({}, {}, forExports),
      'another audience': assertion({ audience: 'https://other.example.com' }),
      'another subject': assertion({ subject: 'partner:harbour-distribution' }),
      'another issuer': assertion({ issuer: 'partner:remote', subject: 'partner:remote' }),
      'a partner without keys': assertion({
        issuer: 'partner:harbour-distribution',
        subject: 'partner:harbour-distribution',
      }),
      'an employee': assertion({ issuer: 'kao.admin', subject: 'kao.admin' }),
      expired: assertion({ expiresIn: -60 }),
      'good for an hour': assertion({ expiresIn: 3_600 }),
      'no id': withoutId,
      'a secret': hmac,
      cut: assertion().slice(0, -10),
      nonsense: 'a.b.c',
      'its own access token': String((await ask(assertion())).body['access_token']),
    }
    for (const [what, given] of Object.entries(wrong)) {
      const { status, body } = await ask(given)
      assert.deepEqual([status, body['error']], [401, 'invalid_client'], what)
    }
  })

  it('is good once, however many use it at the same time', async () => {
    const given = assertion()
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask(given)))
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  })

  it('says what is wrong with the request itself', async () => {
    const errorOf = async (more: Record<string, string>) => {
      const { status, body } = await ask(assertion(), more)
      return [status, body['error']]
    }
    assert.deepEqual(await errorOf({ grant_type: 'password' }), [400, 'unsupported_grant_type'])
    assert.deepEqual(await errorOf({ client_assertion_type: 'x' }), [400, 'invalid_request'])
    assert.deepEqual(await errorOf({ client_assertion: '' }), [400, 'invalid_request'])
    const plain = async (init: RequestInit) =>
      (await fetch(`${gateway.url}/oauth/token`, init)).status
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    assert.equal(await plain({ method: 'POST', body: '{}' }), 400)
    assert.equal(
      await plain({ method: 'POST', headers: type, body: 'grant_type=a&grant_type=b' }),
      400,
    )
    assert.equal(await plain({ method: 'POST', headers: type, body: 'x'.repeat(20_000) }), 413)
    assert.equal(await plain({}), 405)
  })

  it('is found by its metadata', async () => {
    const response = await fetch(`${gateway.url}/.well-known/oauth-authorization-server`)
    const metadata = (await response.json()) as Record<string, unknown> // RFC 8414
    assert.equal(metadata['issuer'], gateway.url)
    assert.equal(metadata['token_endpoint'], `${gateway.url}/oauth/token`)
    assert.deepEqual(metadata['token_endpoint_auth_methods_supported'], ['private_key_jwt'])
  })

  it('keeps its tokens out of the list, and stops with a disabled partner', async () => {
    const { body } = await ask(assertion())
    const { json } = await gateway.post({
      query: `{ tokens(subject: "${subject}") { totalCount } }`,
    })
    assert.deepEqual(json().data, { tokens: { totalCount: 0 } })
    const { isthmus } = await import('../support/cli.ts')
    const disabled = await isthmus(['subject', 'disable', subject], {
      ISTHMUS_DATA: gateway.graph.data,
    })
    assert.equal(disabled.code, 0)
    assert.equal((await viewerOf(body['access_token'])).status, 401)
    assert.equal((await ask(assertion())).status, 401)
  })
})
