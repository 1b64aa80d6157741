/**
 * Token buckets: a caller may spend a quota at once, and it fills up again evenly within its window.
 * Here in this process's memory; redis-buckets.ts keeps them for several processes.
 */
import { dropOldest } from '../oldest.ts'

export interface Bucket {
  /** Whose it is and which one. */
  readonly key: string
  /** Points that it holds when it is full. */
  readonly quota: number
  readonly windowSeconds: number
}

export interface Level {
  /** Whether the points were there; if not, none were taken. */
  readonly isTaken: boolean
  /** Points that are left. */
  readonly remaining: number
  /** Milliseconds until it is full again. */
  readonly fullInMs: number
  /** Milliseconds until the points that were asked for are there; 0 when they were. */
  readonly waitMs: number
}

export interface Buckets {
  /** 0 points only look; fewer give back. */
  take(bucket: Bucket, points: number): Level | Promise<Level>
}

/**
 * Buckets that are kept; the ones least lately used, which have filled up most, go first. That order
 * costs something, and is kept only once it will be needed.
 */
const maxKept = 50_000

export interface MemoryBuckets extends Buckets {
  take(bucket: Bucket, points: number): Level
}

/** `now` is milliseconds of a clock that only goes forward. */
export function createMemoryBuckets(now: () => number): MemoryBuckets {
  const kept = new Map<string, { spent: number; at: number }>()
  return {
    take: ({ key, quota, windowSeconds }, points) => {
      const perMs = quota / (windowSeconds * 1_000)
      const at = now()
      const before = kept.get(key)
      const left = before === undefined ? 0 : Math.max(0, before.spent - (at - before.at) * perMs)
      const spent = Math.max(0, left + points)
      const isTaken = spent <= quota
      const level = isTaken ? spent : left
      if (before === undefined) kept.set(key, { spent: level, at })
      else {
        before.spent = level
        before.at = at
        if (kept.size > maxKept / 2) {
          kept.delete(key)
          kept.set(key, before)
        }
      }
      dropOldest(kept, maxKept)
      return {
        isTaken,
        remaining: Math.floor(quota - level),
        fullInMs: level / perMs,
        waitMs: isTaken ? 0 : (spent - quota) / perMs,
      }
    },
  }
}
