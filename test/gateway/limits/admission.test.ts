/** Points and questions at the same time: token buckets in memory, and in Redis when it is away. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AppError } from '#shared/errors.ts'
import { createAdmission, type Quota } from '../../../gateway/limits/admission.ts'
import { createMemoryBuckets } from '../../../gateway/limits/buckets.ts'
import { countInMemory, countInRedis } from '../../../gateway/limits/counting.ts'
import { defaultLimits } from '../../../gateway/limits/limits.ts'
import { noLog } from '../../../gateway/log.ts'

const limits = { ...defaultLimits.partner, costPerMinute: 60, costPerDay: 100, concurrency: 2 }
const codeIs = (code: string) => (error: unknown) =>
  error instanceof AppError && error.code === code

describe('a bucket', () => {
  it('is spent at once and fills up evenly', () => {
    let now = 0
    const buckets = createMemoryBuckets(() => now)
    const bucket = { key: 'a', quota: 60, windowSeconds: 60 }
    assert.deepEqual(buckets.take(bucket, 60), {
      ...{ isTaken: true, remaining: 0, fullInMs: 60_000, waitMs: 0 },
    })
    now = 5_000
    assert.deepEqual(buckets.take(bucket, 10), {
      ...{ isTaken: false, remaining: 5, fullInMs: 55_000, waitMs: 5_000 },
    })
    now = 10_000
    assert.equal(buckets.take(bucket, 10).isTaken, true)
    assert.equal(buckets.take({ ...bucket, key: 'b' }, 60).isTaken, true)
  })
})

describe('admission', () => {
  it('refuses what is not left with how long to wait, and tells the buckets', async () => {
    let now = 0
    using admission = createAdmission(countInMemory(() => now))
    const told: (readonly Quota[])[] = []
    const spend = (points: number) =>
      admission.spend('s', points, limits, (quotas) => told.push(quotas))
    await spend(50)
    assert.deepEqual(
      told[0]?.map(({ name, remaining }) => [name, remaining]),
      [
        ['minute', 10],
        ['day', 50],
      ],
    )
    await assert.rejects(spend(30), (error) => {
      assert.ok(error instanceof AppError)
      assert.equal(error.code, 'RATE_LIMITED')
      assert.deepEqual(error.details, { limit: 'costPerMinute', retryAfterSeconds: 20 })
      return true
    })
    await admission.spend('another', 50, limits)
    now = 60_000
    await spend(50)
    now = 120_000
    await assert.rejects(spend(30), /left for this day/)
    // What the day refused is not taken from the minute.
    assert.equal((await admission.look('s', limits))[0]?.remaining, 60)
  })

  it('counts the questions of a caller at the same time', async () => {
    using admission = createAdmission(countInMemory(() => 0))
    const leave = admission.enter('s', limits)
    assert.ok(typeof leave === 'function', 'in memory nobody waits')
    await admission.enter('s', limits)
    assert.throws(() => admission.enter('s', limits), codeIs('CONCURRENCY_LIMITED'))
    await admission.enter('another', limits)
    leave()
    await admission.enter('s', limits)
  })
})

describe('a store', () => {
  it('that is away leaves each process to its own memory, and says so once', async () => {
    const said: string[] = []
    const log = { ...noLog, warn: (_: object, text?: string) => void said.push(text ?? '') }
    using admission = createAdmission(
      await countInRedis('redis://127.0.0.1:1', { log, now: () => 0 }),
    )
    await admission.spend('s', 50, limits)
    await assert.rejects(admission.spend('s', 30, limits), codeIs('RATE_LIMITED'))
    const leave = await admission.enter('s', limits)
    await admission.enter('s', limits)
    assert.throws(() => admission.enter('s', limits), codeIs('CONCURRENCY_LIMITED'))
    leave()
    await admission.enter('s', limits)
    assert.deepEqual(said, ['limits.store is away: each process counts for itself'])
  })
})
