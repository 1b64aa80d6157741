/** `isthmus webhook` and `isthmus report run --deliver-to`: what arrives at a partner, and what does not. */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, beforeEach, describe, it } from 'node:test'
import { compactDecrypt, decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose'
import { deliveryTargetNamed, endpointNamed } from '../../../gateway/cli/targets.ts'
import { freshSecret } from '../../../gateway/webhooks/secrets.ts'
import { isthmus, repository } from '../../support/cli.ts'
import { startGraph, type Graph } from '../../support/graph.ts'
import { writePartner } from '../../support/partner-file.ts'
import {
  startReceiver,
  status,
  verified,
  type Received,
  type WebhookReceiver,
} from '../../support/webhook-receiver.ts'

const secret = freshSecret()
const next = freshSecret()
const own = await generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true })

interface ReportEvent {
  readonly type: string
  readonly timestamp: string
  readonly data: { readonly report: string; readonly contentType: string; readonly content: string }
}

describe('the webhook of a partner', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-webhook-'))
  let graph: Graph
  let receiver: WebhookReceiver
  let env: Record<string, string>

  const write = (name: string, more: object) => writePartner(join(folder, 'policy'), name, more)

  before(async () => {
    ;[graph, receiver] = await Promise.all([startGraph(), startReceiver()])
    cpSync(join(repository, 'gateway/policy'), join(folder, 'policy'), { recursive: true })
    writeFileSync(join(folder, 'config.yaml'), '')
    const publicKey = await exportJWK(own.publicKey)
    const webhook = { url: receiver.url, secrets: ['${HOOK_SECRET}'] }
    write('in-clear', { webhook })
    // A key for signatures alone is none that it could be encrypted for.
    write('only-proves', { webhook, jwks: { keys: [{ ...publicKey, use: 'sig' }] } })
    write('encrypted', { webhook, export: { jwks: { keys: [{ ...publicKey, kid: 'export-1' }] } } })
    write('marked', { webhook, jwks: { keys: [{ ...publicKey, kid: 'enc-1', use: 'enc' }] } })
    write('keys-away', { webhook, export: { jwksUrl: 'http://127.0.0.1:1/keys' } })
    // Under `export`, but of a curve that nothing is encrypted for.
    write('unusable', {
      webhook,
      export: { jwks: { keys: [{ ...publicKey, crv: 'secp256k1' }] } },
    })
    write('rotating', {
      webhook: { url: receiver.url, secrets: ['${HOOK_SECRET}', '${HOOK_SECRET_NEXT}'] },
    })
    env = {
      ISTHMUS_DATA: graph.data,
      ISTHMUS_CONFIG: join(folder, 'config.yaml'),
      HOOK_SECRET: secret,
    }
  })
  after(async () => {
    await Promise.all([graph[Symbol.asyncDispose](), receiver[Symbol.asyncDispose]()])
    rmSync(folder, { recursive: true })
  })
  beforeEach(() => {
    receiver.received.length = 0
    receiver.answers.length = 0
  })

  const report = (...args: string[]) => isthmus(['report', 'run', 'order-to-cash', ...args], env)
  const ping = (partner: string, more: Readonly<Record<string, string>> = {}) =>
    isthmus(['webhook', 'ping', partner], { ...env, ...more })
  const arrived = (): Received => {
    const [received, ...more] = receiver.received
    assert.ok(received, 'nothing came')
    assert.equal(more.length, 0)
    return received
  }

  for (const [format, contentType] of [
    ['csv', 'text/csv'],
    ['json', 'application/json'],
  ] as const) {
    it(`is sent as ${format} what the partner itself would get`, async () => {
      const [{ code, stdout, stderr }, plain] = await Promise.all([
        report('--format', format, '--deliver-to', 'in-clear'),
        report('--format', format, '--as', 'partner'),
      ])
      assert.equal(code, 0, stderr)
      const got = arrived()
      const { type, data } = verified(got, secret) as ReportEvent
      assert.equal(type, 'report')
      const { content, ...rest } = data
      assert.deepEqual(rest, { report: 'order-to-cash', contentType })
      assert.equal(content, plain.stdout)
      assert.ok(content.length > 300)
      assert.match(
        stdout,
        /^order-to-cash is delivered to partner:in-clear: status 204 in \d+ ms \(webhook-id \S+\)\n$/,
      )
      assert.ok(stdout.includes(String(got.headers['webhook-id'])))
    })
  }

  /** Of the audit, the oldest first. */
  const audited = async (record: string) => {
    const { stdout } = await isthmus(['audit', 'search', '--record', record, '--json'], env)
    const entries = JSON.parse(stdout) as {
      subject: string
      operationName: string
      outcome: string
      codes: string[]
      records: { type: string; keys: string[] }[]
      delivery?: { id: string; tries: number; bytes: number; status: number | null }
    }[] // our own words
    return entries.toReversed()
  }

  it('is named in the audit, with the report, who sent it and what became of it', async () => {
    const host = new URL(receiver.url).host
    write('noted', { webhook: { url: receiver.url, secrets: ['${HOOK_SECRET}'] } })
    receiver.answers.push(status(503))
    assert.equal((await report('--deliver-to', 'noted')).code, 0)
    receiver.answers.push(status(410))
    assert.equal((await report('--deliver-to', 'noted')).code, 1)
    const entries = await audited('Subject:subject=partner:noted')
    assert.deepEqual(
      entries.map(({ subject, operationName, outcome, codes, records }) => ({
        said: [operationName, outcome, ...codes].join(' '),
        subject,
        records: records.map(({ type, keys }) => `${type}:${keys.join()}`),
      })),
      ['STARTED', 'ANSWERED', 'STARTED', 'REFUSED WEBHOOK_FAILED'].map((outcome) => ({
        said: `webhook report ${outcome}`,
        subject: `cli:${userInfo().username}`,
        records: [
          'Subject:subject=partner:noted',
          'Report:name=order-to-cash',
          `Webhook:host=${host}`,
        ],
      })),
    )
    const sizes = receiver.received.map(({ body }) => Buffer.byteLength(body))
    const ids = receiver.received.map(({ headers }) => headers['webhook-id'])
    assert.deepEqual(
      entries.map(({ delivery }) => delivery),
      [
        undefined,
        { id: ids[1], tries: 2, bytes: sizes[1], status: 204 },
        undefined,
        { id: ids[2], tries: 1, bytes: sizes[2], status: 410 },
      ],
    )
    for (const record of ['Report:name=order-to-cash', `Webhook:host=${host}`])
      assert.ok((await audited(record)).some(({ delivery }) => delivery?.id === ids[1]))
    const listed = await isthmus(['audit', 'search', '--record', `Webhook:host=${host}`], env)
    assert.ok(listed.stdout.includes(`${ids[1]}, ${sizes[1]} bytes, try 2: 204\n`), listed.stdout)
    const text = JSON.stringify(entries)
    assert.ok(!text.includes('whsec_') && !text.includes(new URL(receiver.url).pathname))
    assert.equal((await isthmus(['audit', 'verify'], env)).code, 0)
  })

  it('is named in the audit for a ping as well', async () => {
    write('pinged', { webhook: { url: receiver.url, secrets: ['${HOOK_SECRET}'] } })
    assert.equal((await ping('pinged')).code, 0)
    const entries = await audited('Subject:subject=partner:pinged')
    assert.deepEqual(
      entries.map(({ operationName, outcome }) => `${operationName} ${outcome}`),
      ['webhook ping STARTED', 'webhook ping ANSWERED'],
    )
    assert.equal(entries[1]?.delivery?.id, arrived().headers['webhook-id'])
  })

  it('is sent nothing where the audit cannot be written', async () => {
    const store = new DatabaseSync(join(graph.data, 'isthmus.sqlite'))
    store.exec(`CREATE TRIGGER full BEFORE INSERT ON audit_entry
      BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`)
    try {
      const { code, stdout, stderr } = await ping('in-clear')
      assert.deepEqual([code, stdout], [1, ''])
      assert.match(stderr, /^AUDIT_UNAVAILABLE: .*nothing is changed or sent/)
      assert.equal(receiver.received.length, 0)
    } finally {
      store.exec('DROP TRIGGER full')
      store.close()
    }
  })

  it('is sent a report encrypted where the partner has a key, and again until it is taken', async () => {
    receiver.answers.push(status(503))
    const { code, stdout, stderr } = await report('--deliver-to', 'encrypted')
    assert.equal(code, 0, stderr)
    assert.match(stderr, /^Try 1 of 5: status 503; the next one in \d\.\d s\.\n$/)
    assert.match(stdout, /is delivered to partner:encrypted, encrypted: status 204 in/)
    const [failed, taken] = receiver.received
    assert.ok(failed && taken)
    assert.equal(failed.headers['webhook-id'], taken.headers['webhook-id'])
    const { data } = verified(taken, secret) as ReportEvent
    assert.equal(data.contentType, 'application/jose')
    const { plaintext } = await compactDecrypt(data.content, own.privateKey)
    const { cty, aud } = decodeProtectedHeader(Buffer.from(plaintext).toString())
    assert.deepEqual({ cty, aud }, { cty: 'json', aud: 'partner:encrypted' })
  })

  it('is sent nothing in clear that could be encrypted for its partner', async () => {
    const isSealed = async (partner: string) =>
      (await deliveryTargetNamed(partner, 'json', env)).seal !== null
    assert.equal(await isSealed('in-clear'), false)
    assert.equal(await isSealed('only-proves'), false)
    assert.equal(await isSealed('marked'), true)
    assert.equal(await isSealed('encrypted'), true)
    await assert.rejects(isSealed('unusable'), { code: 'NOT_ACCEPTABLE' })
    await assert.rejects(isSealed('keys-away'), { code: 'SOURCE_UNAVAILABLE' })
  })

  it('is sent a ping, and what came back is told', async () => {
    const { code, stdout } = await ping('partner:in-clear')
    assert.equal(code, 0)
    const got = arrived()
    const { type, data } = verified(got, secret) as ReportEvent
    assert.deepEqual({ type, data }, { type: 'ping', data: { partner: 'partner:in-clear' } })
    const id = got.headers['webhook-id']
    assert.match(
      stdout,
      new RegExp(`^partner:in-clear: status 204 in \\d+ ms \\(webhook-id ${id}\\)\n$`),
    )
  })

  it('is sent a ping once, whatever comes back', async () => {
    receiver.answers.push(status(503))
    const { code, stdout, stderr } = await ping('in-clear')
    assert.deepEqual([code, stdout], [1, ''])
    assert.equal(stderr, 'WEBHOOK_FAILED: The webhook did not take what was sent: status 503.\n')
    assert.equal(receiver.received.length, 1)
  })

  it('is signed for each secret of the file', async () => {
    assert.equal((await ping('rotating', { HOOK_SECRET_NEXT: next })).code, 0)
    for (const each of [secret, next]) assert.doesNotThrow(() => verified(arrived(), each))
  })

  it('is sent nothing when something is missing, which is told', async () => {
    const refused = async (partner: string, expected: object) => {
      await assert.rejects(endpointNamed(partner, env), expected)
      await assert.rejects(deliveryTargetNamed(partner, 'json', env), expected)
    }
    await refused('nobody', {
      code: 'NOT_FOUND',
      message: /^There is no partner plan "nobody"; there/,
    })
    await refused('north-agency', {
      code: 'NOT_FOUND',
      message:
        'The partner "north-agency" has no webhook: "webhook", with "url" and "secrets", in its partner file.',
    })
    await refused('rotating', {
      code: 'CONFIGURATION_INVALID',
      message:
        /^Policy:\n {2}rotating\.yaml:\d+: webhook\.secrets\[1\]: HOOK_SECRET_NEXT is not set in the environment$/,
    })
    await isthmus(['subject', 'disable', 'partner:in-clear'], env)
    await refused('in-clear', { code: 'SUBJECT_DISABLED' })
    const { code, stdout, stderr } = await report('--deliver-to', 'in-clear')
    await isthmus(['subject', 'enable', 'partner:in-clear'], env)
    assert.deepEqual([code, stdout], [1, ''])
    assert.match(stderr, /^SUBJECT_DISABLED: /)
    assert.equal(receiver.received.length, 0)
  })

  it('is sent no question that has no answer', async () => {
    // The receiver stands for a gateway that answers with an error and no data.
    receiver.answers.push((response) => response.end('{"errors":[{"message":"Not now."}]}'))
    const over = ['--url', receiver.url, '--token', 'any']
    const { code, stdout, stderr } = await report(...over, '--deliver-to', 'in-clear')
    assert.deepEqual([code, stdout], [1, ''])
    assert.equal(stderr, 'error: Not now.\nThere is no answer, so nothing is delivered.\n')
    assert.equal(arrived().headers['webhook-id'], undefined)
  })

  it('takes the place of what is printed for it, not both', async () => {
    const { code, stderr } = await report('--deliver-to', 'in-clear', '--encrypt-for', 'in-clear')
    assert.equal(code, 2)
    assert.match(stderr, /'--deliver-to <partner>' cannot be used with option '--encrypt-for/)
    assert.equal(receiver.received.length, 0)
  })

  it('is shown by token explain, without its secrets', async () => {
    const explain = async (...args: string[]) =>
      (await isthmus(['token', 'explain', ...args], { ...env, HOOK_SECRET: secret })).stdout
    const said = await explain('rotating')
    assert.ok(said.includes(`\nWebhook: ${receiver.url}, signed with 2 secrets\n`), said)
    assert.ok((await explain('in-clear')).includes(`${receiver.url}, signed with one secret\n`))
    assert.match(await explain('north-agency'), /^Webhook: none$/m)
    const shown = await explain('rotating', '--json')
    assert.deepEqual(JSON.parse(shown).webhook, { url: receiver.url, secrets: 2 })
    assert.ok(!`${said}${shown}`.includes('whsec_'))
  })

  it('gets a new secret from the command line', async () => {
    const { stdout } = await isthmus(['webhook', 'secret'])
    assert.match(stdout, /^whsec_[A-Za-z0-9+/]{43}=\n$/)
  })
})
