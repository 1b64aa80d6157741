/** Systems over HTTP beside in process: the same answers; and what a failing system does to them. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { text } from 'node:stream/consumers'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it, type TestContext } from 'node:test'
import { openSubgraph } from '#shared/open.ts'
import { sharedKey, subgraphSecret } from '#shared/internal-token.ts'
import { serveSubgraph } from '#shared/serve.ts'
import type { Config } from '../../gateway/config.ts'
import type { SystemConfig } from '../../gateway/config/systems.ts'
import { readLibrary } from '../../gateway/reports/library.ts'
import { loadDefinition } from '../../gateway/sources/in-process.ts'
import { readSupergraphFile } from '../../gateway/supergraph/compose.ts'
import { startGraph, type Graph } from '../support/graph.ts'
import { startHttp } from '../support/http.ts'

/** A server that plays a broken system. */
async function brokenSystem(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const withSystem =
  (name: string, system: Partial<SystemConfig>) =>
  (config: Config): Config => ({
    ...config,
    system: (each) =>
      each === name ? { ...config.system(each), source: 'http', ...system } : config.system(each),
  })

describe('a system over HTTP', () => {
  let graph: Graph
  const urls = new Map<string, string>()
  const closing: (() => Promise<void>)[] = []
  before(async () => {
    graph = await startGraph()
    for (const { name, schemaFile } of readSupergraphFile(
      new URL('../../supergraph.yaml', import.meta.url).pathname,
    )) {
      const subgraph = openSubgraph(await loadDefinition(name, schemaFile), {
        data: graph.data,
        timeZone: 'Asia/Taipei',
        fiscalYearStartMonth: 1,
      })
      const listening = await serveSubgraph(subgraph, {
        host: '127.0.0.1',
        port: 0,
        key: sharedKey(subgraphSecret('s'.repeat(40), name)),
      })
      urls.set(name, `${listening.url}/graphql`)
      closing.push(() => listening.close(1_000))
    }
  })
  after(async () => {
    for (const close of closing) await close()
    await graph[Symbol.asyncDispose]()
  })

  it('answers every question of the library as it does in process', async () => {
    await using gateway = await startHttp((config) => ({
      ...config,
      internalSecret: 's'.repeat(40),
      system: (name) => ({ source: 'http', url: urls.get(name), timeoutMs: 5_000 }),
    }))
    for (const { name, operation, variables, identity } of readLibrary()) {
      const inProcess = await graph.ask(operation, { variables, as: identity })
      const { data, errors } = (
        await gateway.post({ query: operation, variables }, { token: gateway.token(identity) })
      ).json()
      assert.deepEqual(errors, inProcess.errors, name)
      assert.deepEqual(data, inProcess.data, name)
    }
  })

  it('refuses an argument in the same words and with the same details', async () => {
    const query = '{ customers(first: 5000) { totalCount } }'
    await using gateway = await startHttp((config) => ({
      ...config,
      internalSecret: 's'.repeat(40),
      system: (name) => ({ source: 'http', url: urls.get(name), timeoutMs: 5_000 }),
    }))
    const [inProcess] = (await graph.ask(query)).errors ?? []
    const [remote] = (await gateway.post({ query })).json().errors ?? []
    const { requestId: _, ...extensions } = remote?.extensions ?? { code: '' }
    assert.deepEqual(
      [remote?.message, remote?.path, { ...extensions, requestId: 'local' }],
      [inProcess?.message, inProcess?.path, inProcess?.extensions],
    )
    assert.deepEqual(extensions, { code: 'BAD_USER_INPUT', argument: 'first', maximum: 1000 })
  })

  it('keeps a partner to its own rows there as well', async () => {
    await using gateway = await startHttp((config) => ({
      ...config,
      internalSecret: 's'.repeat(40),
      system: (name) => ({ source: 'http', url: urls.get(name), timeoutMs: 5_000 }),
    }))
    const { data } = (
      await gateway.post(
        { query: '{ customers { nodes { crmAccountId } } }' },
        { token: gateway.token('partner') },
      )
    ).json()
    assert.deepEqual(data, { customers: { nodes: [{ crmAccountId: 'A000001' }] } })
    // A rule that is a predicate is evaluated there too.
    const query = '{ customers { totalCount } salesOrders { totalCount } invoices { totalCount } }'
    const region = (await gateway.post({ query }, { token: gateway.token('agency') })).json().data
    assert.deepEqual(region, (await graph.ask(query, { as: 'agency' })).data)
    assert.notDeepEqual(region, (await graph.ask(query)).data)
  })
})

describe('a system that fails', () => {
  const query =
    '{ customers(first: 2) { nodes { name owner { displayName } } } departments { totalCount } }'
  const failures: readonly [name: string, code: string, answer: RequestListener][] = [
    [
      'answers 500 with its secrets',
      'SOURCE_UNAVAILABLE',
      (_, response) => response.writeHead(500).end('<h1>SELECT at 10.0.0.7</h1>'),
    ],
    [
      'answers no GraphQL',
      'SOURCE_DATA_INVALID',
      (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('[1]'),
    ],
    [
      'redirects',
      'SOURCE_DATA_INVALID',
      (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    ],
    [
      'reports an error of its own',
      'SOURCE_DATA_INVALID',
      (_, response) =>
        response.writeHead(200, { 'content-type': 'application/json' }).end(
          JSON.stringify({
            data: null,
            errors: [
              {
                message: 'SELECT * FROM t',
                extensions: { code: 'DB', stacktrace: ['x'], http: { status: 418 } },
              },
            ],
          }),
        ),
    ],
    ['cuts the connection', 'SOURCE_UNAVAILABLE', (request) => request.socket.destroy()],
    ['is slow', 'SOURCE_TIMEOUT', () => undefined],
  ]
  for (const [name, code, answer] of failures) {
    it(`${name}: the rest is answered, with an error and a path`, async (t) => {
      const url = await brokenSystem(t, answer)
      await using gateway = await startHttp(withSystem('hr', { url, timeoutMs: 300 }))
      const response = await gateway.post({ query })
      const { data, errors = [] } = response.json()
      assert.equal(response.status, 200)
      const { customers, departments } = data as {
        customers: { nodes: { name: string; owner: unknown }[] }
        departments: unknown
      }
      assert.equal(customers.nodes.length, 2)
      assert.ok(customers.nodes.every((node) => node.name.length > 0))
      assert.equal(departments, null)
      assert.ok(errors.length > 0)
      for (const error of errors) {
        assert.equal(error.extensions.code, code)
        assert.ok((error.path ?? []).length > 0)
      }
      assert.doesNotMatch(response.text, /SELECT|10\.0\.0\.7|127\.0\.0\.1|stack|\b418\b|"DB"/)
    })
  }

  it('out of the whole time: what did arrive is the answer', async (t) => {
    const url = await brokenSystem(t, () => undefined)
    await using gateway = await startHttp((config) => ({
      ...withSystem('hr', { url, timeoutMs: 20_000 })(config),
      requestTimeoutMs: 400,
    }))
    const { data, errors = [] } = (await gateway.post({ query })).json()
    const { customers } = data as { customers: { nodes: { name: string }[] } }
    assert.equal(customers.nodes.length, 2)
    assert.ok(errors.length > 0)
    for (const { extensions } of errors) {
      assert.match(extensions.code, /^(DEADLINE_EXCEEDED|SOURCE_TIMEOUT)$/)
    }
  })

  it('a gateway starts and is ready while a system is down', async () => {
    await using gateway = await startHttp(
      withSystem('erp', { url: 'http://127.0.0.1:9/', timeoutMs: 300 }),
    )
    assert.equal((await fetch(`${gateway.url}/health/ready`)).status, 200)
  })

  it('a client that leaves aborts what is under way', async (t) => {
    let aborted: (() => void) | undefined
    const noticed = new Promise<void>((resolve) => {
      aborted = resolve
    })
    let reached: (() => void) | undefined
    const asked = new Promise<void>((resolve) => {
      reached = resolve
    })
    const url = await brokenSystem(t, (request, response) => {
      void (async () => {
        const body = await text(request)
        // Who the caller is, is asked first; only the question itself is left waiting.
        if (body.includes('query Facts')) {
          response.writeHead(200, { 'content-type': 'application/json' })
          response.end('{"data":{"employee":null}}')
          return
        }
        response.once('close', () => aborted?.())
        reached?.()
      })()
    })
    await using gateway = await startHttp(withSystem('hr', { url, timeoutMs: 20_000 }))
    const leaving = new AbortController()
    const pending = fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      signal: leaving.signal,
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${gateway.token('admin')}`,
      },
      body: JSON.stringify({ query: '{ departments { totalCount } }' }),
    })
    pending.catch(() => undefined)
    await asked
    leaving.abort()
    await noticed // the test's own time limit fails it otherwise
    await assert.rejects(pending)
  })
})
