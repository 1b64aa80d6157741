/** Where callers are counted: in this process's memory, or in a Redis for several processes together. */
import type { Log } from '../log.ts'
import { createMemoryBuckets, type Buckets } from './buckets.ts'
import { createMemoryConcurrency, type Concurrency } from './concurrency.ts'
import { createRedisBuckets } from './redis-buckets.ts'
import { createRedisConcurrency } from './redis-concurrency.ts'
import { openRedis } from './redis.ts'

export interface Counting extends Disposable {
  readonly buckets: Buckets
  readonly concurrency: Concurrency
}

/** `now` is milliseconds of a clock that only goes forward. */
export const countInMemory = (now: () => number): Counting => ({
  buckets: createMemoryBuckets(now),
  concurrency: createMemoryConcurrency(),
  [Symbol.dispose]: () => undefined,
})

/** Throws CONFIGURATION_INVALID without the optional package; without a Redis it begins all the same. */
export async function countInRedis(
  url: string,
  options: { readonly log: Log; readonly now: () => number },
): Promise<Counting> {
  const redis = await openRedis(url, options)
  return {
    buckets: createRedisBuckets(redis, options.now),
    concurrency: createRedisConcurrency(redis),
    [Symbol.dispose]: () => redis[Symbol.dispose](),
  }
}
