/** A foreign system over HTTP: it says a code, never its own words; and what it answers is bounded. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { sharedKey, verifyInternalToken } from '#shared/internal-token.ts'
import { Call, createQuestion } from '../../gateway/engine/question.ts'
import { httpSource } from '../../gateway/sources/http.ts'
import { anyone } from '../support/subgraph-fixture.ts'

async function ask(
  t: TestContext,
  answer: RequestListener,
  {
    speaks = false,
    secret = undefined as string | undefined,
    signal = AbortSignal.timeout(5_000),
  } = {},
) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const source = httpSource({
    name: 'shop',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql?v=1`,
    key: secret === undefined ? undefined : sharedKey(secret),
    speaks,
  })
  t.after(async () => {
    await source[Symbol.asyncDispose]()
    server.closeAllConnections()
    server.close()
  })
  const call = new Call(createQuestion('{ a }', undefined, []), {
    values: {},
    representations: new Map(),
    principal: anyone,
    deadlineAt: performance.now() + 5_000,
    onStatement: () => undefined,
  })
  signal.addEventListener('abort', () => call.stop(signal.reason))
  return source.send(call)
}

const says =
  (body: unknown): RequestListener =>
  (_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))

const refusing = (code: string) =>
  says({
    data: null,
    errors: [
      {
        message: 'SELECT secret FROM t',
        path: ['a'],
        extensions: { code, argument: 'first', sql: 'x', stacktrace: ['y'] },
      },
    ],
  })

describe('a system over HTTP', () => {
  it('that is ours keeps its words, and of its details those that are meant for clients', async (t) => {
    const [error] = (await ask(t, refusing('BAD_USER_INPUT'), { speaks: true })).errors ?? []
    assert.equal(error?.message, 'SELECT secret FROM t')
    assert.deepEqual(error.extensions, { code: 'BAD_USER_INPUT', argument: 'first' })
  })

  for (const [said, code] of [
    ['BAD_USER_INPUT', 'BAD_USER_INPUT'],
    ['GRAPHQL_VALIDATION_FAILED', 'SOURCE_DATA_INVALID'],
    ['UNAUTHENTICATED', 'SOURCE_DATA_INVALID'],
    ['ANYTHING', 'SOURCE_DATA_INVALID'],
  ] as const) {
    it(`that is foreign and says ${said} is heard as ${code} only`, async (t) => {
      const [error] = (await ask(t, refusing(said))).errors ?? []
      assert.doesNotMatch(error?.message ?? 'SELECT', /SELECT/)
      assert.deepEqual(error?.extensions, { code })
      assert.deepEqual(error.path, ['a'])
    })
  }

  it('is sent a token for it alone, the time it has, and no header of the client', async (t) => {
    const secret = 's'.repeat(40)
    let seen: IncomingHttpHeaders = {}
    let url = ''
    await ask(
      t,
      (request, response) => {
        seen = request.headers
        url = request.url ?? ''
        says({ data: { a: 1 } })(request, response)
      },
      { secret },
    )
    assert.equal(url, '/graphql?v=1')
    const token = (seen.authorization ?? '').replace('Bearer ', '')
    assert.equal(
      verifyInternalToken(token, 'shop', sharedKey(secret)).principal.subject,
      anyone.subject,
    )
    assert.throws(() => verifyInternalToken(token, 'bank', sharedKey(secret)), {
      code: 'UNAUTHENTICATED',
    })
    assert.ok(Number(seen['isthmus-deadline-ms']) <= 5_000)
    assert.equal(seen.cookie, undefined)
  })

  it('that answers without end is cut off', async (t) => {
    await assert.rejects(
      ask(t, (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' })
        const chunk = 'x'.repeat(1024 * 1024)
        const more = () => {
          while (!response.destroyed && response.write(chunk));
          response.once('drain', more)
        }
        more()
      }),
      { code: 'SOURCE_DATA_INVALID' },
    )
  })

  it('is left at once when the client leaves', async (t) => {
    const leaving = new AbortController()
    const closed = Promise.withResolvers<void>()
    const pending = ask(
      t,
      (_, response) => {
        response.once('close', closed.resolve)
        leaving.abort()
      },
      { signal: leaving.signal },
    )
    await assert.rejects(pending, { code: 'CANCELLED' })
    await closed.promise
  })
})
