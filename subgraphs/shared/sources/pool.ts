/**
 * The connections to one database server: opened when they are needed, at most so many, kept for the
 * next statement, and opened anew with back-off after the server was away. Knows no database.
 */
import { abortReason, deadlineExceeded, type AppError } from '../errors.ts'
import type { StatementLimits } from './connection.ts'

export interface PoolOptions<C> {
  readonly max: number
  /** Opens a connection, which says by `onLost` that it broke; throws an AppError. */
  readonly connect: (onLost: () => void) => Promise<C>
  readonly close: (connection: C) => void
  /** How long somebody waits for a connection when all are in use, in milliseconds. */
  readonly waitMs: number
  /** What is said then. */
  readonly busy: () => AppError
}

export interface Lease<C> {
  readonly connection: C
  /** It has not run a statement yet. */
  readonly isFresh: boolean
  /** Gives it back; one that is not good is closed. */
  give(isGood: boolean): void
}

export interface Pool<C> extends AsyncDisposable {
  /** Throws what connecting threw, or an AppError of the limits. */
  take(limits: StatementLimits): Promise<Lease<C>>
}

interface Waiting<C> {
  readonly resolve: (lease: Lease<C>) => void
  readonly reject: (error: Error) => void
}

/** How long a connection without work is kept, in milliseconds. */
const idleMs = 60_000

const backOff = { firstMs: 100, mostMs: 5_000 } as const

/** Milliseconds until the next attempt, with jitter so that processes do not come all at once. */
const pauseAfter = (failedTimes: number): number =>
  Math.min(backOff.mostMs, backOff.firstMs * 2 ** (failedTimes - 1)) * (0.75 + Math.random() / 2)

export function createPool<C>({ max, connect, close, waitMs, busy }: PoolOptions<C>): Pool<C> {
  const open = new Set<C>()
  const idle: { readonly connection: C; readonly timer: NodeJS.Timeout }[] = []
  const waiting = new Set<Waiting<C>>()
  const connecting = new Set<Promise<void>>()
  let isClosed = false
  /** Of connecting, in a row. */
  let failed: { readonly times: number; readonly error: Error; readonly retryAt: number } | null =
    null

  const isPausing = () => failed !== null && performance.now() < failed.retryAt

  /** Opens what those who wait need; tells them the failure when nothing can come any more. */
  function serve(): void {
    if (isClosed) return
    while (
      waiting.size > connecting.size &&
      open.size + connecting.size < max &&
      !isPausing() &&
      (failed === null || connecting.size === 0) // after a failure, one tries for all
    ) {
      const opening = openOne().finally(() => {
        connecting.delete(opening)
        serve()
      })
      connecting.add(opening)
    }
    if (failed !== null && open.size + connecting.size === 0) rejectAll(failed.error)
  }

  async function openOne(): Promise<void> {
    let made: C | null = null
    try {
      const connection = await connect(() => {
        if (made !== null) drop(made)
      })
      made = connection
      failed = null
      open.add(connection)
      if (isClosed) drop(connection)
      else offer(connection, true)
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause))
      const times: number = (failed?.times ?? 0) + 1
      failed = { times, error, retryAt: performance.now() + pauseAfter(times) }
    }
  }

  function drop(connection: C): void {
    if (!open.delete(connection)) return
    const at = idle.findIndex((each) => each.connection === connection)
    if (at >= 0) clearTimeout(idle.splice(at, 1)[0]?.timer)
    close(connection)
    serve()
  }

  function offer(connection: C, isFresh: boolean): void {
    const [next] = waiting
    if (next === undefined) {
      const timer = setTimeout(() => {
        drop(connection)
      }, idleMs)
      timer.unref()
      idle.push({ connection, timer })
      return
    }
    waiting.delete(next)
    next.resolve(leaseOf(connection, isFresh))
  }

  function leaseOf(connection: C, isFresh: boolean): Lease<C> {
    let isGiven = false
    return {
      connection,
      isFresh,
      give(isGood) {
        if (isGiven) return
        isGiven = true
        if (!isGood) drop(connection)
        else if (open.has(connection)) offer(connection, false)
      },
    }
  }

  function rejectAll(error: Error): void {
    for (const each of waiting) each.reject(error)
    waiting.clear()
  }

  async function wait({ signal, deadlineAt }: StatementLimits): Promise<Lease<C>> {
    const { promise, resolve, reject } = Promise.withResolvers<Lease<C>>()
    const mine: Waiting<C> = { resolve, reject }
    const giveUp = (error: AppError) => {
      waiting.delete(mine)
      reject(error)
    }
    const onAbort = () => {
      giveUp(abortReason(signal))
    }
    const left = deadlineAt - performance.now()
    const timer = setTimeout(
      () => {
        giveUp(left < waitMs ? deadlineExceeded() : busy())
      },
      Math.min(left, waitMs),
    )
    signal.addEventListener('abort', onAbort, { once: true })
    waiting.add(mine)
    serve()
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }

  return {
    take(limits) {
      if (limits.signal.aborted) return Promise.reject(abortReason(limits.signal))
      if (performance.now() > limits.deadlineAt) return Promise.reject(deadlineExceeded())
      if (isClosed) return Promise.reject(new TypeError('the source was closed'))
      const free = idle.pop()
      if (free === undefined) return wait(limits)
      clearTimeout(free.timer)
      return Promise.resolve(leaseOf(free.connection, false))
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      rejectAll(new TypeError('the source was closed'))
      for (const each of open) drop(each)
      await Promise.allSettled(connecting)
    },
  }
}
