/**
 * What a listening gateway refuses before it knows who asks, in the audit: for administrators, with its
 * reason and the client's address, and never the token. A gateway writes what it has counted when it
 * stops, so each test lets one come and go over the data of a graph.
 */
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { describe, it } from 'node:test'
import jwt from 'jsonwebtoken'
import { createApp } from '../../gateway/app.ts'
import { maxNamed } from '../../gateway/audit/refusals.ts'
import { readConfig, type Config } from '../../gateway/config.ts'
import { noLog } from '../../gateway/log.ts'
import { demoAudience, demoIssuer, demoSecret, demoToken } from '../../gateway/tokens/demo.ts'
import { newToken } from '../../gateway/tokens/format.ts'
import { ownFile } from '../../gateway/config/own-places.ts'
import { openStore } from '../../gateway/store/store.ts'
import { isthmus } from '../support/cli.ts'
import { startGraph, type Graph } from '../support/graph.ts'

const partner = 'partner:harbour-distribution'

/** Lets a gateway listen while something is asked of it, and stops it as a signal does. */
async function listening(
  { data }: Graph,
  work: (url: string) => Promise<void>,
  change: Partial<Config> = {},
): Promise<void> {
  const config = { ...readConfig({ ISTHMUS_DATA: data, PORT: '0' }), ...change }
  await using app = await createApp(config, { log: noLog })
  const gateway = await app.listen(null)
  try {
    await work(gateway.url)
  } finally {
    await gateway.close(1_000)
  }
}

/** The status of a question with these headers, each as often as it stands there. */
const asking = (
  url: string,
  headers: readonly string[],
  path = '/graphql',
): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const asked = request(
      `${url}${path}`,
      { method: 'GET', agent: false, headers: ['host', 'localhost', ...headers] },
      (response) => response.resume().once('end', () => resolve(response.statusCode)),
    )
    asked.once('error', reject).end()
  })

interface Shown {
  readonly subject: string | null
  readonly audience: string | null
  readonly requestId: string
  readonly outcome: string
  readonly codes: readonly string[]
  readonly unknown: {
    readonly address: string | null
    readonly reason: string
    readonly count: number
    readonly since: string
  } | null
}

async function shown(graph: Graph, filter: string): Promise<readonly Shown[]> {
  const { data, errors } = await graph.ask(`{ auditEntries(first: 1000, filter: ${filter}) { nodes {
    subject audience requestId outcome codes unknown { address reason count since } } } }`)
  assert.equal(errors, undefined, JSON.stringify(errors))
  return (data as unknown as { auditEntries: { nodes: readonly Shown[] } }).auditEntries.nodes // as asked
}

const counts = (entries: readonly Shown[]): Readonly<Record<string, number | undefined>> =>
  Object.fromEntries(entries.map(({ unknown }) => [unknown?.reason, unknown?.count]))

