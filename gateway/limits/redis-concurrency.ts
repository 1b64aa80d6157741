/**
 * Questions of a caller at the same time, counted in Redis for all processes. Each one is a lease that
 * ends by itself: what a process had under way when it was killed does not count for ever.
 */
import { randomUUID } from 'node:crypto'
import { createMemoryConcurrency, type Concurrency, type Leave } from './concurrency.ts'
import { beyond } from './document.ts'
import type { Limits } from './limits.ts'
import type { Redis } from './redis.ts'

/** What a question may take beyond its `totalMs`, in milliseconds: its entry in the audit, say. */
const settleMs = 5_000

/**
 * KEYS[1]: the leases of a caller, a sorted set by when they end. ARGV: a new lease, how many there may
 * be, how long it lasts in milliseconds. Answers how many there were before: it was taken when they are
 * fewer than there may be. Redis's own clock counts, so that all agree.
 */
const script = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
local before = redis.call('ZCARD', KEYS[1])
if before >= tonumber(ARGV[2]) then return before end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[3]) then redis.call('PEXPIRE', KEYS[1], ARGV[3]) end
return before
`

export function createRedisConcurrency(redis: Redis): Concurrency {
  // What is under way here is counted here in any case: with that it goes on when Redis goes away.
  const memory = createMemoryConcurrency()
  const ofProcess = randomUUID()
  let entered = 0

  const share = async (subject: string, limits: Limits, leaveMemory: Leave): Promise<Leave> => {
    const key = `isthmus:underway:${subject}`
    entered += 1
    const lease = `${ofProcess}:${entered}`
    let isAsked = false
    const before = await redis.ask(async () => {
      isAsked = true
      const { concurrency, totalMs } = limits
      const said = [lease, String(concurrency), String(totalMs + settleMs)]
      return Number(await redis.client.eval(script, { keys: [key], arguments: said }))
    })
    if (before !== null && before >= limits.concurrency) {
      leaveMemory()
      throw beyond('concurrency', before + 1, limits)
    }
    if (!isAsked) return leaveMemory
    return () => {
      leaveMemory()
      // Also when no answer came in time: it may have been taken. If this is lost, the lease ends itself.
      redis.client.zRem(key, lease).catch(() => undefined)
    }
  }
  return { enter: (subject, limits) => share(subject, limits, memory.enter(subject, limits)) }
}
