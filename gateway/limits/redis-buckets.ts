/**
 * The same token buckets in Redis, so that all processes count together. `rate-limiter-flexible`
 * speaks to it; the library counts in fixed windows, which lets a caller spend twice around their
 * border, so the step that adds points is a script of our own.
 */
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import { createMemoryBuckets, type Bucket, type Buckets, type Level } from './buckets.ts'
import type { Redis } from './redis.ts'

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

export function createRedisBuckets(redis: Redis, now: () => number): Buckets {
  const memory = createMemoryBuckets(now)
  const limiters = new Map<string, RateLimiterRedis>()
  const limiterOf = ({ quota, windowSeconds }: Bucket): RateLimiterRedis => {
    const name = `${quota}/${windowSeconds}`
    const known = limiters.get(name)
    if (known !== undefined) return known
    const limiter = new RateLimiterRedis({
      storeClient: redis.client,
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
  return {
    take: async (bucket, points) =>
      (await redis.ask(() => taken(limiterOf(bucket), bucket, points))) ??
      memory.take(bucket, points),
  }
}

/** The library rejects with a level where there are too few points, and with an error otherwise. */
async function taken(limiter: RateLimiterRedis, bucket: Bucket, points: number): Promise<Level> {
  try {
    const result = await limiter.consume(bucket.key, points)
    return levelOf(result, bucket, { isTaken: true, points })
  } catch (error) {
    if (error instanceof RateLimiterRes) return levelOf(error, bucket, { isTaken: false, points })
    throw error
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
