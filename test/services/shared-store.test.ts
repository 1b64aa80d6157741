/**
 * Two gateways, each with a data folder of its own, over one PostgreSQL: what one changes holds in the
 * other from the next request on, both write one audit, and without the database nobody comes in.
 * `ISTHMUS_TEST_POSTGRES_URL` says where it is; without it these tests fail.
 */
import assert from 'node:assert/strict'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { demoSecret, demoToken } from '../../gateway/tokens/demo.ts'
import { isthmus, repository } from '../support/cli.ts'
import { testDatabase, type TestDatabase } from '../support/database-servers.ts'
import { demoData } from '../support/demo-data.ts'
import { ask, folder, start, type Program } from '../support/program.ts'

const partner = 'harbour-distribution'
const customers = '{ customers(first: 1) { nodes { name } } }'

interface Running {
  readonly env: Readonly<Record<string, string>>
  readonly program: Program
  readonly url: string
  readonly admin: string
}

/** A gateway whose store is reached through the proxy, which can be cut. */
async function running(t: Pick<TestContext, 'after'>, database: TestDatabase): Promise<Running> {
  const data = folder(t as TestContext) // only its after() is used
  cpSync(demoData(), data, { recursive: true })
  cpSync(join(repository, 'gateway/policy'), join(data, 'policy'), { recursive: true })
  const config = join(data, 'config.yaml')
  writeFileSync(
    config,
    'store: ${ISTHMUS_STORE_URL}\naudit: { key: "a key of the tests, of at least 32 characters" }\n',
  )
  const store = new URL(database.ownerUrl)
  store.port = String(database.proxy.port)
  const env = { ISTHMUS_DATA: data, ISTHMUS_CONFIG: config, ISTHMUS_STORE_URL: store.href }
  const program = start(env)
  const url = await program.url
  return { env, program, url, admin: demoToken('admin', demoSecret(data)) }
}

interface Answer {
  readonly status: number
  readonly code: string | undefined
  readonly data: unknown
}

async function answerOf({ url }: Running, token: string, query = customers): Promise<Answer> {
  const response = await ask(url, token, query)
  const { data, errors } = (await response.json()) as {
    data?: unknown
    errors?: readonly { readonly extensions: { readonly code: string } }[]
  }
  return { status: response.status, code: errors?.[0]?.extensions.code, data }
}

