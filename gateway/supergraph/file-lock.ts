/**
 * A lock among processes: a file that only one of them can make. One that a killed process left is
 * taken away after a while; whoever holds a lock does so for much less time.
 */
import { closeSync, openSync, rmSync, statSync } from 'node:fs'

const abandonedMs = 10_000

/** Takes the lock, or answers null when another process has it. */
export function tryLock(path: string): Disposable | null {
  try {
    closeSync(openSync(path, 'wx', 0o600))
    return { [Symbol.dispose]: () => rmSync(path, { force: true }) }
  } catch (error) {
    if (!isTaken(error)) throw error
    if (isAbandoned(path)) rmSync(path, { force: true }) // whoever asks next gets it
    return null
  }
}

const pauseMs = 10

/** Takes the lock as soon as it is free; null when it is not within that time. Holds this thread up. */
export function waitForLock(path: string, maxMs: number): Disposable | null {
  const until = performance.now() + maxMs
  for (;;) {
    const lock = tryLock(path)
    if (lock !== null || performance.now() >= until) return lock
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
  }
}

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EEXIST'

function isAbandoned(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat !== undefined && Date.now() - stat.mtimeMs > abandonedMs
}
