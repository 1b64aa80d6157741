/**
 * Metrics as Prometheus reads them. Labels are few and ours: an operation's name or a caller would make
 * a series of each.
 */
import {
  AggregatorRegistry,
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
  Registry,
} from 'prom-client'
import type { Observer } from '../request/observer.ts'
import type { Watcher } from './telemetry.ts'

export interface Metrics extends Watcher {
  readonly registry: Registry
  text(): Promise<string>
}

/** Seconds: from a known question of one system to the deadline. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const histogram = <Label extends string>(name: string, labelNames: Label[], help: string) =>
    new Histogram({ name, help, labelNames, buckets, registers })
  const questions = histogram(
    'isthmus_question_duration_seconds',
    ['operation', 'outcome'],
    'Questions by what became of them: ok, partial, or the code by which they were refused.',
  )
  const inFlight = new Gauge({
    name: 'isthmus_questions_in_flight',
    help: 'Questions that are being answered.',
    registers,
  })
  const stages = histogram(
    'isthmus_stage_duration_seconds',
    ['stage'],
    'Stages of a question: authorise, plan, fetch, shape.',
  )
  const fetches = histogram(
    'isthmus_fetch_duration_seconds',
    ['system', 'outcome'],
    'Requests to a system, by the code of their failure or ok.',
  )
  const entities = new Counter({
    name: 'isthmus_fetch_entities_total',
    help: 'Representations of entities sent to a system.',
    labelNames: ['system'],
    registers,
  })
  const statements = histogram(
    'isthmus_statement_duration_seconds',
    ['database', 'outcome'],
    'Statements to a database of a system in this process.',
  )
  const observerOf = (onOperation: (type: string) => void): Observer => ({
    operation: ({ type }) => onOperation(type),
    stage: ({ stage, milliseconds }) => stages.observe({ stage }, milliseconds / 1_000),
    fetch: ({ system, milliseconds, failure, entities: sent }) => {
      fetches.observe({ system, outcome: failure ?? 'ok' }, milliseconds / 1_000)
      if (sent > 0) entities.inc({ system }, sent)
    },
    statement: ({ database, milliseconds, error }) =>
      statements.observe(
        { database, outcome: error == null ? 'ok' : 'failed' },
        milliseconds / 1_000,
      ),
  })
  return {
    registry,
    text: () => registry.metrics(),
    begin: () => {
      const startedAt = performance.now()
      let operation = 'unknown'
      inFlight.inc()
      return {
        observer: observerOf((type) => (operation = type)),
        end: (outcome) => {
          inFlight.dec()
          questions.observe({ operation, outcome }, (performance.now() - startedAt) / 1_000)
        },
      }
    },
    [Symbol.asyncDispose]: () => {
      registry.clear()
      return Promise.resolve()
    },
  }
}

/** In a worker: what is made here answers the primary process when it gathers. */
export function tellPrimary({ registry }: Metrics): Registry {
  AggregatorRegistry.setRegistries([registry])
  return new AggregatorRegistry()
}

/** In the primary process: what all workers count, together. */
export function createGathering(): () => Promise<string> {
  const all = new AggregatorRegistry()
  return () => all.clusterMetrics()
}
