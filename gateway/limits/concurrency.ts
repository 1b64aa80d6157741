/**
 * Questions of a caller at the same time. Here in this process's memory, where nobody waits for the
 * answer; redis-concurrency.ts counts them for several processes.
 */
import { beyond } from './document.ts'
import type { Limits } from './limits.ts'

/** Called when what a question answers is done, or has failed. */
export type Leave = () => void

export interface Concurrency {
  /** Counts a question until what it answers is called; throws or rejects with CONCURRENCY_LIMITED. */
  readonly enter: (subject: string, limits: Limits) => Leave | Promise<Leave>
}

export interface MemoryConcurrency extends Concurrency {
  readonly enter: (subject: string, limits: Limits) => Leave
}

/** Callers that are remembered with nothing under way: who asks again needs no new place in the map. */
const maxIdle = 10_000

export function createMemoryConcurrency(): MemoryConcurrency {
  const underWay = new Map<string, number>()
  return {
    enter: (subject, limits) => {
      const before = underWay.get(subject) ?? 0
      if (before >= limits.concurrency) throw beyond('concurrency', before + 1, limits)
      underWay.set(subject, before + 1)
      return () => {
        const left = (underWay.get(subject) ?? 1) - 1
        if (left <= 0 && underWay.size > maxIdle) underWay.delete(subject)
        else underWay.set(subject, left)
      }
    },
  }
}
