/**
 * The load, in a process of its own: a closed loop of a few connections, each of which asks again as
 * soon as it is answered, for a given time. Told by the parent what to ask, tells what it saw.
 */
import { Pool } from 'undici'

export interface Load {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Request bodies, asked in turn. */
  readonly bodies: readonly string[]
  readonly connections: number
  /** No request begins after this many milliseconds … */
  readonly milliseconds: number
  /** … unless fewer than this many were asked. */
  readonly minimum: number
}

export interface Seen {
  readonly requests: number
  /** Answers with another status than 200, or with errors in them. */
  readonly failed: number
  readonly seconds: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

const errors = Buffer.from('"errors":')

async function run({ url, headers, bodies, ...load }: Load): Promise<Seen> {
  const { origin, pathname } = new URL(url)
  const pool = new Pool(origin, { connections: load.connections })
  const latencies: number[] = []
  let failed = 0
  let asked = 0
  const began = performance.now()
  const isOver = () => asked >= load.minimum && performance.now() - began >= load.milliseconds
  const ask = async (body: string) => {
    const askedAt = performance.now()
    const response = await pool.request({
      path: pathname,
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body,
    })
    const answer = Buffer.from(await response.body.arrayBuffer())
    latencies.push(performance.now() - askedAt)
    if (response.statusCode !== 200 || answer.includes(errors)) failed += 1
  }
  await Promise.all(
    Array.from({ length: load.connections }, async () => {
      while (!isOver()) {
        const body = bodies[asked % bodies.length] ?? ''
        asked += 1
        await ask(body)
      }
    }),
  )
  const seconds = (performance.now() - began) / 1_000
  await pool.close()
  latencies.sort((a, b) => a - b)
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? NaN
  return { requests: latencies.length, failed, seconds, p50: at(0.5), p99: at(0.99) }
}

if (process.send !== undefined) {
  process.on('message', (load: Load) => {
    void run(load).then(
      (seen) => process.send?.({ seen }),
      (error: unknown) => process.send?.({ error: String(error) }),
    )
  })
}
