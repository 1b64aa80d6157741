/**
 * The Redis in which processes count together. When it is away or slow, who asks it is told so and goes
 * on with the memory of the process until it is back: a caller may then have its limits once in each
 * process, and nobody is locked out. That is logged once each time.
 */
import { AppError } from '#shared/errors.ts'
import type { Log } from '../log.ts'

export interface Redis extends Disposable {
  readonly client: Awaited<ReturnType<typeof connect>>
  /** What the work answers; null when Redis is away or does not answer in time. */
  ask<Answer extends object | number>(work: () => Promise<Answer>): Promise<Answer | null>
}

/** Longer than this Redis is not waited for. */
const answerWithinMs = 250
/** How long it is left alone after that, so that not every question waits. */
const leaveAloneMs = 1_000

export async function openRedis(
  url: string,
  { log, now }: { readonly log: Log; readonly now: () => number },
): Promise<Redis> {
  const client = await connect(url)
  let isAway = false
  let askAgainAt = 0
  const away = (error: unknown): void => {
    askAgainAt = now() + leaveAloneMs
    if (isAway) return
    isAway = true
    log.warn({ err: error }, 'limits.store is away: each process counts for itself')
  }
  const back = (): void => {
    if (!isAway) return
    isAway = false
    log.info({}, 'limits.store is back')
  }
  client.on('error', away)
  return {
    client,
    ask: async (work) => {
      if (now() < askAgainAt) return null
      try {
        const answer = await withinTime(work())
        back()
        return answer
      } catch (error) {
        away(error)
        return null
      }
    },
    [Symbol.dispose]: () => {
      client.removeListener('error', away)
      client.on('error', () => undefined) // what it says while it goes is of no interest
      client.destroy()
    },
  }
}

/** In a first second without Redis, the process starts all the same. */
async function connect(url: string) {
  const { createClient } = await import('@redis/client').catch((cause: unknown) => {
    throw new AppError(
      'CONFIGURATION_INVALID',
      'limits.store needs the optional package @redis/client, which is not installed.',
      { cause },
    )
  })
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: 1_000,
      reconnectStrategy: (tries) => Math.min(2_000, 50 * 2 ** tries),
    },
  })
  client.on('error', () => undefined) // who asks tells it
  await Promise.race([
    client.connect().catch(() => undefined),
    new Promise((resolve) => setTimeout(resolve, 1_000).unref()),
  ])
  return client
}

async function withinTime<Answer>(answered: Promise<Answer>): Promise<Answer> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('Redis did not answer in time.')), answerWithinMs)
  try {
    return await Promise.race([answered, promise])
  } finally {
    clearTimeout(timer)
    answered.catch(() => undefined) // too late
  }
}
