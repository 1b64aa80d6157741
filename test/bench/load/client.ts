/**
 * The load, in a process of its own. Told by the parent what to ask, tells what it saw. Two ways: a
 * closed loop, in which each connection asks again as soon as it is answered; or a fixed pace, in
 * which requests leave when they are due, and waiting for a busy gateway counts as latency.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'

export interface Load {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Request bodies, asked in turn. */
  readonly bodies: readonly string[]
  readonly connections: number
  /** No request begins after this many milliseconds … */
  readonly milliseconds: number
  /** … unless fewer than this many were asked (closed loop only). */
  readonly minimum: number
  /** Requests a second at a fixed pace; left out, a closed loop. */
  readonly perSecond?: number
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

/** Asks the request of this number; `dueAt` is when its latency begins. */
type Ask = (number: number, dueAt: number) => Promise<void>

async function run(load: Load): Promise<Seen> {
  const { origin, pathname } = new URL(load.url)
  const pool = new Pool(origin, { connections: load.connections })
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json',
    ...load.headers,
  }
  const latencies: number[] = []
  let failed = 0
  const ask: Ask = async (number, dueAt) => {
    const body = load.bodies[number % load.bodies.length] ?? ''
    const response = await pool.request({ path: pathname, method: 'POST', headers, body })
    const answer = Buffer.from(await response.body.arrayBuffer())
    latencies.push(performance.now() - dueAt)
    if (response.statusCode !== 200 || answer.includes('"errors":')) failed += 1
  }
  const began = performance.now()
  await (load.perSecond === undefined ? closedLoop(load, ask) : paced(load, load.perSecond, ask))
  const seconds = (performance.now() - began) / 1_000
  await pool.close()
  latencies.sort((a, b) => a - b)
  const at = (share: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? NaN
  return { requests: latencies.length, failed, seconds, p50: at(0.5), p99: at(0.99) }
}

async function closedLoop({ connections, milliseconds, minimum }: Load, ask: Ask): Promise<void> {
  const endAt = performance.now() + milliseconds
  let asked = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (asked < minimum || performance.now() < endAt) {
        asked += 1
        await ask(asked - 1, performance.now())
      }
    }),
  )
}

async function paced({ milliseconds }: Load, perSecond: number, ask: Ask): Promise<void> {
  const began = performance.now()
  const count = Math.round((milliseconds / 1_000) * perSecond)
  const underway: Promise<void>[] = []
  for (let number = 0; number < count; number += 1) {
    const dueAt = began + (number * 1_000) / perSecond
    const waitMs = dueAt - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    underway.push(ask(number, dueAt))
  }
  await Promise.all(underway)
}

process.on('message', (load: Load) => {
  void run(load).then(
    (seen) => process.send?.({ seen }),
    (error: unknown) => process.send?.({ error: String(error) }),
  )
})
