/** Deliveries over real HTTP: how they are signed, what is tried again, and when it is given up. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { deliver, type DeliverOptions } from '../../../gateway/webhooks/deliver.ts'
import { freshSecret, readSecrets } from '../../../gateway/webhooks/secrets.ts'
import { startReceiver, status, verified, type Received } from '../../support/webhook-receiver.ts'

const event = { type: 'report', data: { report: 'of-the-test', content: '“1,00 €”\n' } } as const
const secret = freshSecret()

/** How long would have been waited, and what was told. */
const impatient = (more: DeliverOptions = {}) => {
  const waits: number[] = []
  const told: string[] = []
  const options: DeliverOptions = {
    onRetry: (text) => told.push(text),
    wait: (ms) => {
      waits.push(ms)
      return Promise.resolve()
    },
    ...more,
  }
  return { options, waits, told }
}

const first = ([received]: readonly Received[]): Received => {
  assert.ok(received, 'nothing came')
  return received
}

describe('a delivery', () => {
  it('is signed so that the library of the specification and plain HMAC take it', async () => {
    await using receiver = await startReceiver()
    const { id, status: said } = await deliver(event, { url: receiver.url, secrets: [secret] })
    assert.equal(said, 204)
    assert.equal(receiver.received.length, 1)
    const got = first(receiver.received)
    assert.equal(got.headers['webhook-id'], id)
    assert.equal(got.headers['content-type'], 'application/json')
    const { type, timestamp, data } = verified(got, secret) as Record<string, string>
    assert.deepEqual({ type, data }, event)
    assert.equal(new Date(String(timestamp)).toISOString(), timestamp)
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
    const signed = `${id}.${got.headers['webhook-timestamp']}.${got.body}`
    const expected = createHmac('sha256', key).update(signed).digest('base64')
    assert.equal(got.headers['webhook-signature'], `v1,${expected}`)
  })

  it('does not verify with another body, id, secret, or when it is old', async () => {
    await using receiver = await startReceiver()
    await deliver(event, { url: receiver.url, secrets: [secret] })
    const { body, headers } = first(receiver.received)
    assert.doesNotThrow(() => verified({ body, headers }, secret))
    const noMatch = /No matching signature/
    assert.throws(() => verified({ body: body.replace('1,00', '9,00'), headers }, secret), noMatch)
    assert.throws(() => verified({ body, headers }, freshSecret()), noMatch)
    assert.throws(
      () => verified({ body, headers: { ...headers, 'webhook-id': 'msg_other' } }, secret),
      noMatch,
    )
    const old = String(Number(headers['webhook-timestamp']) - 301)
    assert.throws(
      () => verified({ body, headers: { ...headers, 'webhook-timestamp': old } }, secret),
      /too old/,
    )
    const moved = String(Number(headers['webhook-timestamp']) - 1)
    assert.throws(
      () => verified({ body, headers: { ...headers, 'webhook-timestamp': moved } }, secret),
      noMatch,
    )
  })

  it('is signed by each secret, so that either verifies while they rotate', async () => {
    await using receiver = await startReceiver()
    const next = freshSecret()
    await deliver(event, { url: receiver.url, secrets: [secret, next] })
    const got = first(receiver.received)
    assert.match(got.headers['webhook-signature'] ?? '', /^v1,\S{44} v1,\S{44}$/)
    for (const each of [secret, next]) assert.doesNotThrow(() => verified(got, each))
    assert.throws(() => verified(got, freshSecret()), /No matching signature/)
  })

  it('is tried again under the same id, later each time, until it is taken', async () => {
    await using receiver = await startReceiver()
    receiver.answers.push(status(503), status(503), status(200))
    const { options, waits, told } = impatient()
    const { id, status: said } = await deliver(
      event,
      { url: receiver.url, secrets: [secret] },
      options,
    )
    assert.equal(said, 200)
    assert.deepEqual(
      receiver.received.map(({ headers }) => headers['webhook-id']),
      [id, id, id],
    )
    assert.equal(new Set(receiver.received.map(({ body }) => body)).size, 1)
    for (const got of receiver.received) assert.doesNotThrow(() => verified(got, secret))
    const [one = 0, two = 0] = waits
    assert.ok(one >= 800 && one <= 1_200 && two >= 1_600 && two <= 2_400, String(waits))
    assert.equal(told.length, 2)
    assert.match(told[0] ?? '', /^Try 1 of 5: status 503; the next one in \d\.\d s\.$/)
  })

  for (const code of [408, 429, 500, 504]) {
    it(`is tried again after status ${code}, and given up with it`, async () => {
      await using receiver = await startReceiver()
      receiver.answers.push(status(code), status(code), status(code), status(code), status(code))
      const { options } = impatient()
      await assert.rejects(deliver(event, { url: receiver.url, secrets: [secret] }, options), {
        code: 'WEBHOOK_FAILED',
        message: `The webhook did not take what was sent: status ${code}, at try 5.`,
      })
      assert.equal(receiver.received.length, 5)
    })
  }

  for (const code of [400, 401, 404, 410]) {
    it(`is not tried again after status ${code}`, async () => {
      await using receiver = await startReceiver()
      receiver.answers.push(status(code))
      const { options } = impatient()
      await assert.rejects(deliver(event, { url: receiver.url, secrets: [secret] }, options), {
        code: 'WEBHOOK_FAILED',
        message: `The webhook did not take what was sent: status ${code}.`,
      })
      assert.equal(receiver.received.length, 1)
    })
  }

  for (const code of [301, 302, 307, 308]) {
    it(`does not follow a redirect with status ${code}`, async () => {
      await using receiver = await startReceiver()
      await using elsewhere = await startReceiver()
      receiver.answers.push(status(code, { location: elsewhere.url }))
      const { options } = impatient()
      await assert.rejects(deliver(event, { url: receiver.url, secrets: [secret] }, options), {
        code: 'WEBHOOK_FAILED',
        message: `The webhook did not take what was sent: status ${code}.`,
      })
      assert.equal(receiver.received.length, 1)
      assert.equal(elsewhere.received.length, 0)
    })
  }

  it('is tried again where nobody listens, and names neither host nor port', async () => {
    const gone = createServer().listen(0, '127.0.0.1')
    await once(gone, 'listening')
    const { port } = gone.address() as AddressInfo
    gone.close()
    await once(gone, 'close')
    const { options, told } = impatient({ maxTries: 3 })
    await assert.rejects(
      deliver(event, { url: `http://127.0.0.1:${port}/`, secrets: [secret] }, options),
      {
        code: 'WEBHOOK_FAILED',
        message:
          'The webhook did not take what was sent: it could not be reached (ECONNREFUSED), at try 3.',
      },
    )
    assert.equal(told.length, 2)
    assert.ok(!told.join('\n').includes('127.0.0.1'))
  })

  const hangs = () => undefined

  it('that hangs is given up by the try, and tried again', async () => {
    await using receiver = await startReceiver()
    receiver.answers.push(hangs, status(200))
    const { options, told } = impatient({ tryMs: 100 })
    await deliver(event, { url: receiver.url, secrets: [secret] }, options)
    assert.match(told.join('\n'), /^Try 1 of 5: no answer in time; /)
    assert.equal(receiver.received.length, 2)
  })

  it('that hangs is given up by the deadline of all tries', async () => {
    await using receiver = await startReceiver()
    receiver.answers.push(status(503), hangs)
    // What is waited after the first try counts, though the test does not wait: 0.8 to 1.2 s.
    const { options } = impatient({ deadlineMs: 1_500 })
    await assert.rejects(deliver(event, { url: receiver.url, secrets: [secret] }, options), {
      code: 'WEBHOOK_FAILED',
      message:
        'The webhook did not take what was sent: no success within 1.5 s: no answer in time, at try 2.',
    })
  })

  it('does not wait for a next try beyond the deadline', async () => {
    await using receiver = await startReceiver()
    receiver.answers.push(status(503))
    const startedAt = performance.now()
    await assert.rejects(
      deliver(event, { url: receiver.url, secrets: [secret] }, { deadlineMs: 200 }),
      {
        code: 'WEBHOOK_FAILED',
        message: 'The webhook did not take what was sent: no success within 0.2 s: status 503.',
      },
    )
    assert.ok(performance.now() - startedAt < 750)
    assert.equal(receiver.received.length, 1)
  })

  it('is taken when the status says so, though the rest of the answer never comes', async () => {
    await using receiver = await startReceiver()
    receiver.answers.push((response) => {
      response.writeHead(200, { 'content-length': '10' }).write('half')
    })
    const { status: said } = await deliver(
      event,
      { url: receiver.url, secrets: [secret] },
      { tryMs: 150 },
    )
    assert.equal(said, 200)
    assert.equal(receiver.received.length, 1)
  })
})

