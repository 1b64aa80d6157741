/**
 * Who may ask now: points by token bucket, and questions at the same time, counted by caller. Points
 * are taken by the estimate, before anything is asked, so that a caller knows beforehand what a question
 * takes.
 */
import { AppError } from '#shared/errors.ts'
import { dropOldest } from '../oldest.ts'
import type { Bucket, Level } from './buckets.ts'
import type { Concurrency } from './concurrency.ts'
import type { Counting } from './counting.ts'
import type { Limits } from './limits.ts'

/** One bucket of a caller, as the RateLimit headers say it. */
export interface Quota {
  readonly name: 'minute' | 'day'
  readonly quota: number
  readonly windowSeconds: number
  readonly remaining: number
  /** Seconds until it is full again. */
  readonly fullInSeconds: number
}

export interface Admission extends Disposable, Concurrency {
  /** Takes points; throws RATE_LIMITED. `told` hears of the buckets in both cases. */
  spend(
    subject: string,
    points: number,
    limits: Limits,
    told?: (quotas: readonly Quota[]) => void,
  ): Promise<void>
  /** The buckets as they are. */
  look(subject: string, limits: Limits): Promise<readonly Quota[]>
}

/** Ends with what it counts in. */
export function createAdmission(counting: Counting): Admission {
  const { buckets, concurrency } = counting
  const bucketsOf = createBucketsOf()
  return {
    enter: concurrency.enter,
    spend: async (subject, points, limits, told) => {
      const [minute, day] = bucketsOf(subject, limits)
      const whole = Math.ceil(points)
      const first = await buckets.take(minute.bucket, whole)
      if (!first.isTaken) {
        told?.([quotaOf(minute, first)])
        throw limited(minute, first, whole)
      }
      const second = await buckets.take(day.bucket, whole)
      if (!second.isTaken) {
        const given = await buckets.take(minute.bucket, -whole)
        told?.([quotaOf(minute, given), quotaOf(day, second)])
        throw limited(day, second, whole)
      }
      told?.([quotaOf(minute, first), quotaOf(day, second)])
    },
    look: (subject, limits) =>
      Promise.all(
        bucketsOf(subject, limits).map(async (each) =>
          quotaOf(each, await buckets.take(each.bucket, 0)),
        ),
      ),
    [Symbol.dispose]: () => counting[Symbol.dispose](),
  }
}

interface Named {
  readonly name: Quota['name']
  readonly bucket: Bucket
}

type Both = readonly [minute: Named, day: Named]

const bucketsFor = (subject: string, limits: Limits): Both => [
  {
    name: 'minute',
    bucket: { key: `minute:${subject}`, quota: limits.costPerMinute, windowSeconds: 60 },
  },
  {
    name: 'day',
    bucket: { key: `day:${subject}`, quota: limits.costPerDay, windowSeconds: 86_400 },
  },
]

/** Callers whose buckets are remembered for some limits. */
const maxKnown = 10_000

/** A caller asks again and again: its buckets are the same objects, and their keys the same texts. */
function createBucketsOf(): (subject: string, limits: Limits) => Both {
  const known = new WeakMap<Limits, Map<string, Both>>()
  return (subject, limits) => {
    let bySubject = known.get(limits)
    if (bySubject === undefined) known.set(limits, (bySubject = new Map()))
    let both = bySubject.get(subject)
    if (both === undefined) {
      both = bucketsFor(subject, limits)
      bySubject.set(subject, both)
      dropOldest(bySubject, maxKnown)
    }
    return both
  }
}

const quotaOf = ({ name, bucket }: Named, { remaining, fullInMs }: Level): Quota => ({
  name,
  quota: bucket.quota,
  windowSeconds: bucket.windowSeconds,
  remaining,
  fullInSeconds: Math.ceil(fullInMs / 1_000),
})

function limited({ name, bucket }: Named, { remaining, waitMs }: Level, points: number): AppError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000))
  return new AppError(
    'RATE_LIMITED',
    `This question may cost ${points} points, and ${remaining} of ${bucket.quota} are left for this ${name}. Ask again in ${retryAfterSeconds} s.`,
    { details: { limit: name === 'day' ? 'costPerDay' : 'costPerMinute', retryAfterSeconds } },
  )
}
