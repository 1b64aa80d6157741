/** The command line: what each command prints, and how a wrong use is told. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { AddressInfo } from 'node:net'
import jwt from 'jsonwebtoken'
import { subgraphSecret } from '#shared/internal-token.ts'
import { readLibrary } from '../../../gateway/reports/library.ts'
import { demoSecret } from '../../../gateway/tokens/demo.ts'
import { isthmus, repository } from '../../support/cli.ts'
import { demoData } from '../../support/demo-data.ts'
import { startHttp } from '../../support/http.ts'

const commands = [
  ['compose'],
  ['check'],
  ['seed'],
  ['token', 'demo'],
  ['token', 'create'],
  ['token', 'list'],
  ['token', 'rotate'],
  ['token', 'revoke'],
  ['subject', 'disable'],
  ['store', 'move'],
  ['report', 'list'],
  ['report', 'run'],
  ['serve'],
  ['source', 'init'],
  ['source', 'check'],
  ['source', 'diff'],
  ['source', 'sample'],
  ['subgraph'],
  ['identity', 'match'],
  ['identity', 'candidates'],
  ['identity', 'accept'],
  ['identity', 'reject'],
  ['identity', 'merge'],
  ['identity', 'split'],
  ['identity', 'report'],
]

/** Arguments → what is said on standard error, with exit code 2. */
const misuses: readonly (readonly [string, RegExp])[] = [
  ['nonsense', /unknown command 'nonsense'/],
  ['compose --nope', /unknown option '--nope'/],
  ['seed --size huge', /Allowed choices are small, medium, large/],
  ['seed --as-of 2026-02-30', /Expected a date, YYYY-MM-DD/],
  ['token demo', /required option '--as <identity>'/],
  [
    'token demo --as ceo',
    /Allowed choices are sales, finance, hr, reports, partner, agency, admin/,
  ],
  ['report run', /missing required argument 'name'/],
  ['report run customer-360 --variables [1]', /Expected a JSON object/],
  ['report run customer-360 --format xml', /Allowed choices are json, csv/],
  ['serve', /required option '--supergraph <file>'/],
  ['source init --system erp', /required option '--url <address>'/],
  ['source sample --system erp', /missing required argument 'relation'/],
  ['identity split C000001 200001', /Expected a system and an id, such as ERP:200001/],
  ['identity candidates --reason SURE', /Allowed choices are LIKELY, AMBIGUOUS/],
]

/** Arguments → the one message, with exit code 1 and no stack. */
const refusals: readonly (readonly [string, RegExp, Readonly<Record<string, string>>?])[] = [
  ['report run nope', /^NOT_FOUND: There is no question "nope"/],
  ['report run customer-360 --url nonsense --token x', /^BAD_USER_INPUT: "nonsense" is no address/],
  ['report run customer-360 --url http://127.0.0.1:1/graphql', /^UNAUTHENTICATED: --url needs a/],
  ['report run customer-360 --url http://127.0.0.1:1/ --token x', /^SOURCE_UNAVAILABLE: /],
  [
    'report run customer-360 --variables {"crmAccountId":["a"]}',
    /^BAD_USER_INPUT: --variables: Variable "\$crmAccountId"/,
  ],
  ['subgraph nope', /^NOT_FOUND: There is no system "nope"; there are crm, erp, finance, hr\./],
  ['subgraph crm --port 99999', /^CONFIGURATION_INVALID: [^]*"99999" is not a whole number/],
  ['serve --supergraph nope.graphql', /^SUPERGRAPH_INVALID: .*the file cannot be read/],
  [
    'serve --supergraph gateway/supergraph/supergraph.graphql --no-auth',
    /^CONFIGURATION_INVALID: [^]*"0\.0\.0\.0" is not loopback/,
    { HOST: '0.0.0.0' },
  ],
  [
    'compose --check',
    /^SUPERGRAPH_INVALID: .*nope\.yaml:\s+there is no such file/,
    { ISTHMUS_SUPERGRAPH: 'nope.yaml' },
  ],
  [
    'token demo --as sales',
    /^CONFIGURATION_INVALID: [^]*issuers: production needs at least one/,
    { ISTHMUS_MODE: 'production' },
  ],
  ['source init --system nope --url x', /^NOT_FOUND: There is no system "nope"/],
  [
    'source init --system erp --url /nowhere.sqlite',
    /^BAD_USER_INPUT: --url: expected postgresql:/,
  ],
  ['source check --system erp', /^BAD_USER_INPUT: The configuration names no mapping for "erp"/],
  ['source check --system erp --mapping /nowhere', /^MAPPING_INVALID: [^]*no such folder/],
  ['identity report', /^NOT_FOUND: Nothing was matched yet\. Run: isthmus identity match/],
  ['identity accept K0', /^NOT_FOUND: There is no candidate "K0"/],
  ['identity merge C000001 nobody', /^NOT_FOUND: The crosswalk has no customer "nobody"/],
  [
    'identity match --rules nope.yaml',
    /^CONFIGURATION_INVALID: There are no rules to match customers by: nope\.yaml/,
  ],
  ['seed --checksum', /^DATABASE_MISSING: /, { ISTHMUS_DATA: '/nowhere/isthmus' }],
]