describe('a receiver that says when to come back', () => {
  const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toUTCString()
  for (const [what, code, header, low, high] of [
    ['in seconds, with 503', 503, '40', 40_000, 40_000],
    ['in seconds, with 429', 429, '120', 120_000, 120_000],
    ['as a date', 503, inSeconds(90), 80_000, 90_000],
    ['sooner than we come by ourselves', 429, '0', 800, 1_200],
    ['in the past', 429, inSeconds(-90), 800, 1_200],
    ['in words', 429, 'soon', 800, 1_200],
    ['where that says nothing', 500, '40', 800, 1_200],
  ] as const) {
    it(`${what}, is asked again then`, async () => {
      await using receiver = await startReceiver()
      receiver.answers.push(status(code, { 'retry-after': header }))
      const { options, waits, told } = impatient()
      await deliver(event, { url: receiver.url, secrets: [secret] }, options)
      const [waited = 0] = waits
      assert.ok(waited >= low && waited <= high, String(waited))
      assert.match(told[0] ?? '', new RegExp(`next one in ${(waited / 1_000).toFixed(1)} s`))
      assert.equal(receiver.received.length, 2)
    })
  }

  it('may ask for more than a minute, up to five in all', async () => {
    await using receiver = await startReceiver()
    const later = (seconds: number) => status(429, { 'retry-after': String(seconds) })
    receiver.answers.push(later(100), later(100), later(100), later(2))
    const { options, waits } = impatient()
    await deliver(event, { url: receiver.url, secrets: [secret] }, options)
    assert.deepEqual(waits.slice(0, 3), [100_000, 100_000, 100_000])
    assert.equal(receiver.received.length, 5)
  })

  for (const [taken, refused] of [
    ['250', '100'],
    ['10', '86400'],
  ] as const) {
    it(`is given up at once when it asks for ${refused} s after ${taken} s`, async () => {
      await using receiver = await startReceiver()
      receiver.answers.push(
        status(503, { 'retry-after': taken }),
        status(429, { 'retry-after': refused }),
      )
      const { options, waits } = impatient()
      await assert.rejects(deliver(event, { url: receiver.url, secrets: [secret] }, options), {
        code: 'WEBHOOK_FAILED',
        message: `The webhook did not take what was sent: status 429, and it wants to be asked again only in ${refused} s, which is not waited for, at try 2.`,
      })
      assert.deepEqual(waits, [Number(taken) * 1_000])
      assert.equal(receiver.received.length, 2)
    })
  }
})

