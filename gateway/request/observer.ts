/**
 * What happens while a question is answered, told to whoever counts: tests, `extensions.sources`,
 * metrics and traces. One interface for stages, fetches and statements.
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
  /** What `fetching` said it carries. */
  readonly traceparent?: string | undefined
}

export interface OperationEvent {
  readonly type: 'query' | 'mutation' | 'subscription'
  readonly name: string | undefined
}

export interface Observer {
  stage(event: StageEvent): void
  fetch(event: FetchEvent): void
  statement(event: StatementEvent): void
  /** Told once a question is read and authorised. */
  operation?(event: OperationEvent): void
  /**
   * A system is about to be asked: the `traceparent` that the request carries (W3C Trace Context), so
   * that what it does there is part of the same trace; undefined when it carries none.
   */
  fetching?(system: string): string | undefined
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
    operation: (event) => present.forEach((each) => each.operation?.(event)),
    fetching: (system) => firstOf(present, (each) => each.fetching?.(system)),
  }
}

/** All are told, and the first that has something to say is heard. */
function firstOf<Item, Said>(
  items: readonly Item[],
  tell: (item: Item) => Said | undefined,
): Said | undefined {
  let first: Said | undefined
  for (const item of items) {
    const said = tell(item)
    first ??= said
  }
  return first
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
