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

/** Tells several observers, one after the other. */
export const observers = (...all: readonly (Observer | undefined)[]): Observer => {
  let told = silent
  for (const each of all) {
    if (each === undefined || each === silent) continue
    told = told === silent ? each : new Both(told, each)
  }
  return told
}

/** One object for a question, so that telling costs little. */
class Both implements Observer {
  readonly #first: Observer
  readonly #second: Observer

  constructor(first: Observer, second: Observer) {
    this.#first = first
    this.#second = second
  }

  stage(event: StageEvent): void {
    this.#first.stage(event)
    this.#second.stage(event)
  }

  fetch(event: FetchEvent): void {
    this.#first.fetch(event)
    this.#second.fetch(event)
  }

  statement(event: StatementEvent): void {
    this.#first.statement(event)
    this.#second.statement(event)
  }

  operation(event: OperationEvent): void {
    this.#first.operation?.(event)
    this.#second.operation?.(event)
  }

  /** Both are told, and the first that has something to say is heard. */
  fetching(system: string): string | undefined {
    const first = this.#first.fetching?.(system)
    const second = this.#second.fetching?.(system)
    return first ?? second
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