describe('secrets of a webhook', () => {
  const names = [
    { variable: 'ONE', at: 'x.yaml:7: webhook.secrets[0]' },
    { variable: 'TWO', at: 'x.yaml:8: webhook.secrets[1]' },
  ]

  it('are new each time, and of the form that is read', () => {
    const [one, two] = [freshSecret(), freshSecret()]
    assert.notEqual(one, two)
    assert.deepEqual(readSecrets(names, { ONE: one, TWO: two }), [one, two])
  })

  it('are all refused together, with their place and without what they are', () => {
    assert.throws(() => readSecrets(names, { TWO: 'whsec_c2hvcnQ=' }), {
      code: 'CONFIGURATION_INVALID',
      message: [
        'Policy:',
        'x.yaml:7: webhook.secrets[0]: ONE is not set in the environment',
        'x.yaml:8: webhook.secrets[1]: TWO has no "whsec_" with 24 to 64 bytes in base64 after it; `isthmus webhook secret` makes one',
      ].join('\n  '),
    })
  })

  const bytes = (count: number) => `whsec_${Buffer.alloc(count, 7).toString('base64')}`
  for (const [what, text, isTaken] of [
    ['24 bytes', bytes(24), true],
    ['64 bytes', bytes(64), true],
    ['23 bytes', bytes(23), false],
    ['65 bytes', bytes(65), false],
    ['no prefix', bytes(24).slice('whsec_'.length), false],
    ['a private key', bytes(24).replace('whsec_', 'whsk_'), false],
    ['what is no base64', `${bytes(24)} x`, false],
    ['a line end', `${bytes(24)}\n`, false],
    ['nothing', '', false],
  ] as const) {
    it(`with ${what} ${isTaken ? 'are taken' : 'are refused'}`, () => {
      const read = () => readSecrets(names.slice(0, 1), { ONE: text })
      if (isTaken) assert.deepEqual(read(), [text])
      else assert.throws(read, { code: 'CONFIGURATION_INVALID' })
    })
  }
})
