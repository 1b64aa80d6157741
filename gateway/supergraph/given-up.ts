/**
 * Questions that a planner was given up for, for a while: asked again, each would take it down or hold it
 * up once more, and new questions of others would wait. Not for ever, as the machine may have been short of
 * memory or of time just then.
 */
import { hash } from 'node:crypto'
import type { AppError } from '#shared/errors.ts'
import { createRecent } from '../recent.ts'

export interface GivenUp {
  add(operation: string, error: AppError): void
  /** Why it was given up. */
  find(operation: string): AppError | undefined
}

export interface GivenUpOptions {
  /** Milliseconds for which one is known. */
  readonly keptMs?: number
  /** How many are known; those that were asked most lately stay. */
  readonly maxKept?: number
  /** Milliseconds since any moment. */
  readonly now?: () => number
}

export function createGivenUp({
  keptMs = 5 * 60_000,
  maxKept = 500,
  now = () => performance.now(),
}: GivenUpOptions = {}): GivenUp {
  const kept = createRecent<{ readonly error: AppError; readonly until: number }>(maxKept)
  // The text of what cannot be planned may be megabytes.
  const keyOf = (operation: string): string => hash('sha256', operation)
  return {
    add: (operation, error) => {
      kept.set(keyOf(operation), { error, until: now() + keptMs }, 1)
    },
    find: (operation) => {
      const key = keyOf(operation)
      const found = kept.get(key)
      if (found === undefined || found.until > now()) return found?.error
      kept.delete(key)
      return undefined
    },
  }
}