const hasStack = /\n\s+at |node:internal/

describe('the command line', { concurrency: 2 }, () => {
  const data = mkdtempSync(join(tmpdir(), 'isthmus-cli-'))
  const env = { ISTHMUS_DATA: data }
  before(() => cpSync(demoData(), data, { recursive: true }))
  after(() => rmSync(data, { recursive: true }))

  for (const command of commands) {
    it(`${command.join(' ')} --help shows an example`, async () => {
      const { code, stdout } = await isthmus([...command, '--help'])
      assert.equal(code, 0)
      assert.match(stdout, new RegExp(`Examples?:\\n  npm run .*${command[0]}`))
    })
  }

  for (const [args, message] of misuses) {
    it(`a wrong use, "${args}", says what was expected and exits with 2`, async () => {
      const { code, stdout, stderr } = await isthmus(args.split(' '), env)
      assert.match(stderr, message)
      assert.match(stderr, /--help/)
      assert.doesNotMatch(stderr, hasStack)
      assert.deepEqual([code, stdout], [2, ''])
    })
  }

  for (const [args, message, more] of refusals) {
    it(`"${args}" is refused with a code and exits with 1`, async () => {
      const { code, stderr } = await isthmus(args.split(' '), { ...env, ...more })
      assert.match(stderr, message)
      assert.doesNotMatch(stderr, hasStack)
      assert.equal(code, 1)
    })
  }

  it('starts without what only some commands need: SQL, databases, the gateway', async () => {
    const told = `import { registerHooks } from 'node:module'
      registerHooks({ load: (url, context, next) => (console.error(url), next(url, context)) })`
    const hook = `--import=data:text/javascript,${encodeURIComponent(told)}`
    const { code, stderr } = await isthmus(['--help'], { ...env, NODE_OPTIONS: hook })
    assert.equal(code, 0)
    assert.match(stderr, /gateway\/cli\/commands\/identity\/merge\.ts/)
    for (const loaded of ['node_modules/kysely/', 'node_modules/pg/', 'gateway/app.ts'])
      assert.ok(!stderr.includes(loaded), loaded)
  })

  it('token demo prints one token and nothing else; its secret is readable by the owner alone', async () => {
    const { code, stdout, stderr } = await isthmus(['token', 'demo', '--as', 'finance'], env)
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, /^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    assert.equal(jwt.decode(stdout.trim())?.sub, 'wei.chen')
    assert.equal(statSync(join(data, 'secret')).mode & 0o777, 0o600)
  })

  it('seed --checksum is one SHA-256, equal for equal data', async () => {
    const [one, two] = await Promise.all([
      isthmus(['seed', '--checksum'], env),
      isthmus(['seed', '--checksum'], { ISTHMUS_DATA: demoData() }),
    ])
    assert.match(one.stdout, /^[0-9a-f]{64}\n$/)
    assert.equal(one.stdout, two.stdout)
  })

  it('seed stopped by Ctrl-C exits as shells say it and leaves what was there', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-test-'))
    writeFileSync(join(folder, 'crm.sqlite'), 'what was there')
    const child = spawn(process.execPath, ['gateway/cli/isthmus.ts', 'seed', '--size', 'large'], {
      cwd: repository,
      env: { ISTHMUS_DATA: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    for await (const chunk of child.stderr) {
      if (said === '') child.kill('SIGINT')
      said += String(chunk)
    }
    if (child.exitCode === null) await once(child, 'exit')
    assert.equal(child.exitCode, 130)
    assert.match(said, /^writing customers\n[^]*stopped: the data folder is as it was\n$/)
    assert.deepEqual(readdirSync(folder), ['crm.sqlite'])
    assert.equal(readFileSync(join(folder, 'crm.sqlite'), 'utf8'), 'what was there')
    rmSync(folder, { recursive: true })
  })

  it('report list names every question of the library', async () => {
    const { code, stdout } = await isthmus(['report', 'list'])
    assert.equal(code, 0)
    for (const { name, title } of readLibrary()) {
      assert.match(stdout, new RegExp(`^  ${name} +`, 'm'))
      assert.ok(stdout.includes(title), title)
    }
  })

  it('report run prints CSV in process, and the same over HTTP', async () => {
    await using gateway = await startHttp()
    const [local, remote] = await Promise.all([
      isthmus(['report', 'run', 'customer-360', '--format', 'csv'], env),
      isthmus([
        ...['report', 'run', 'customer-360', '--format', 'csv'],
        ...['--url', `${gateway.url}/graphql`, '--token', gateway.token('sales')],
      ]),
    ])
    assert.deepEqual([local.code, local.stderr], [0, ''])
    assert.match(local.stdout, /^\uFEFFCustomer,Invoice,Due,Days overdue,Open,Currency\n\S/)
    assert.equal(remote.stdout, local.stdout)
  })

  it('report run --as somebody with fewer rights says what is missing, and prints the rest', async () => {
    const { code, stdout, stderr } = await isthmus(
      ['report', 'run', 'margin-by-customer', '--as', 'sales'],
      env,
    )
    assert.equal(code, 0)
    assert.match(stderr, /^revenueAggregates\.rows\.margin: You may not read/m)
    const { data: answer } = JSON.parse(stdout) as { data: Record<string, unknown> } // the command's own output
    assert.ok(answer['revenueAggregates'])
  })

  it('a token that the gateway does not take is one message', async () => {
    await using gateway = await startHttp()
    const { code, stderr } = await isthmus([
      ...['report', 'run', 'customer-360', '--url', `${gateway.url}/graphql`, '--token', 'x'],
    ])
    assert.deepEqual(
      [code, stderr],
      [1, 'UNAUTHENTICATED: The gateway does not take this token.\n'],
    )
  })

  it('a taken port is one message', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo // a TCP server has one once it listens
    const supergraph = 'gateway/supergraph/supergraph.graphql'
    const results = await Promise.all([
      isthmus(['serve', '--supergraph', supergraph, '--port', String(port), '--no-auth'], env),
      isthmus(['subgraph', 'hr', '--port', String(port)], env),
    ])
    server.close()
    for (const { code, stderr } of results) {
      assert.match(stderr, /^ADDRESS_IN_USE: /)
      assert.doesNotMatch(stderr, hasStack)
      assert.equal(code, 1)
    }
  })

  it('subgraph --key prints what a subgraph alone needs to know its gateway', async () => {
    const { code, stdout } = await isthmus(['subgraph', 'hr', '--key'], { ISTHMUS_DATA: data })
    const made = subgraphSecret(demoSecret(data), 'hr')
    assert.deepEqual([code, stdout], [0, `ISTHMUS_SUBGRAPH_SECRET="${made}"\n`])
  })

  it('compose --check passes on the committed files and fails on a changed schema', async () => {
    const fresh = await isthmus(['compose', '--check'])
    assert.deepEqual([fresh.code, fresh.stderr], [0, ''])
    const stale = await isthmus(['compose', '--check'], { ISTHMUS_SUPERGRAPH: smallerSupergraph() })
    assert.match(stale.stderr, /SUPERGRAPH_INVALID: A committed supergraph is stale/)
    assert.equal(stale.code, 1)
  })

  it('check says nothing on the committed schema; a removed system is breaking', async () => {
    const same = await isthmus(['check', '--json'])
    assert.deepEqual([same.code, JSON.parse(same.stdout)], [0, []])
    const removed = await isthmus(['check'], { ISTHMUS_SUPERGRAPH: smallerSupergraph() })
    assert.equal(removed.code, 1)
    assert.match(removed.stdout, /^breaking: \d+\n {2}/)
    assert.match(removed.stdout, /^ {2}Field '\w+' was removed from object type 'Query'/m)
  })

  /** A supergraph.yaml without the systems that only add to others. */
  function smallerSupergraph(): string {
    const file = join(data, 'smaller.yaml')
    const entry = (name: string) =>
      `  ${name}:\n    routing_url: http://127.0.0.1:1/\n    schema: { file: ${join(import.meta.dirname, `../../../subgraphs/${name}/schema.graphql`)} }\n`
    writeFileSync(file, `subgraphs:\n${['crm', 'erp', 'hr'].map(entry).join('')}`)
    return file
  }
})
