/**
 * The workers as the primary process sees them: started, replaced when they stop, told of a new
 * supergraph one before the others, and stopped together. Knows no HTTP and no question.
 */
import cluster, { type Worker } from 'node:cluster'
import { AppError } from '#shared/errors.ts'
import type { Log } from '../log.ts'
import { generationId } from '../supergraph/generation.ts'
import type { SupergraphText } from '../supergraph/read.ts'
import { errorOf, type Order, type Problem, type Report } from './messages.ts'
import { createRestarts, maxFailedStarts } from './restarts.ts'

export interface PoolOptions {
  readonly count: number
  readonly supergraph: SupergraphText
  readonly log: Log
  /** Milliseconds after which workers that are told to stop are killed. */
  readonly graceMs: number
}

export interface Pool {
  /** Resolves with their address when all listen. */
  readonly ready: Promise<string>
  /** Rejects when the workers are given up; all are stopped then. */
  readonly over: Promise<never>
  /** The orders that every worker needs, those to come as well. */
  tellAll(order: Order): void
  /** Throws, and the old supergraph stays, when the first worker that is told cannot take it. */
  reload(supergraph: SupergraphText): Promise<void>
  /** Resolves when no worker is left. */
  stop(): Promise<void>
}

interface Place {
  readonly number: number
  readonly restarts: ReturnType<typeof createRestarts>
  life: Life | null
}

/** One process at a place. */
interface Life {
  readonly worker: Worker
  readonly startedAt: number
  /** The supergraph it was given last. */
  given: string | null
  hasListened: boolean
  problem: Problem | undefined
  /** Waits for the end of a reload. */
  settle: ((problem: Problem | null) => void) | undefined
}

export function createPool({ count, log, graceMs, ...options }: PoolOptions): Pool {
  let supergraph = options.supergraph
  let generation = generationId(supergraph.sdl)
  let hasBeenReady = false
  let isStopping = false
  const ready = Promise.withResolvers<string>()
  const over = Promise.withResolvers<never>()
  const kept: Order[] = []
  const timers = new Set<NodeJS.Timeout>()
  for (const each of [ready, over]) each.promise.catch(() => undefined) // whoever waits is told

  const places = Array.from({ length: count }, (_, at): Place => ({
    number: at + 1,
    restarts: createRestarts(),
    life: null,
  }))
  const lives = (): readonly Life[] => places.flatMap(({ life }) => life ?? [])

  async function giveUp(error: AppError): Promise<void> {
    if (isStopping) return
    await stop()
    ready.reject(error)
    over.reject(error)
  }

  function begin(place: Place): void {
    const worker = cluster.fork()
    const life: Life = {
      worker,
      startedAt: performance.now(),
      given: null,
      hasListened: false,
      problem: undefined,
      settle: undefined,
    }
    place.life = life
    worker.on('message', (report: Report) => hear(place, life, report))
    const gone = (how: string | number | null): void => {
      place.life = null
      life.settle?.({ code: 'INTERNAL', message: 'A worker stopped while it took a supergraph.' })
      if (!isStopping) ended(place, life, how)
    }
    worker.once('exit', (code: number | null, signal: string | null) => gone(signal ?? code))
    worker.once('error', (error) => {
      log.error({ worker: place.number, err: error }, 'a worker failed')
      if (worker.process.pid === undefined) gone('no process') // then there is no exit either
    })
  }

  function hear(place: Place, life: Life, report: Report): void {
    switch (report.kind) {
      case 'HERE':
        if (isStopping) {
          send(life, { kind: 'STOP' })
          return
        }
        life.given = generation
        send(life, { kind: 'START', number: place.number, supergraph })
        for (const order of kept) send(life, order)
        return
      case 'LISTENING':
        if (report.generation !== life.given) {
          life.problem = { code: 'INTERNAL', message: 'A worker made another supergraph of it.' }
          life.worker.process.kill('SIGKILL')
          return
        }
        life.hasListened = true
        log.info({ worker: place.number, pid: life.worker.process.pid }, 'a worker listens')
        // There may be a new one since it began.
        if (life.given !== generation) void give(life)
        if (lives().filter(({ hasListened }) => hasListened).length === count) {
          hasBeenReady = true
          ready.resolve(report.url)
        }
        return
      case 'RELOADED':
        life.settle?.(null)
        return
      case 'NOT_RELOADED':
        life.settle?.(report.problem)
        return
      case 'NOT_STARTED':
        life.problem = report.problem
    }
  }

  function ended(place: Place, life: Life, how: string | number | null): void {
    const { problem, hasListened, startedAt } = life
    // What is said in words of ours does not get better by itself, as long as nothing ever worked.
    if (!hasBeenReady && problem !== undefined && problem.code !== 'INTERNAL') {
      void giveUp(errorOf(problem))
      return
    }
    const milliseconds = performance.now() - startedAt
    const waitMs = place.restarts({ hasListened, milliseconds })
    if (waitMs === null) {
      void giveUp(
        new AppError(
          'WORKER_FAILED',
          `Worker ${place.number} stopped ${maxFailedStarts} times before it listened, at last with ` +
            `${how}${problem === undefined ? '' : ` (${problem.code}: ${problem.message})`}. ` +
            'The gateway stops; the log says more.',
        ),
      )
      return
    }
    log.error(
      { worker: place.number, how, problem, restartInMs: waitMs },
      'a worker stopped; another one takes its place',
    )
    const timer = setTimeout(() => {
      timers.delete(timer)
      begin(place)
    }, waitMs)
    timers.add(timer)
  }

  /** Gives a worker the supergraph; resolves with what it has against it. */
  const give = (life: Life, next = supergraph): Promise<Problem | null> =>
    new Promise((resolve) => {
      life.given = generationId(next.sdl)
      life.settle = (problem) => {
        life.settle = undefined
        resolve(problem)
      }
      send(life, { kind: 'RELOAD', supergraph: next })
    })

  async function reload(next: SupergraphText): Promise<void> {
    const [first, ...others] = lives().filter(({ hasListened }) => hasListened)
    if (first === undefined) throw new AppError('WORKER_FAILED', 'No worker listens at the moment.')
    const problem = await give(first, next)
    if (problem !== null) {
      first.given = generation
      throw errorOf(problem)
    }
    supergraph = next
    generation = generationId(next.sdl)
    await Promise.all(
      others.map(async (life) => {
        const against = await give(life)
        if (against === null) return
        // It must not go on with the old one: what takes its place begins with the new one.
        log.error({ problem: against }, 'a worker could not take the new supergraph')
        life.worker.process.kill('SIGTERM')
      }),
    )
  }

  async function stop(): Promise<void> {
    isStopping = true
    for (const timer of timers) clearTimeout(timer)
    const left = lives()
    const gone = left.map(
      ({ worker }) =>
        new Promise((resolve) => {
          if (worker.isDead()) resolve(null)
          else worker.once('exit', resolve)
        }),
    )
    for (const life of left) send(life, { kind: 'STOP' })
    const timer = setTimeout(() => {
      for (const { worker } of left) worker.process.kill('SIGKILL')
    }, graceMs)
    await Promise.all(gone)
    clearTimeout(timer)
  }

  places.forEach(begin)
  return {
    ready: ready.promise,
    over: over.promise,
    tellAll: (order) => {
      kept.push(order)
      for (const life of lives()) send(life, order)
    },
    reload,
    stop,
  }
}

/** A worker that is going hears nothing any more, which is no fault. */
function send({ worker }: Life, order: Order): void {
  if (worker.isConnected()) worker.send(order, () => undefined)
}
