/**
 * What happens while a question is answered, told to whoever counts: tests, `extensions.sources`,
 * and later tracing. One interface for stages, fetches and statements.
 */
import type { StatementEvent } from '#shared/select-only.ts'

export const stages = ['authorise', 'plan', 'fetch', 'shape'] as const
export type Stage = (typeof stages)[number]

export interface StageEvent {
  readonly stage: Stage
  readonly milliseconds: number
  readonly error: unknown
}

export interface FetchEvent {
  /** The subgraph that was asked. */
  readonly system: string
  /** `performance.now()` when it began. */
  readonly startedAt: number
  readonly milliseconds: number
  /** Representations sent, 0 for a root fetch. */
  readonly entities: number
  /** The code of the failure, null when it answered. */
  readonly failure: string | null
  /** How long the system lets its answer be kept, as its header said it; see SourceAnswer. */
  readonly cacheControl?: string | undefined
}

export interface Observer {
  stage(event: StageEvent): void
  fetch(event: FetchEvent): void
  statement(event: StatementEvent): void
}

/** Tells nobody; then nothing needs to be timed either. */
export const silent: Observer = {
  stage: () => undefined,
  fetch: () => undefined,
  statement: () => undefined,
}

/** Tells several observers. */
export const observers = (...all: readonly (Observer | undefined)[]): Observer => {
  const present = all.filter((each) => each !== undefined)
  const [first = silent] = present
  if (present.length < 2) return first
  return {
    stage: (event) => present.forEach((each) => each.stage(event)),
    fetch: (event) => present.forEach((each) => each.fetch(event)),
    statement: (event) => present.forEach((each) => each.statement(event)),
  }
}

export interface SourceReport {
  readonly system: string
  /** From the first fetch's begin to the last one's end. */
  readonly milliseconds: number
  readonly fetches: number
  readonly failed: boolean
}

/** Collects what `extensions.sources` says. */
export function sourceReports(): Observer & { reports(): readonly SourceReport[] } {
  const fetches: FetchEvent[] = []
  return {
    stage: () => undefined,
    statement: () => undefined,
    fetch: (event) => {
      fetches.push(event)
    },
    reports: () =>
      [...Map.groupBy(fetches, (event) => event.system)].map(([system, events]) => {
        const start = Math.min(...events.map((event) => event.startedAt))
        const end = Math.max(...events.map((event) => event.startedAt + event.milliseconds))
        return {
          system,
          milliseconds: Math.round((end - start) * 100) / 100,
          fetches: events.length,
          failed: events.some((event) => event.failure !== null),
        }
      }),
  }
}
