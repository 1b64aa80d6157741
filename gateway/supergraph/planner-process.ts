/**
 * A planner in a process of its own, so that a question nobody has asked before never holds up the
 * others, and none can take the gateway down. One process for each supergraph; a question that takes too
 * long or too much memory to plan is refused, the process is begun again, and the question is not planned
 * a second time soon.
 */
import type { ChildProcess } from 'node:child_process'
import type { QueryPlan } from '@apollo/query-planner'
import { AppError, errorCodes, type ErrorCode } from '#shared/errors.ts'
import { moduleExtension } from '../module-extension.ts'
import { createGivenUp } from './given-up.ts'
import type { Plan } from './planner.ts'
import { holdOpen, startChild, stopChild } from './planner-child.ts'
import type { Order, Problem, Report } from './planner-program.ts'

export interface PlannerProcess extends AsyncDisposable {
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

/** After how many milliseconds one that did not come up again is started once more. */
const againMs = 1_000

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

export function startPlannerProcess(
  supergraphSdl: string,
  { planningMs, maxHeapMb }: PlannerLimits = usual,
): PlannerProcess {
  const waiting = new Map<number, Waiting>()
  const givenUp = createGivenUp()
  const ready = Promise.withResolvers<void>()
  ready.promise.catch(() => undefined) // told to whoever plans as well
  let child: ChildProcess
  let isReady = false
  let wasReady = false
  /** Why nothing is planned any more. */
  let stoppedBy: AppError | undefined
  let next = 0
  let timer: NodeJS.Timeout | undefined
  /** The one that the time runs for. */
  let timed: number | undefined
  let again: NodeJS.Timeout | undefined

  const failAll = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }

  /** It plans in order, so the time runs for the first that waits. */
  const watch = (): void => {
    const [first] = waiting.keys()
    holdOpen(child, first !== undefined || !isReady)
    const at = isReady ? first : undefined
    if (at === timed) return // whoever comes later gives the first no more time
    clearTimeout(timer)
    timed = at
    if (at !== undefined) timer = setTimeout(() => giveUpFirst(failed()), planningMs)
  }

  /** The question that the process is at cannot be planned; the others go on in a new one. */
  const giveUpFirst = (error: AppError): void => {
    const [first] = waiting.values()
    if (first !== undefined) {
      givenUp.add(first.operation, error)
      for (const [id, { operation, reject }] of waiting) {
        if (operation !== first.operation) continue
        waiting.delete(id)
        reject(error)
      }
    }
    void stopChild(child)
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
    const own = startChild(
      new URL(`./planner-program${moduleExtension}`, import.meta.url),
      maxHeapMb,
    )
    child = own
    watch()
    tell(own, { kind: 'SUPERGRAPH', sdl: supergraphSdl })
    own.on('message', (report: Report) => {
      if (own !== child) return
      switch (report.kind) {
        case 'READY':
          isReady = true
          wasReady = true
          for (const [id, { operation }] of waiting) tell(own, { kind: 'PLAN', id, operation })
          ready.resolve()
          watch()
          return
        case 'PLAN':
          settle(report.id, ({ resolve }) => resolve(JSON.parse(report.plan) as QueryPlan)) // the planner's own words
          return
        case 'FAILED':
          if (report.id === null) void stop(errorOf(report.problem))
          else settle(report.id, ({ reject }) => reject(errorOf(report.problem)))
      }
    })
    const lost = (cause: Error) => {
      if (own !== child || stoppedBy !== undefined) return
      if (isReady) giveUpFirst(failed(cause))
      else if (wasReady) startAgain(failed(cause))
      else void stop(new AppError('INTERNAL', 'The planner stopped.', { cause }))
    }
    own.on('error', lost)
    own.on('exit', (code, signal) => lost(new Error(`the planner ended with ${signal ?? code}`)))
  }

  /** The machine may be short of memory or of processes, and not for ever. */
  const startAgain = (error: AppError): void => {
    failAll(error)
    clearTimeout(again) // a process that could not be begun may be told of twice
    again = setTimeout(start, againMs).unref()
  }

  /** Whoever waits is told, and whoever comes later. */
  const stop = (error: AppError): Promise<void> => {
    stoppedBy ??= error
    clearTimeout(timer)
    clearTimeout(again)
    ready.reject(error) // nothing when it was ready
    failAll(error)
    return stopChild(child)
  }

  start()
  return {
    ready: ready.promise,
    plan: (operation) =>
      new Promise((resolve, reject) => {
        if (stoppedBy !== undefined) {
          reject(stoppedBy)
          return
        }
        const known = givenUp.find(operation)
        if (known !== undefined) {
          reject(known)
          return
        }
        const id = next
        next += 1
        waiting.set(id, { operation, resolve, reject })
        if (isReady) tell(child, { kind: 'PLAN', id, operation })
        watch()
      }),
    [Symbol.asyncDispose]: () => stop(new AppError('CANCELLED', 'The planner is stopped.')),
  }
}

/** What one that has ended can no longer be told is told to the next. */
const tell = (child: ChildProcess, order: Order): void => {
  child.send(order, () => undefined)
}

const errorOf = ({ code, message }: Problem): AppError =>
  code !== null && code in errorCodes
    ? new AppError(code as ErrorCode, message) // just looked up
    : new AppError('INTERNAL', 'The planner failed.', { cause: new Error(message) })
