/**
 * When a worker that stopped is started again: soon the first time, then later and later, and not at
 * all once it has stopped too often before it listened. A worker that listened is always replaced:
 * whatever request took it down, the others must be answered.
 */

/** How one life of a worker went. */
export interface Life {
  readonly hasListened: boolean
  readonly milliseconds: number
}

/** After a life: milliseconds to wait before the next one, or null to give up. */
export type AfterLife = (life: Life) => number | null

export const maxFailedStarts = 5

/** The first wait; long enough to see whether the whole program is being stopped. */
const firstWaitMs = 100

const maxWaitMs = 30_000

/** Who has lived that long does not stop for the same reason as before. */
const soundMs = 60_000

/** The restarts of one place among the workers. */
export function createRestarts(): AfterLife {
  let failedStarts = 0
  let shortLives = 0
  return ({ hasListened, milliseconds }) => {
    failedStarts = hasListened ? 0 : failedStarts + 1
    if (failedStarts >= maxFailedStarts) return null
    shortLives = milliseconds >= soundMs ? 0 : shortLives + 1
    return Math.min(firstWaitMs * 2 ** Math.max(shortLives - 1, 0), maxWaitMs)
  }
}
