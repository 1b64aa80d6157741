/** What needs a real Redis: `ISTHMUS_TEST_REDIS_URL` says where; without it these tests fail. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { createClient } from '@redis/client'
import { AppError } from '#shared/errors.ts'
import { createAdmission, type Admission } from '../../gateway/limits/admission.ts'
import { countInRedis, type Counting } from '../../gateway/limits/counting.ts'
import { defaultLimits } from '../../gateway/limits/limits.ts'
import { noLog } from '../../gateway/log.ts'
import { repository } from '../support/cli.ts'

const url = process.env['ISTHMUS_TEST_REDIS_URL'] ?? ''
const warnings: unknown[] = []
const log = { ...noLog, warn: (what: object) => void warnings.push(what) }
const now = () => performance.now()

/** As another process would. */
async function open(): Promise<Counting> {
  assert.notEqual(
    url,
    '',
    'ISTHMUS_TEST_REDIS_URL is not set, for instance to redis://127.0.0.1:6379',
  )
  return await countInRedis(url, { log, now })
}

let tests = 0
const subject = () => `test:${process.pid}:${Date.now()}:${(tests += 1)}`

it('points in Redis are one bucket for all processes', async () => {
  using one = await open()
  using another = await open()
  const bucket = { key: subject(), quota: 600, windowSeconds: 600 }
  assert.equal((await one.buckets.take(bucket, 400)).isTaken, true)
  const refused = await another.buckets.take(bucket, 400)
  assert.equal(refused.isTaken, false)
  assert.ok(refused.remaining >= 199 && refused.remaining <= 210, String(refused.remaining))
  assert.ok(refused.waitMs > 150_000 && refused.waitMs <= 200_000, String(refused.waitMs))
  const taken = await another.buckets.take(bucket, 100)
  assert.ok(taken.isTaken && taken.remaining >= 99 && taken.remaining <= 110)
  assert.ok((await one.buckets.take(bucket, -100)).remaining >= 199)
  assert.deepEqual(warnings, [], 'Redis was not there')
})

describe('questions at the same time, counted in Redis', () => {
  const limits = { ...defaultLimits.partner, concurrency: 3 }
  const isRefused = async (asking: () => unknown) =>
    await assert.rejects(
      async () => await asking(),
      (error) => {
        assert.ok(error instanceof AppError, String(error))
        assert.equal(error.code, 'CONCURRENCY_LIMITED')
        assert.deepEqual(error.details, { limit: 'concurrency', maximum: 3, actual: 4 })
        return true
      },
    )
  /** Leaving is not waited for: it is there when somebody comes in again. */
  const enterSoon = async ({ enter }: Admission, who: string, withinMs: number) => {
    const until = now() + withinMs
    while (true) {
      try {
        return await enter(who, limits)
      } catch (error) {
        if (now() > until) throw error
        await wait(20)
      }
    }
  }

  it('are those of all processes together', async () => {
    using one = createAdmission(await open())
    using another = createAdmission(await open())
    const [who, other] = [subject(), subject()]
    const leave = await one.enter(who, limits)
    const leaveToo = await another.enter(who, limits)
    await another.enter(who, limits)
    await isRefused(() => one.enter(who, limits))
    await isRefused(() => another.enter(who, limits))
    await one.enter(other, limits)
    leave()
    await enterSoon(another, who, 1_000)
    await isRefused(() => one.enter(who, limits))
    leaveToo()
    await enterSoon(one, who, 1_000)
    await isRefused(() => one.enter(who, limits))
    assert.deepEqual(warnings, [], 'Redis was not there')
  })

  it('of many that come at once are as many let in as there may be', async () => {
    using one = createAdmission(await open())
    using another = createAdmission(await open())
    const who = subject()
    const asked = Array.from({ length: 40 }, async (_, at) =>
      (at % 2 === 0 ? one : another).enter(who, limits),
    )
    const settled = await Promise.allSettled(asked)
    assert.equal(settled.filter(({ status }) => status === 'fulfilled').length, 3)
    assert.deepEqual(warnings, [], 'Redis was not there')
  })

  it('end by themselves when their process was killed', { timeout: 60_000 }, async () => {
    using here = createAdmission(await open())
    const who = subject()
    await here.enter(who, limits) // so that the caller has something under way all the time
    // What a question may take stands over its `totalMs`: a short one, so that the test is not long.
    const program = `
      import { countInRedis } from './gateway/limits/counting.ts'
      import { defaultLimits } from './gateway/limits/limits.ts'
      import { noLog } from './gateway/log.ts'
      const [url, who] = process.argv.slice(1)
      const { concurrency } = await countInRedis(url, { log: noLog, now: () => performance.now() })
      for (let n = 0; n < 2; n += 1)
        await concurrency.enter(who, { ...defaultLimits.partner, concurrency: 3, totalMs: 500 })
      console.log('entered')`
    const child = spawn(
      process.execPath,
      ['--input-type=module-typescript', '-e', program, url, who],
      { cwd: repository, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    await isRefused(() => here.enter(who, limits))
    const killedAt = now()
    await enterSoon(here, who, 20_000)
    const afterMs = now() - killedAt
    assert.ok(afterMs > 2_000 && afterMs < 8_000, `after ${afterMs} ms`)
    assert.deepEqual(warnings, [], 'Redis was not there')
  })

  it('go on in each process when Redis does not answer, and leave nothing behind there', async () => {
    const said: string[] = []
    const told = { ...log, warn: (_: object, text?: string) => void said.push(text ?? '') }
    using one = createAdmission(await countInRedis(url, { log: told, now }))
    const operator = createClient({ url })
    await operator.connect()
    try {
      const who = subject()
      const leases = () => operator.zCard(`isthmus:underway:${who}`)
      const before = await one.enter(who, limits)
      assert.equal(await leases(), 1)
      await operator.sendCommand(['CLIENT', 'PAUSE', '600', 'ALL'])
      const late = await one.enter(who, limits)
      const alone = await one.enter(who, limits)
      assert.deepEqual(said, ['limits.store is away: each process counts for itself'])
      await isRefused(() => one.enter(who, limits)) // what was under way before counts as well
      assert.equal(await leases(), 2, 'the late one was taken after all')
      for (const leave of [before, late, alone]) leave()
      const until = now() + 2_000
      while ((await leases()) > 0 && now() < until) await wait(20)
      assert.equal(await leases(), 0)
    } finally {
      operator.destroy()
    }
  })
})
