/** A supergraph is swapped whole: a bad one changes nothing, and a question keeps the one it began with. */
import assert from 'node:assert/strict'
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { createApp } from '../../gateway/app.ts'
import { readConfig } from '../../gateway/config.ts'
import { noLog } from '../../gateway/log.ts'
import { startHttp } from '../support/http.ts'
import { anyone } from '../support/subgraph-fixture.ts'

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@policy"])\n'

/** A gateway over one system whose schema and answers the test decides. */
async function appOver(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-generation-'))
  const held: (() => void)[] = []
  const system = createServer((_, response) => {
    held.push(() => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end('{"data":{"a":1,"b":2}}')
    })
  }).listen(0, '127.0.0.1')
  await once(system, 'listening')
  const url = `http://127.0.0.1:${(system.address() as AddressInfo).port}/`
  const write = (schema: string) => writeFileSync(join(folder, 'shop.graphql'), link + schema)
  write('type Query { a: Int }')
  writeFileSync(
    join(folder, 'supergraph.yaml'),
    `subgraphs: { shop: { routing_url: "${url}", schema: { file: shop.graphql } } }`,
  )
  const base = readConfig({
    ISTHMUS_DATA: folder,
    ISTHMUS_SUPERGRAPH: join(folder, 'supergraph.yaml'),
  })
  const app = await createApp(
    {
      ...base,
      noAuth: true,
      internalSecret: 's'.repeat(40),
      system: () => ({ source: 'http', url: undefined, timeoutMs: 5_000 }),
    },
    { log: noLog },
  )
  t.after(async () => {
    await app[Symbol.asyncDispose]()
    system.closeAllConnections()
    system.close()
    rmSync(folder, { recursive: true })
  })
  const reached = async () => {
    while (held.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    return held.shift()
  }
  return { app, write, reached }
}

describe('generations', () => {
  it('a new supergraph is swapped in; a question in flight keeps its own', async (t) => {
    const { app, write, reached } = await appOver(t)
    const before = app.generation()
    const pending = app.execute({ document: '{ a }' }, anyone)
    const answer = await reached()
    write('type Query { b: Int }')
    await app.reload()
    assert.notEqual(app.generation().id, before.id)
    answer?.()
    assert.deepEqual((await pending).data?.['a'], 1)
    await assert.rejects(app.execute({ document: '{ a }' }, anyone), { name: 'InvalidDocument' })
    const next = app.execute({ document: '{ b }' }, anyone)
    ;(await reached())?.()
    assert.deepEqual((await next).data?.['b'], 2)
  })

  const bad: readonly [name: string, schema: string][] = [
    ['does not parse', 'type Query {'],
    ['does not compose', 'type Query { a: Nothing }'],
    ['has rules that are not enforced', 'type Query { a: Int @policy(policies: [["p"]]) }'],
  ]
  for (const [name, schema] of bad) {
    it(`one that ${name} changes nothing and says why`, async (t) => {
      const { app, write, reached } = await appOver(t)
      const before = app.generation()
      write(schema)
      await assert.rejects(app.reload(), { code: 'SUPERGRAPH_INVALID' })
      assert.equal(app.generation(), before)
      const pending = app.execute({ document: '{ a }' }, anyone)
      ;(await reached())?.()
      assert.deepEqual((await pending).data?.['a'], 1)
    })
  }

  it('the policy is swapped with the supergraph, and neither where it is wrong', async (t) => {
    const policy = mkdtempSync(join(tmpdir(), 'isthmus-policy-'))
    t.after(() => rmSync(policy, { recursive: true }))
    cpSync(readConfig({}).policy, policy, { recursive: true })
    const file = join(policy, 'partners/supplier-s0001.yaml')
    await using gateway = await startHttp((config) => ({ ...config, policy }))
    const { app } = gateway
    const supplier = {
      ...anyone,
      subject: 'partner:supplier-s0001',
      audience: 'SUPPLIER',
    } as const
    const [generation, { depth }] = [app.generation(), app.limitsOf(supplier)]
    appendFileSync(file, `limits: { depth: ${depth - 1} }\n`)
    assert.equal(app.limitsOf(supplier).depth, depth)
    await app.reload()
    assert.notEqual(app.generation(), generation)
    assert.equal(app.limitsOf(supplier).depth, depth - 1)
    const swapped = app.generation()
    appendFileSync(file, 'nonsense: 1\n')
    await assert.rejects(app.reload(), { code: 'CONFIGURATION_INVALID', message: /nonsense/ })
    assert.equal(app.generation(), swapped)
    assert.equal(app.limitsOf(supplier).depth, depth - 1)
  })
})