describe('what is refused before it is known who asks', () => {
  it('is in the audit by its reason, once for all of the same, and without the token', async () => {
    await using graph = await startGraph()
    const create = async (name: string, more = '') => {
      const { data, errors } = await graph.ask(
        `mutation { createToken(input: { subject: "${partner}", name: "${name}", days: 1 ${more} }, idempotencyKey: "${name}") { secret token { id } } }`,
      )
      assert.equal(errors, undefined, JSON.stringify(errors))
      return (data as unknown as { createToken: { secret: string; token: { id: string } } })
        .createToken // as asked
    }
    const revoked = await create('revoked')
    const bound = await create('bound', ', addresses: ["192.0.2.0/24"]')
    await graph.ask(
      `mutation { revokeToken(input: { id: "${revoked.token.id}" }, idempotencyKey: "v") { token { id } } }`,
    )
    const secret = demoSecret(graph.data)
    const signed = (more: object, by = secret) =>
      jwt.sign({ iss: demoIssuer, aud: demoAudience, sub: 'mei.lin', ...more }, by)
    const now = Math.floor(Date.now() / 1_000)
    const soon = now + 600
    const tokens: Readonly<Record<string, string>> = {
      MALFORMED: 'no-token',
      UNKNOWN: newToken('demo'),
      REVOKED: revoked.secret,
      EXPIRED: signed({ exp: now - 60 }),
      ADDRESS: bound.secret,
      ISSUER: signed({ iss: 'https://other.example.com', exp: soon }),
      AUDIENCE: signed({ aud: 'other', exp: soon }),
      SIGNATURE: signed({ exp: soon }, 'another secret, of at least 32 characters'),
      CLAIMS: signed({ exp: now + 86_400 * 365 }),
    }
    await listening(graph, async (url) => {
      for (const [reason, token] of Object.entries(tokens))
        assert.equal(await asking(url, ['authorization', `Bearer ${token}`]), 401, reason)
      for (const path of ['/graphql', '/graphql?query=x', '/schema.graphql'])
        assert.equal(await asking(url, [], path), 401)
      const good = `Bearer ${demoToken('sales', secret)}`
      assert.equal(await asking(url, ['authorization', good, 'authorization', good]), 401)
      assert.equal(await asking(url, ['authorization', good], '/schema.graphql'), 200)
      assert.equal(await asking(url, [], '/health/live'), 200)
      const assertion = jwt.sign({ iss: 'nobody' }, 'x'.repeat(32))
      const { status } = await fetch(`${url}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: assertion,
        }),
      })
      assert.equal(status, 401)
    })
    const entries = await shown(graph, '{ isKnown: false }')
    const once = Object.fromEntries(Object.keys(tokens).map((reason) => [reason, 1]))
    assert.deepEqual(counts(entries), { ...once, MISSING: 3, DUPLICATE: 1, ISSUER: 2 })
    for (const entry of entries) {
      const { unknown, requestId, ...known } = entry
      assert.deepEqual(known, {
        ...{ subject: null, audience: null, outcome: 'REFUSED', codes: ['UNAUTHENTICATED'] },
      })
      assert.equal(unknown?.address, '127.0.0.1')
      assert.match(requestId, /^[\da-f-]{36}$/)
    }
    await using store = await openStore({ kind: 'sqlite', file: ownFile('store', graph.data) })
    const kept = JSON.stringify(await store.rows('SELECT entry FROM audit_entry'))
    for (const token of Object.values(tokens)) assert.ok(!kept.includes(token), token)

    assert.deepEqual(counts(await shown(graph, '{ reason: MISSING, address: "127.0.0.1" }')), {
      MISSING: 3,
    })
    assert.deepEqual(await shown(graph, '{ reason: MISSING, address: "127.0.0.2" }'), [])
    assert.ok((await shown(graph, '{ isKnown: true }')).every(({ unknown }) => unknown === null))
    const env = { ISTHMUS_DATA: graph.data }
    const found = await isthmus(['audit', 'search', '--unknown', '--reason', 'REVOKED'], env)
    assert.match(found.stdout, /REFUSED {3}127\.0\.0\.1 {2}REVOKED {2}1 since 20/, found.stderr)
    assert.equal(found.stdout.trim().split('\n').length, 1)
    const verified = await isthmus(['audit', 'verify'], env)
    assert.equal(verified.code, 0, verified.stderr)
  })

  it('is counted by the address that a trusted proxy tells, and bounded in a flood of them', async () => {
    await using graph = await startGraph()
    await listening(
      graph,
      async (url) => {
        for (let at = 0; at < 300; at += 1)
          await asking(url, ['x-forwarded-for', `10.0.${at >> 8}.${at & 255}`])
        await asking(url, ['x-forwarded-for', '10.0.0.1'])
      },
      { trustedProxies: ['127.0.0.0/8'] },
    )
    const entries = await shown(graph, '{ isKnown: false }')
    assert.equal(entries.length, maxNamed + 1)
    const byAddress = new Map(entries.map(({ unknown }) => [unknown?.address, unknown?.count]))
    const named = Array.from({ length: maxNamed }, (_, at) => [`10.0.0.${at}`, at === 1 ? 2 : 1])
    assert.deepEqual(
      Object.fromEntries(byAddress),
      Object.fromEntries([...named, ['null', 300 - maxNamed]]),
    )
    await listening(graph, async (url) => void (await asking(url, ['x-forwarded-for', '10.9.9.9'])))
    const [untrusted] = await shown(graph, '{ isKnown: false }')
    assert.equal(untrusted?.unknown?.address, '127.0.0.1', 'anybody may say anything')
  })

  it('is not for partners, nor for employees without the scope', async () => {
    await using graph = await startGraph()
    await listening(graph, async (url) => void (await asking(url, [])))
    assert.equal((await shown(graph, '{ isKnown: false }')).length, 1)
    const own = await graph.ask('{ viewer { auditEntries { nodes { subject } } } }', {
      as: 'partner',
    })
    assert.equal(own.errors, undefined)
    assert.doesNotMatch(JSON.stringify(own.data), /"subject":null/)
    for (const question of [
      '{ viewer { auditEntries { nodes { unknown { reason } } } } }',
      '{ auditEntries { totalCount } }',
      '{ __type(name: "AuditReason") { name enumValues { name } } }',
    ]) {
      const asked = graph.ask(question, { as: 'partner' })
      await asked.then(
        ({ data }) => assert.deepEqual(JSON.stringify(data), '{"__type":null}', question),
        (error: unknown) => assert.match(String(error), /InvalidDocument|Cannot query/, question),
      )
    }
    const denied = await graph.ask('{ auditEntries(filter: { isKnown: false }) { totalCount } }', {
      as: 'sales',
    })
    assert.equal(denied.data?.['auditEntries'], null)
  })
})
