/** Answers over real HTTP: usual ones whole, large ones in pieces, only as fast as they are taken. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { createGunzip, gunzipSync } from 'node:zlib'
import type { ExecutionResult } from 'graphql'
import { sendAnswer, sendText } from '../../../gateway/transport/answer.ts'

interface Sent {
  readonly response: ServerResponse
  readonly done: Promise<void>
}

/** A server that sends this answer, and one request to it. */
const serve = (t: TestContext, answer: ExecutionResult, encoding?: string) =>
  serving(
    t,
    (request, response) =>
      sendAnswer(response, answer, {
        status: 200,
        contentType: 'application/json',
        acceptEncoding: request.headers['accept-encoding'],
      }),
    encoding,
  )

async function serving(
  t: TestContext,
  send: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void,
  encoding?: string,
) {
  const sent = Promise.withResolvers<Sent>()
  const server = createServer((request, response) => {
    sent.resolve({ response, done: Promise.resolve(send(request, response)) })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const headers = encoding === undefined ? {} : { 'accept-encoding': encoding }
  const asked = get({ host: '127.0.0.1', port, headers })
  const [received] = (await once(asked, 'response')) as [IncomingMessage]
  return { received, ...(await sent.promise) }
}

/** Rows that are one object, so that the answer weighs nothing before it is written. */
function rowsOf(count: number, length: number) {
  let read = 0
  const row = {
    get text() {
      read += 1
      return 'ü'.repeat(length)
    },
  }
  return { answer: { data: { rows: Array.from({ length: count }, () => row) } }, read: () => read }
}

/** An answer whose JSON has that many characters, of these letters as far as they go. */
function answerOf(letters: string, length: number): ExecutionResult {
  const lengthOf = (content: string) => JSON.stringify({ data: { text: content } }).length
  const each = lengthOf(letters) - lengthOf('')
  const most = letters.repeat((length - lengthOf('')) / each)
  return { data: { text: most + 'x'.repeat(length - lengthOf(most)) } }
}

/** Until nothing more is made for a while. */
async function still(read: () => number): Promise<number> {
  for (;;) {
    const before = read()
    await setTimeout(100)
    if (read() === before) return before
  }
}

describe('an answer', () => {
  it('that the client does not take is cut off in the end; one that is gone at once needs no clock', async (t) => {
    const quick = await serve(t, { data: { text: 'small' } })
    assert.equal(quick.response.listenerCount('timeout'), 0)
    assert.equal(await text(quick.received), '{"data":{"text":"small"}}')
    // More than the system takes for a client that reads nothing, in pieces and whole.
    const large = 'x'.repeat(30_000_000)
    const inPieces = await serve(t, { data: { text: large } })
    const whole = await serving(t, (_, response) =>
      sendText(response, large, { status: 200, contentType: 'text/plain' }),
    )
    for (const { response } of [inPieces, whole]) {
      assert.equal(response.socket?.timeout, 30_000)
      response.emit('timeout', response.socket)
      assert.ok(response.destroyed)
    }
  })

  it('of usual size is sent whole, with its length', async (t) => {
    const { answer } = rowsOf(3, 10)
    const { received } = await serve(t, answer)
    const body = await text(received)
    assert.equal(body, JSON.stringify(answer))
    assert.equal(received.headers['content-length'], String(Buffer.byteLength(body)))
  })

  for (const [script, letters] of [
    ['ASCII', 'invoice "7"\n'],
    ['Latin-1', 'Größe, prêt'],
    ['Chinese', '應收帳款餘額'],
    ['emoji', '👍🏽 👩‍💻'],
    ['all of them', 'a ü 款 👍'],
    ['halves of letters', '\ud83d a \udc4d'],
  ] as const) {
    // One short of the length from where on it is encoded in another way, that length, and more.
    for (const length of [16 * 1024 - 1, 16 * 1024, 100_001]) {
      for (const encoding of [undefined, 'gzip']) {
        it(`of ${length} characters of ${script}, ${encoding ?? 'as it is'}, is its text’s bytes`, async (t) => {
          const answer = answerOf(letters, length)
          const { received } = await serve(t, answer, encoding)
          const sent = await buffer(received)
          assert.equal(received.headers['content-length'], String(sent.length))
          const bytes = received.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
          assert.ok(bytes.equals(Buffer.from(JSON.stringify(answer))), 'other bytes')
        })
      }
    }
  }

  for (const [name, encoding] of [
    ['as it is', undefined],
    ['compressed', 'gzip'],
  ] as const) {
    it(`of 50 MB is sent ${name}, the same bytes, while others have their turn`, async (t) => {
      const { answer } = rowsOf(50_000, 500)
      const { received, response, done } = await serve(t, answer, encoding)
      assert.equal(received.headers['content-length'], undefined)
      assert.equal(received.headers['content-encoding'], encoding)
      let turns = 0
      const others = (async () => {
        while (!response.writableFinished) {
          turns += 1
          await setImmediate()
        }
      })()
      const body = await text(encoding === 'gzip' ? received.pipe(createGunzip()) : received)
      await Promise.all([others, done])
      assert.ok(body === JSON.stringify(answer), 'another text')
      assert.ok(turns > 100, `${turns} turns`)
    })
  }

  it('is made only as fast as it is taken: little waits for a slow reader', async (t) => {
    const count = 100_000
    const { answer, read } = rowsOf(count, 1_000) // 200 MB
    const { received, response, done } = await serve(t, answer)
    received.pause()
    const made = await still(read)
    // Each row is read about three times; the systems' socket buffers hold some megabytes.
    assert.ok(made < count / 2, `${made} of ${count} rows were read`)
    assert.ok(response.writableLength < 1024 * 1024, `${response.writableLength} bytes wait`)
    let most = 0
    let length = 0
    for await (const chunk of received as AsyncIterable<Buffer>) {
      length += chunk.length
      most = Math.max(most, response.writableLength)
    }
    await done
    assert.equal(
      length,
      count * (2_000 + '{"text":""},'.length) - 1 + '{"data":{"rows":[]}}'.length,
    )
    assert.ok(most < 1024 * 1024, `${most} bytes waited`)
  })

  for (const [name, encoding] of [
    ['as it is', undefined],
    ['compressed', 'gzip'],
  ] as const) {
    it(`sent ${name} is no longer made when the client leaves in the middle`, async (t) => {
      const count = 500_000
      const { answer, read } = rowsOf(count, 1_000)
      const { received, done } = await serve(t, answer, encoding)
      await once(received, 'data')
      received.destroy()
      await done // and does not fail
      const made = await still(read)
      assert.ok(made > 0 && made < count / 2, `${made} of ${count} rows were read`)
    })
  }
})
