/**
 * Metrics as Prometheus reads them. Labels are few and ours: an operation's name or a caller would make
 * a series of each.
 */
import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client'
import type { StatementEvent } from '#shared/select-only.ts'
import type { FetchEvent, Observer, OperationEvent, StageEvent } from '../request/observer.ts'
import { Durations } from './durations.ts'
import type { Watch, Watcher } from './telemetry.ts'

export interface Metrics extends Watcher {
  readonly registry: Registry
  text(): Promise<string>
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const counted: Counted = {
    questions: new Durations(
      {
        name: 'isthmus_question_duration_seconds',
        help: 'Questions by what became of them: ok, partial, or the code by which they were refused.',
        labels: ['operation', 'outcome'],
      },
      registry,
    ),
    stages: new Durations(
      {
        name: 'isthmus_stage_duration_seconds',
        help: 'Stages of a question: authorise, plan, fetch, shape.',
        labels: ['stage'],
      },
      registry,
    ),
    fetches: new Durations(
      {
        name: 'isthmus_fetch_duration_seconds',
        help: 'Requests to a system, by the code of their failure or ok.',
        labels: ['system', 'outcome'],
      },
      registry,
    ),
    statements: new Durations(
      {
        name: 'isthmus_statement_duration_seconds',
        help: 'Statements to a database of a system in this process.',
        labels: ['database', 'outcome'],
      },
      registry,
    ),
    entities: new Map(),
    inFlight: 0,
  }
  // Counted above and told when somebody reads them.
  const inFlight = new Gauge({
    name: 'isthmus_questions_in_flight',
    help: 'Questions that are being answered.',
    registers: [],
    collect() {
      this.set(counted.inFlight)
    },
  })
  const entities = new Counter({
    name: 'isthmus_fetch_entities_total',
    help: 'Representations of entities sent to a system.',
    labelNames: ['system'],
    registers: [],
    collect() {
      this.reset()
      for (const [system, sent] of counted.entities) this.inc({ system }, sent)
    },
  })
  for (const each of [inFlight, entities]) registry.registerMetric(each)
  return {
    registry,
    text: () => registry.metrics(),
    begin: () => new Question(counted),
    [Symbol.asyncDispose]: () => {
      registry.clear()
      return Promise.resolve()
    },
  }
}

interface Counted {
  readonly questions: Durations
  readonly stages: Durations
  readonly fetches: Durations
  readonly statements: Durations
  /** Representations sent, by system. */
  readonly entities: Map<string, number>
  inFlight: number
}

/** One question: what is told of it is counted at once. */
class Question implements Watch, Observer {
  readonly #counted: Counted
  readonly #startedAt = performance.now()
  #operation = 'unknown'

  constructor(counted: Counted) {
    this.#counted = counted
    counted.inFlight += 1
  }

  get observer(): Observer {
    return this
  }

  operation({ type }: OperationEvent): void {
    this.#operation = type
  }

  stage({ stage, milliseconds }: StageEvent): void {
    this.#counted.stages.observe(milliseconds, stage)
  }

  fetch({ system, milliseconds, failure, entities: sent }: FetchEvent): void {
    const { fetches, entities } = this.#counted
    fetches.observe(milliseconds, system, failure ?? 'ok')
    if (sent > 0) entities.set(system, (entities.get(system) ?? 0) + sent)
  }

  statement({ database, milliseconds, error }: StatementEvent): void {
    const outcome = error == null ? 'ok' : 'failed'
    this.#counted.statements.observe(milliseconds, database, outcome)
  }

  end(outcome: string): void {
    this.#counted.inFlight -= 1
    this.#counted.questions.observe(performance.now() - this.#startedAt, this.#operation, outcome)
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
