/** A body is the same text whether it has come already or is still coming, and is bounded in both cases. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { listen, readBody } from '#shared/http-server.ts'

/** Answers the body that came, read after a while; what is wrong with it is the server's to say. */
const echo = (waitMs: number) =>
  listen(
    async (request, response) => {
      if (waitMs > 0) await sleep(waitMs)
      const wasComplete = request.complete
      response.end(JSON.stringify({ wasComplete, body: await readBody(request, 50_000) }))
    },
    { host: '127.0.0.1', port: 0 },
  )

async function post(url: string, body: string | ReadableStream): Promise<Response> {
  return await fetch(url, { method: 'POST', body, duplex: 'half' })
}

/** In pieces and without a length, so that nothing is announced. */
const pieces = (text: string): ReadableStream => new Blob([text]).stream()

for (const [when, waitMs] of [
  ['is still coming', 0],
  ['has come already', 100],
] as const) {
  describe(`a body that ${when}`, () => {
    it('is read whole, on one connection after another', async () => {
      const server = await echo(waitMs)
      try {
        for (const text of ['{"query":"{ a }"}', '', '訂單 ✓'.repeat(2_000)]) {
          const answer = await post(server.url, text)
          assert.equal(answer.status, 200)
          const { wasComplete, body } = (await answer.json()) as Record<string, unknown>
          assert.equal(body, text)
          if (waitMs > 0) assert.equal(wasComplete, true)
        }
      } finally {
        await server.close()
      }
    })

    it('is refused where it is too large', async () => {
      const server = await echo(waitMs)
      try {
        const fits = 'a'.repeat(50_000)
        assert.equal((await post(server.url, pieces(fits))).status, 200)
        const answer = await post(server.url, pieces(`${fits}a`))
        assert.equal(answer.status, 413)
        assert.match(await answer.text(), /REQUEST_TOO_LARGE/)
      } finally {
        await server.close()
      }
    })
  })
}
