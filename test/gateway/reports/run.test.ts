/** A gateway that is asked over HTTP: whatever the address answers, the question comes to an end. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { askOver, type AskLimits } from '../../../gateway/reports/run.ts'

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
}

const ask = (url: string, limits?: AskLimits) =>
  askOver(url, 'of-the-test', { document: '{ a }', variables: {} }, limits)

describe('a gateway that is asked over HTTP', () => {
  it('is heard when it answers in GraphQL', async (t) => {
    const url = await serve(t, (_, response) => response.end('{"data":{"a":"ä"}}'))
    assert.deepEqual(await ask(url), { data: { a: 'ä' }, errors: [] })
  })

  it('may answer as much as the limit', async (t) => {
    const text = '{"data":{"a":1}}'
    const url = await serve(t, (_, response) => response.end(text))
    assert.deepEqual((await ask(url, { maxAnswerBytes: text.length })).data, { a: 1 })
  })

  it('may not answer more, and is let go', async (t) => {
    let isClosed = Promise.withResolvers<void>()
    const url = await serve(t, (_, response) => {
      response.on('close', () => isClosed.resolve())
      const more = () => {
        while (response.write(' '.repeat(64 * 1024)));
      }
      response.on('drain', more)
      more()
    })
    await assert.rejects(ask(url, { maxAnswerBytes: 1024 * 1024 }), {
      code: 'SOURCE_DATA_INVALID',
      message: 'The gateway answered more than 1 MB: ask for less at once.',
    })
    await isClosed.promise
    isClosed = Promise.withResolvers()
    await assert.rejects(ask(url), { message: /more than 64 MB/ })
    await isClosed.promise
  })

  for (const [what, answer] of [
    ['does not answer', () => undefined],
    [
      'answers a little now and then',
      (_, response) => {
        const timer = setInterval(() => response.write(' '), 20)
        response.on('close', () => clearInterval(timer))
      },
    ],
  ] as const satisfies readonly (readonly [string, RequestListener])[]) {
    it(`is given up when it ${what}`, async (t) => {
      const url = await serve(t, answer)
      const startedAt = performance.now()
      await assert.rejects(ask(url, { deadlineMs: 200 }), {
        code: 'SOURCE_TIMEOUT',
        message: 'The gateway did not answer within 0.2 s: ask for less at once, or later.',
      })
      assert.ok(performance.now() - startedAt < 2_000)
    })
  }

  for (const [what, answer, code] of [
    ['does not take the token', (_, response) => response.writeHead(401).end(), 'UNAUTHENTICATED'],
    ['answers no JSON', (_, response) => response.end('<html>'), 'SOURCE_DATA_INVALID'],
    ['answers no GraphQL', (_, response) => response.end('{"a":1}'), 'SOURCE_DATA_INVALID'],
    [
      'breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('{"data":')
        setTimeout(() => response.destroy(), 20)
      },
      'SOURCE_UNAVAILABLE',
    ],
    ['hangs up', (_, response) => response.destroy(), 'SOURCE_UNAVAILABLE'],
  ] as const satisfies readonly (readonly [string, RequestListener, string])[]) {
    it(`is refused with ${code} when it ${what}`, async (t) => {
      await assert.rejects(ask(await serve(t, answer)), { code })
    })
  }

  it('has an address', async () => {
    await assert.rejects(ask('no address'), { code: 'BAD_USER_INPUT' })
  })
})
