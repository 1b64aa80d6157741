/**
 * The same token buckets in Redis, so that all processes count together. `rate-limiter-flexible`
 * speaks to it; the library counts in fixed windows, which lets a caller spend twice around their
 * border, so the step that adds points is a script of our own.
 *
 * When Redis is away or slow, each process counts in its own memory until it is back: a caller may then
 * spend its quota once in each process, and nobody is locked out. That is logged once each time.
 */
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { AppError } from '#shared/errors.ts'
import type { Log } from '../log.ts'
import { createMemoryBuckets, type Bucket, type Buckets, type Level } from './buckets.ts'

/** Longer than this Redis is not waited for. */
const answerWithinMs = 250
/** How long it is left alone after that, so that not every question waits. */
const leaveAloneMs = 1_000

/**
 * KEYS[1]: a hash of points spent and when. ARGV: points to add, seconds that the library keeps a key,
 * quota, window in seconds. Answers the points that would be spent, and the milliseconds until it is full
 * or, when they are too many, until they would fit. Redis's own clock counts, so that all agree.
 */
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local quota = tonumber(ARGV[3])
local perMs = quota / (tonumber(ARGV[4]) * 1000)
local known = redis.call('HMGET', KEYS[1], 'spent', 'at')
local left = math.max(0, (tonumber(known[1]) or 0) - math.max(0, now - (tonumber(known[2]) or now)) * perMs)
local spent = math.max(0, left + tonumber(ARGV[1]))
if spent > quota then return { math.ceil(spent), math.ceil((spent - quota) / perMs) } end
redis.call('HSET', KEYS[1], 'spent', tostring(spent), 'at', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil(spent / perMs) + 1000)
return { math.ceil(spent), math.ceil(spent / perMs) }
`

export async function openRedisBuckets(
  url: string,
  { log, now }: { readonly log: Log; readonly now: () => number },
): Promise<Buckets> {
  const client = await connect(url)
  const memory = createMemoryBuckets(now)
  const limiters = new Map<string, RateLimiterRedis>()
  let isAway = false
  let askAgainAt = 0
  const limiterOf = ({ quota, windowSeconds }: Bucket): RateLimiterRedis => {
    const name = `${quota}/${windowSeconds}`
    const known = limiters.get(name)
    if (known !== undefined) return known
    const limiter = new RateLimiterRedis({
      storeClient: client,
      useRedisPackage: true,
      rejectIfRedisNotReady: true,
      keyPrefix: 'isthmus:bucket',
      points: quota,
      duration: windowSeconds,
      customIncrTtlLuaScript: script,
    })
    limiters.set(name, limiter)
    return limiter
  }
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
    take: async (bucket, points) => {
      if (now() < askAgainAt) return memory.take(bucket, points)
      try {
        const result = await withinTime(limiterOf(bucket).consume(bucket.key, points))
        back()
        return levelOf(result, bucket, { isTaken: true, points })
      } catch (error) {
        if (error instanceof RateLimiterRes) {
          back()
          return levelOf(error, bucket, { isTaken: false, points })
        }
        away(error)
        return memory.take(bucket, points)
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
  client.on('error', () => undefined) // who takes points tells it
  await Promise.race([
    client.connect().catch(() => undefined),
    new Promise((resolve) => setTimeout(resolve, 1_000).unref()),
  ])
  return client
}

async function withinTime(taken: Promise<RateLimiterRes>): Promise<RateLimiterRes> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('Redis did not answer in time.')), answerWithinMs)
  try {
    return await Promise.race([taken, promise])
  } finally {
    clearTimeout(timer)
    taken.catch(() => undefined) // too late
  }
}

function levelOf(
  { consumedPoints, msBeforeNext }: RateLimiterRes,
  { quota, windowSeconds }: Bucket,
  { isTaken, points }: { isTaken: boolean; points: number },
): Level {
  if (isTaken) {
    return { isTaken, remaining: quota - consumedPoints, fullInMs: msBeforeNext, waitMs: 0 }
  }
  const spent = consumedPoints - points
  return {
    isTaken,
    remaining: Math.max(0, quota - spent),
    fullInMs: (spent * windowSeconds * 1_000) / quota,
    waitMs: msBeforeNext,
  }
}
