/**
 * The gateway's own database over TLS: a PostgreSQL server of the test's own, which has a certificate
 * that signed itself and lets the account of the store in over TLS alone.
 */
import assert from 'node:assert/strict'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { stringify } from 'yaml'
import { demoSecret, demoToken } from '../../gateway/tokens/demo.ts'
import { selfSigned } from '../support/certificate.ts'
import { isthmus, repository } from '../support/cli.ts'
import { demoData } from '../support/demo-data.ts'
import { ownServer, type OwnServer } from '../support/own-server.ts'
import { ask, folder, start } from '../support/program.ts'

const [own, foreign] = [selfSigned('localhost'), selfSigned('localhost')]
const files = {
  'server.crt': own.certificate,
  'server.key': own.key,
  'postgresql.auto.conf': 'ssl = on\n',
  'pg_hba.conf':
    'hostssl all isthmus_store 127.0.0.1/32 scram-sha-256\nhost all postgres 127.0.0.1/32 trust\n',
}
const account = `CREATE ROLE isthmus_store LOGIN PASSWORD 'not to be told'`

describe('a store over TLS', () => {
  let server: OwnServer
  let withoutTls: OwnServer
  before(async () => {
    server = await ownServer('postgresql', { files })
    withoutTls = await ownServer('postgresql')
    for (const each of [server, withoutTls]) {
      await each.run('postgres', account, 'CREATE DATABASE store OWNER isthmus_store')
    }
  })
  after(async () => {
    await server[Symbol.asyncDispose]()
    await withoutTls[Symbol.asyncDispose]()
  })

  interface Setting {
    readonly tls?: object
    readonly host?: string
    readonly port?: number
    /** Behind the name of the database. */
    readonly more?: string
  }
  /** The environment of a gateway, in a folder with both certificates. */
  const environment = (
    t: TestContext,
    { tls, host = 'localhost', port = server.port, more = '' }: Setting,
  ) => {
    const data = folder(t)
    cpSync(demoData(), data, { recursive: true })
    cpSync(join(repository, 'gateway/policy'), join(data, 'policy'), { recursive: true })
    writeFileSync(join(data, 'own.pem'), own.certificate)
    writeFileSync(join(data, 'foreign.pem'), foreign.certificate)
    const config = join(data, 'config.yaml')
    const url = `postgresql://isthmus_store:${encodeURIComponent('not to be told')}@${host}:${port}/store${more}`
    writeFileSync(
      config,
      stringify({
        store: tls === undefined ? url : { url, tls },
        audit: { key: 'a key of the tests, of at least 32 characters' },
      }),
    )
    return { ISTHMUS_DATA: data, ISTHMUS_CONFIG: config }
  }
  const refusal = async (t: TestContext, setting: Setting) => {
    const { code, stdout, stderr } = await isthmus(['token', 'list'], environment(t, setting))
    assert.deepEqual([code, stdout], [1, ''])
    assert.doesNotMatch(stderr, /localhost|127\.0\.0\.1|not to be told|^\s+at /m)
    for (const { port } of [server, withoutTls]) assert.ok(!stderr.includes(String(port)))
    return stderr
  }

  it('with the certificate of the server: a gateway answers, and every connection is encrypted', async (t) => {
    const env = environment(t, { tls: { ca: 'own.pem' } })
    const gateway = start(env)
    t.after(async () => {
      gateway.child.kill('SIGTERM')
      await gateway.exit()
    })
    const url = await gateway.url
    const token = demoToken('sales', demoSecret(env.ISTHMUS_DATA))
    const response = await ask(url, token, '{ customers(first: 1) { nodes { name } } }')
    assert.equal(response.status, 200)
    const connections = await server.run(
      'store',
      `SELECT s.ssl, s.version FROM pg_stat_activity a JOIN pg_stat_ssl s USING (pid)
       WHERE a.usename = 'isthmus_store'`,
    )
    assert.ok(connections.length >= 2)
    for (const [isEncrypted, version] of connections)
      assert.deepEqual([isEncrypted, version], [true, 'TLSv1.3'])
  })

  const certificate =
    /^STORE_UNAVAILABLE: .*has no encryption or certificate that we accept: check store\.tls/
  const refusals: readonly (readonly [string, () => Setting, RegExp])[] = [
    ['another certificate', () => ({ tls: { ca: 'foreign.pem' } }), certificate],
    ['the certificates of Node', () => ({ tls: {} }), certificate],
    [
      'a name that the certificate is not for',
      () => ({ tls: { ca: 'own.pem' }, host: '127.0.0.1' }),
      certificate,
    ],
    [
      'a server that has no TLS',
      () => ({ tls: { ca: 'own.pem' }, port: withoutTls.port }),
      certificate,
    ],
    [
      'no TLS where the server demands it',
      () => ({}),
      /^STORE_UNAVAILABLE: .*refuses the account, or a connection without encryption: check the user and the password in store, and store\.tls/,
    ],
    [
      'no file of the certificate',
      () => ({ tls: { ca: 'none.pem' } }),
      /^CONFIGURATION_INVALID: Configuration:\n {2}store\.tls\.ca: there is no file /,
    ],
    [
      'the words of libpq in the address',
      () => ({ tls: { ca: 'own.pem' }, more: '?sslmode=verify-full' }),
      /^CONFIGURATION_INVALID: .*\n {2}store: .*has parameters after "\?", .* such as tls/,
    ],
  ]
  for (const [what, setting, message] of refusals) {
    it(`is refused with ${what}, in words that tell no address`, async (t) => {
      assert.match(await refusal(t, setting()), message)
    })
  }

  it('a gateway does not start with another certificate', async (t) => {
    const gateway = start(environment(t, { tls: { ca: 'foreign.pem' } }))
    t.after(() => gateway.child.kill('SIGTERM')) // should it start all the same
    await assert.rejects(gateway.url, /STORE_UNAVAILABLE: .* check store\.tls/)
  })

  it('accepts any certificate where it is told to', async (t) => {
    const env = environment(t, { tls: { rejectUnauthorized: false }, host: '127.0.0.1' })
    const { code, stderr } = await isthmus(['token', 'list'], env)
    assert.deepEqual([code, stderr], [0, ''])
  })
})
