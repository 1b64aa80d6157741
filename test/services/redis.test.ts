/** What needs a real Redis: `ISTHMUS_TEST_REDIS_URL` says where; without it these tests fail. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { openRedisBuckets } from '../../gateway/limits/redis-buckets.ts'
import { noLog } from '../../gateway/log.ts'

it('points in Redis are one bucket for all processes', async () => {
  const url = process.env['ISTHMUS_TEST_REDIS_URL']
  assert.ok(url, 'ISTHMUS_TEST_REDIS_URL is not set, for instance to redis://127.0.0.1:6379')
  const warnings: unknown[] = []
  const log = { ...noLog, warn: (what: object) => void warnings.push(what) }
  const open = () => openRedisBuckets(url, { log, now: () => performance.now() })
  using one = await open()
  using another = await open()
  const bucket = { key: `test:${process.pid}:${Date.now()}`, quota: 600, windowSeconds: 600 }
  assert.equal((await one.take(bucket, 400)).isTaken, true)
  const refused = await another.take(bucket, 400)
  assert.equal(refused.isTaken, false)
  assert.ok(refused.remaining >= 199 && refused.remaining <= 210, String(refused.remaining))
  assert.ok(refused.waitMs > 150_000 && refused.waitMs <= 200_000, String(refused.waitMs))
  const taken = await another.take(bucket, 100)
  assert.ok(taken.isTaken && taken.remaining >= 99 && taken.remaining <= 110)
  assert.ok((await one.take(bucket, -100)).remaining >= 199)
  assert.deepEqual(warnings, [], 'Redis was not there')
})
