/**
 * A planner in a thread of its own, so that a question nobody has asked before never holds up the
 * others. One thread for each supergraph; a question that takes too long to plan is refused, and the
 * thread is begun again.
 */
import { Worker } from 'node:worker_threads'
import type { QueryPlan } from '@apollo/query-planner'
import { AppError, errorCodes, type ErrorCode } from '#shared/errors.ts'
import { moduleExtension } from '../module-extension.ts'
import type { Plan } from './planner.ts'
import type { Order, Problem, Report } from './planner-worker.ts'

export interface PlannerThread extends AsyncDisposable {
  readonly plan: Plan
  /** Resolves when the supergraph is loaded; rejects with SUPERGRAPH_INVALID when it cannot be. */
  readonly ready: Promise<void>
}

export interface PlannerLimits {
  /** Milliseconds that one question may take to plan. */
  readonly planningMs: number
  /** Megabytes of memory that the planner may take. */
  readonly maxHeapMb: number
}

/**
 * Node stops a thread that is out of memory only if it grows by less than 16 MB at once; beyond that
 * the whole process dies. What is young may all grow old at once, so there must be little of it.
 */
const maxYoungMb = 8

/** An honest question is planned in 10 to 100 ms; the planner of a large supergraph takes 60 MB. */
const usual: PlannerLimits = { planningMs: 10_000, maxHeapMb: 256 }

const failed = (cause?: unknown): AppError =>
  new AppError('PLANNING_FAILED', 'The question takes too much to plan: ask for less at once.', {
    cause,
  })

interface Waiting {
  readonly operation: string
  readonly resolve: (plan: QueryPlan) => void
  readonly reject: (error: Error) => void
}

export function startPlannerThread(
  supergraphSdl: string,
  { planningMs, maxHeapMb }: PlannerLimits = usual,
): PlannerThread {
  const waiting = new Map<number, Waiting>()
  const ready = Promise.withResolvers<void>()
  ready.promise.catch(() => undefined) // told to whoever plans as well
  let worker: Worker
  let isReady = false
  let isStopped = false
  let refusedBecause: AppError | undefined
  let next = 0
  let timer: NodeJS.Timeout | undefined

  const failAll = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }

  /** The thread plans in order, so the time runs for the first that waits. */
  const watch = (): void => {
    clearTimeout(timer)
    const [first] = waiting
    if (first === undefined || !isReady) {
      worker.unref()
      return
    }
    worker.ref()
    timer = setTimeout(() => giveUpFirst(failed()), planningMs)
  }

  /** The question that the thread is at cannot be planned; the others go on in a new thread. */
  const giveUpFirst = (error: AppError): void => {
    const [first] = waiting
    if (first !== undefined) {
      waiting.delete(first[0])
      first[1].reject(error)
    }
    void worker.terminate()
    start()
  }

  const settle = (id: number, how: (waiting: Waiting) => void): void => {
    const found = waiting.get(id)
    waiting.delete(id)
    if (found !== undefined) how(found)
    watch()
  }

  function start(): void {
    isReady = false
    worker = new Worker(new URL(`./planner-worker${moduleExtension}`, import.meta.url), {
      workerData: supergraphSdl,
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMb, maxYoungGenerationSizeMb: maxYoungMb },
    })
    const own = worker
    let isLoaded = false
    own.on('message', (report: Report) => {
      if (own !== worker) return
      switch (report.kind) {
        case 'READY':
          isReady = true
          isLoaded = true
          for (const [id, { operation }] of waiting)
            own.postMessage({ id, operation } satisfies Order)
          ready.resolve()
          watch()
          return
        case 'PLAN':
          settle(report.id, ({ resolve }) => resolve(JSON.parse(report.plan) as QueryPlan)) // the worker's own words
          return
        case 'FAILED':
          if (report.id === null) stopFor(errorOf(report.problem))
          else settle(report.id, ({ reject }) => reject(errorOf(report.problem)))
      }
    })
    own.on('error', (cause) => {
      if (own !== worker) return
      if (isLoaded) giveUpFirst(failed(cause))
      else stopFor(new AppError('INTERNAL', 'The planner stopped.', { cause }))
    })
  }

  const stopFor = (error: AppError): void => {
    refusedBecause = error
    clearTimeout(timer)
    ready.reject(error)
    failAll(error)
    void worker.terminate()
  }

  start()
  return {
    ready: ready.promise,
    plan: (operation) =>
      new Promise((resolve, reject) => {
        if (refusedBecause !== undefined || isStopped) {
          reject(refusedBecause ?? new AppError('CANCELLED', 'The planner is stopped.'))
          return
        }
        const id = next
        next += 1
        waiting.set(id, { operation, resolve, reject })
        if (isReady) worker.postMessage({ id, operation } satisfies Order)
        watch()
      }),
    [Symbol.asyncDispose]: async () => {
      isStopped = true
      clearTimeout(timer)
      const stopped = new AppError('CANCELLED', 'The planner is stopped.')
      ready.reject(stopped) // nothing when it was ready
      failAll(stopped)
      await worker.terminate()
    },
  }
}

const errorOf = ({ code, message }: Problem): AppError =>
  code !== null && code in errorCodes
    ? new AppError(code as ErrorCode, message) // just looked up
    : new AppError('INTERNAL', 'The planner failed.', { cause: new Error(message) })
