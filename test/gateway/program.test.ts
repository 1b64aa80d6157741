/** The gateway as a program: how it starts, what stops a start, and how it stops. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { cpSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { demoSecret, demoToken } from '../../gateway/tokens/demo.ts'
import { repository } from '../support/cli.ts'
import { demoData } from '../support/demo-data.ts'
import { ask, folder, start } from '../support/program.ts'

describe('the gateway as a program', () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`on ${signal} the question in flight is answered, then it ends with 0`, async (t) => {
      const data = folder(t)
      cpSync(demoData(), data, { recursive: true })
      let reached: () => void = () => undefined
      const asked = new Promise<void>((resolve) => {
        reached = resolve
      })
      const slow = createServer((request, response) => {
        void (async () => {
          const isFacts = (await text(request)).includes('query Facts')
          if (!isFacts) reached()
          setTimeout(
            () => {
              response.writeHead(200, { 'content-type': 'application/json' })
              response.end(
                isFacts
                  ? '{"data":{"employee":null}}'
                  : '{"data":{"departments":{"totalCount":7}}}',
              )
            },
            isFacts ? 0 : 500,
          )
        })()
      }).listen(0, '127.0.0.1')
      await once(slow, 'listening')
      t.after(() => slow.close())
      const config = join(data, 'config.yaml')
      cpSync(join(repository, 'gateway/policy'), join(data, 'policy'), { recursive: true })
      writeFileSync(
        config,
        `systems: { hr: { source: http, url: "http://127.0.0.1:${(slow.address() as AddressInfo).port}/" } }`,
      )
      const gateway = start({ ISTHMUS_DATA: data, ISTHMUS_CONFIG: config })
      const url = await gateway.url
      const answer = ask(
        url,
        demoToken('admin', demoSecret(data)),
        '{ departments { totalCount } }',
      )
      await asked
      gateway.child.kill(signal)
      const stoppedAt = performance.now()
      const response = await answer
      assert.deepEqual(await response.json(), { data: { departments: { totalCount: 7 } } })
      assert.equal(await gateway.exit(), 0)
      // A client that keeps its connection alive does not hold up the stop.
      assert.ok(performance.now() - stoppedAt < 5_000)
      await assert.rejects(fetch(`${url}/health/live`))
      const lines = (await gateway.errors).trim().split('\n')
      const [line] = lines.filter((each) => each.includes('"request"'))
      const logged = JSON.parse(line ?? '{}') as Record<string, unknown>
      assert.equal(logged['requestId'], response.headers.get('x-request-id'))
      assert.deepEqual(
        [logged['path'], logged['status'], logged['subject']],
        ['/graphql', 200, 'kao.admin'],
      )
    })
  }

  it('makes the demo data on its first start and answers from it', async (t) => {
    const data = folder(t)
    const gateway = start({ ISTHMUS_DATA: data })
    const url = await gateway.url
    const token = demoToken('sales', demoSecret(data))
    const response = await ask(url, token, '{ viewer { subject employee { displayName } } }')
    assert.deepEqual(await response.json(), {
      data: { viewer: { subject: 'mei.lin', employee: { displayName: 'Mei Lin 林美玲' } } },
    })
    gateway.child.kill('SIGINT')
    assert.equal(await gateway.exit(), 0)
  })

  it('serves a bare supergraph to demo tokens, and to nobody without one', async (t) => {
    const data = folder(t)
    const gateway = start({ ISTHMUS_DATA: data }, [
      'gateway/cli/isthmus.ts',
      'serve',
      '--supergraph',
      'gateway/supergraph/supergraph.graphql',
    ])
    const url = await gateway.url
    const token = demoToken('admin', demoSecret(data))
    const response = await ask(url, token, '{ __typename }')
    assert.deepEqual(await response.json(), { data: { __typename: 'Query' } })
    assert.equal((await ask(url, 'x', '{ __typename }')).status, 401)
    gateway.child.kill('SIGINT')
    assert.equal(await gateway.exit(), 0)
  })

  const refused: readonly [
    name: string,
    env: (folder: string) => Readonly<Record<string, string>>,
    message: RegExp,
  ][] = [
    [
      'several wrong settings are told together',
      () => ({ PORT: '40x', HOST: '0.0.0.0', ISTHMUS_MODE: 'test', WORKERS: 'two' }),
      /^CONFIGURATION_INVALID: [^]*ISTHMUS_MODE: "test" is none of demo, production[^]*HOST: "0\.0\.0\.0" is not loopback[^]*PORT: "40x"[^]*WORKERS: "two" is neither "auto" nor a whole number from 1 to 256/,
    ],
    [
      'production without issuers and a secret',
      () => ({ ISTHMUS_MODE: 'production' }),
      /^CONFIGURATION_INVALID: [^]*issuers: [^]*internalSecret: /,
    ],
    [
      'a configuration that is not there',
      () => ({ ISTHMUS_CONFIG: '/nowhere.yaml' }),
      /^CONFIGURATION_INVALID: /,
    ],
    [
      'a broken supergraph.yaml',
      (at) => {
        writeFileSync(join(at, 'supergraph.yaml'), 'subgraphs: [')
        return { ISTHMUS_SUPERGRAPH: join(at, 'supergraph.yaml') }
      },
      /^SUPERGRAPH_INVALID: /,
    ],
    [
      'a schema that does not compose',
      (at) => {
        const link =
          'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
        for (const name of ['a', 'b'])
          writeFileSync(join(at, `${name}.graphql`), `${link}type Query { x: Int }`)
        writeFileSync(
          join(at, 'supergraph.yaml'),
          'subgraphs:\n  a: { routing_url: "http://a", schema: { file: a.graphql } }\n  b: { routing_url: "http://b", schema: { file: b.graphql } }\n',
        )
        return { ISTHMUS_SUPERGRAPH: join(at, 'supergraph.yaml') }
      },
      /^SUPERGRAPH_INVALID: [^]*INVALID_FIELD_SHARING/,
    ],
  ]
  for (const [name, env, message] of refused) {
    it(`does not start: ${name}`, async (t) => {
      const data = folder(t)
      cpSync(demoData(), data, { recursive: true })
      const gateway = start({ ISTHMUS_DATA: data, ...env(data) })
      assert.equal(await gateway.exit(), 1)
      const said = await gateway.errors
      assert.match(said, message)
      assert.doesNotMatch(said, /\n\s+at |node_modules/)
    })
  }
})
