/**
 * Questions seen from outside: metrics that Prometheus reads and traces that OpenTelemetry takes, both
 * made of what an observer is told. Neither learns a value, a variable, a document or who asked. What is
 * not configured is not loaded.
 */
import type { ExecutionResult } from 'graphql'
import type { Listening } from '#shared/http-server.ts'
import type { Log } from '../log.ts'
import { observers, type Observer } from '../request/observer.ts'
import type { TelemetryConfig } from './config.ts'
import { outcomeOf, refusedAs } from './outcome.ts'

/** What is known of a question before it is read. */
export interface Asked {
  readonly requestId: string
  /** The client's `traceparent` header (W3C Trace Context). */
  readonly traceparent: string | undefined
}

/** One question, watched. */
export interface Watch {
  readonly observer: Observer
  /** `outcome` as outcome.ts says it. */
  end(outcome: string): void
}

export interface Watcher extends AsyncDisposable {
  begin(asked: Asked): Watch
}

export interface Telemetry extends AsyncDisposable {
  /** Runs a question with an observer that tells of it. */
  watch(
    asked: Asked,
    run: (observer: Observer) => Promise<ExecutionResult>,
  ): Promise<ExecutionResult>
  /** Where metrics are read; null where they are not, or where the primary process answers for all. */
  readonly metricsUrl: string | null
}

export interface TelemetryOptions {
  readonly log: Log
  /** Whether it is one of several processes, whose metrics the primary one answers together. */
  readonly isWorker?: boolean
}

/** Null where nothing is configured. */
export async function openTelemetry(
  { metrics, tracing }: TelemetryConfig,
  { log, isWorker = false }: TelemetryOptions,
): Promise<Telemetry | null> {
  if (metrics === null && tracing === null) return null
  const watchers: Watcher[] = []
  let listening: Listening | null = null
  if (metrics !== null) {
    const { createMetrics, tellPrimary } = await import('./metrics.ts')
    const own = createMetrics()
    watchers.push(own)
    if (isWorker) tellPrimary(own)
    else {
      const { listenForScrapes } = await import('./scrapes.ts')
      listening = await listenForScrapes(metrics, () => own.text())
    }
  }
  if (tracing !== null) {
    const { createTraces } = await import('./traces.ts')
    watchers.push(createTraces(tracing, log))
  }
  return {
    metricsUrl: listening === null ? null : `${listening.url}/metrics`,
    watch: async (asked, run) => {
      const watches = watchers.map((each) => each.begin(asked))
      try {
        const result = await run(observers(...watches.map(({ observer }) => observer)))
        endAll(watches, outcomeOf(result))
        return result
      } catch (error) {
        endAll(watches, refusedAs(error))
        throw error
      }
    },
    [Symbol.asyncDispose]: async () => {
      await listening?.close(0)
      await Promise.all(watchers.map((each) => each[Symbol.asyncDispose]()))
    },
  }
}

function endAll(watches: readonly Watch[], outcome: string): void {
  for (const each of watches) each.end(outcome)
}