describe('two gateways over one PostgreSQL', () => {
  let database: TestDatabase
  let one: Running
  let other: Running
  const ends: (() => unknown)[] = []
  before(async () => {
    const t = { after: (end: () => unknown) => ends.push(end) } as Pick<TestContext, 'after'>
    database = await testDatabase('postgresql')
    ;[one, other] = await Promise.all([running(t, database), running(t, database)])
  })
  after(async () => {
    database.proxy.refuses = false
    database.proxy.stalls = false
    for (const { program } of [one, other]) {
      program.child.kill('SIGTERM')
      assert.equal(await program.exit(), 0)
    }
    for (const end of ends) end()
    await database[Symbol.asyncDispose]()
  })

  let count = 0
  async function newToken(at: Running): Promise<{ readonly id: string; readonly secret: string }> {
    count += 1
    const { data } = await answerOf(
      at,
      at.admin,
      `mutation { createToken(input: { subject: "partner:${partner}", name: "t", days: 1 }, idempotencyKey: "c${count}") { secret token { id } } }`,
    )
    const { createToken } = data as {
      createToken: { secret: string; token: { id: string } }
    }
    return { id: createToken.token.id, secret: createToken.secret }
  }
  const revoke = (at: Running, id: string) =>
    answerOf(
      at,
      at.admin,
      `mutation { revokeToken(input: { id: "${id}" }, idempotencyKey: "r${id}") { token { status } } }`,
    )

  it('a token of one is good at the other, and is refused there at the next request', async () => {
    for (let time = 0; time < 15; time += 1) {
      const { id, secret } = await newToken(one)
      assert.equal((await answerOf(other, secret)).status, 200)
      assert.equal((await answerOf(one, secret)).status, 200)
      const revoked = await revoke(time % 2 === 0 ? one : other, id)
      assert.deepEqual(revoked.data, { revokeToken: { token: { status: 'REVOKED' } } })
      const refused = await Promise.all([answerOf(one, secret), answerOf(other, secret)])
      assert.deepEqual(
        refused.map(({ status, code }) => [status, code]),
        [
          [401, 'UNAUTHENTICATED'],
          [401, 'UNAUTHENTICATED'],
        ],
      )
    }
  })

  it('a revocation among many requests is followed by no answer', async () => {
    const { id, secret } = await newToken(one)
    let revokedAt = Infinity
    let refused = 0
    const asking = async (at: Running): Promise<void> => {
      for (;;) {
        const begunAt = performance.now()
        const { status } = await answerOf(at, secret, '{ __typename }')
        assert.ok(status === 401 || begunAt < revokedAt, 'begun after the revocation was answered')
        if (status === 401) {
          refused += 1
          return
        }
      }
    }
    const clients = [one, other].flatMap((at) => Array.from({ length: 8 }, () => asking(at)))
    assert.equal((await answerOf(other, secret)).status, 200)
    assert.equal((await revoke(one, id)).status, 200)
    revokedAt = performance.now()
    await Promise.all(clients)
    assert.equal(refused, 16)
  })

  it('a change that is sent to both is done once', async () => {
    const query = `mutation { createToken(input: { subject: "partner:${partner}", name: "both", days: 1 }, idempotencyKey: "both") { secret token { id } } }`
    const [first, second] = await Promise.all([
      answerOf(one, one.admin, query),
      answerOf(other, other.admin, query),
    ])
    const made = [first, second].map(
      ({ data }) =>
        (data as { createToken: { secret: string | null; token: { id: string } } }).createToken,
    )
    assert.equal(made[0]?.token.id, made[1]?.token.id)
    assert.equal(made.filter(({ secret }) => secret !== null).length, 1)
  })

  it('a subject that the command line disables is out in both', async () => {
    const { secret } = await newToken(one)
    assert.equal((await answerOf(other, secret)).status, 200)
    const disabled = await isthmus(['subject', 'disable', `partner:${partner}`], one.env)
    assert.equal(disabled.code, 0, disabled.stderr)
    assert.equal((await answerOf(one, secret)).status, 401)
    assert.equal((await answerOf(other, secret)).status, 401)
    const enabled = await isthmus(['subject', 'enable', `partner:${partner}`], other.env)
    assert.equal(enabled.code, 0, enabled.stderr)
    assert.equal((await answerOf(one, secret)).status, 200)
  })

  it('both write one audit, which is found and verified from either', async () => {
    const { secret, id } = await newToken(one)
    await Promise.all(
      Array.from({ length: 20 }, (_, at) => answerOf(at % 2 === 0 ? one : other, secret)),
    )
    for (const { env } of [one, other]) {
      const verified = await isthmus(['audit', 'verify'], env)
      assert.match(verified.stdout, /entries are as they were written\.\nhead \d+:[\w-]{43}\n/)
      const search = ['audit', 'search', '--subject', `partner:${partner}`, '--json']
      const found = JSON.parse((await isthmus(search, env)).stdout) as readonly { token: string }[]
      assert.equal(found.filter(({ token }) => token === id).length, 20)
    }
  })

  for (const [how, set] of [
    ['refuses', (isGone: boolean) => (database.proxy.refuses = isGone)],
    ['does not answer', (isGone: boolean) => (database.proxy.stalls = isGone)],
  ] as const) {
    it(`without the database nobody comes in, and all goes on once it is back: it ${how}`, async () => {
      const { secret } = await newToken(one)
      assert.equal((await answerOf(one, secret)).status, 200)
      set(true)
      if (how === 'refuses') database.proxy.cut()
      for (const token of [secret, one.admin]) {
        const begunAt = performance.now()
        const { status, code, data } = await answerOf(one, token)
        assert.deepEqual([status, code, data], [503, 'STORE_UNAVAILABLE', undefined])
        assert.ok(performance.now() - begunAt < 5_000)
      }
      assert.equal((await fetch(`${one.url}/health/live`)).status, 200)
      assert.equal((await answerOf(one, 'no.such.token')).status, 503) // nobody is told anything
      const listed = await isthmus(['token', 'list'], one.env)
      assert.deepEqual([listed.code, listed.stderr.split(':')[0]], [1, 'STORE_UNAVAILABLE'])
      assert.ok(!listed.stderr.includes('127.0.0.1'))
      set(false)
      assert.equal((await answerOf(one, secret)).status, 200)
      assert.equal((await answerOf(other, secret)).status, 200)
      assert.equal((await isthmus(['audit', 'verify'], one.env)).code, 0)
    })
  }

  it('a gateway stops although its database does not answer', async (t) => {
    const stopping = await running(t, database)
    assert.equal((await answerOf(stopping, stopping.admin)).status, 200)
    database.proxy.stalls = true
    const begunAt = performance.now()
    stopping.program.child.kill('SIGTERM')
    assert.equal(await stopping.program.exit(), 0)
    database.proxy.stalls = false
    assert.ok(performance.now() - begunAt < 20_000)
  })

  it('a gateway does not start without its database', async (t) => {
    database.proxy.refuses = true
    await assert.rejects(running(t, database), /STORE_UNAVAILABLE: .* cannot be reached/)
    database.proxy.refuses = false
    const wrong = new URL(database.url)
    wrong.pathname = '/isthmus_not_there'
    const env = { ...one.env, ISTHMUS_STORE_URL: wrong.href }
    assert.match((await isthmus(['token', 'list'], env)).stderr, /not on its server under the name/)
    const { ISTHMUS_STORE_URL: _, ...without } = one.env
    const unset = await isthmus(['token', 'list'], without)
    assert.match(unset.stderr, /CONFIGURATION_INVALID[\s\S]*store: expected an address/)
    const reader = await isthmus(['subject', 'disable', 'mei.lin'], {
      ...one.env,
      ISTHMUS_STORE_URL: database.url,
    })
    assert.match(reader.stderr, /^AUDIT_UNAVAILABLE: .*nothing is changed/)
  })
})
