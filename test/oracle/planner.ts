/**
 * Apollo's planner in one thread for all graphs of a run, with the limit that the gateway has: some
 * questions take it minutes, and those are refused there as well. The gateway's own thread is begun for
 * each supergraph, which takes a second; a run has hundreds of them.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { QueryPlan } from '@apollo/query-planner'
import { AppError, errorCodes, type ErrorCode } from '#shared/errors.ts'
import type { Plan } from '../../gateway/supergraph/planner.ts'
import type { Order, Report } from './planner-worker.ts'

/** As in planner-thread.ts: milliseconds that one question may take, and megabytes of its thread. */
const planningMs = 10_000
const maxHeapMb = 512

let worker: Worker | null = null
/** The thread plans one after the other. */
let last: Promise<unknown> = Promise.resolve()

/** Rejects with PLANNING_FAILED when it takes too long. */
export const limitedPlanner =
  (supergraphSdl: string): Plan =>
  (operation) => {
    const plan = last.then(() => planned({ supergraphSdl, operation }))
    last = plan.catch(() => undefined) // told to whoever asked
    return plan
  }

async function planned(order: Order): Promise<QueryPlan> {
  const report = await reportOf(order)
  if ('plan' in report) return JSON.parse(report.plan) as QueryPlan // the worker's own words
  const { code, message } = report
  if (code === null || !(code in errorCodes)) throw new Error(`the planner failed: ${message}`)
  throw new AppError(code as ErrorCode, message) // just looked up
}

async function reportOf(order: Order): Promise<Report> {
  const own = (worker ??= await startWorker())
  own.ref()
  try {
    own.postMessage(order)
    const signal = AbortSignal.timeout(planningMs)
    const [report] = (await once(own, 'message', { signal })) as [Report] // what the worker posts
    own.unref()
    return report
  } catch (cause) {
    worker = null
    await own.terminate()
    throw new AppError('PLANNING_FAILED', 'The question takes too much to plan.', { cause })
  }
}

/** Its first message says that the planner is loaded, which does not count as planning. */
async function startWorker(): Promise<Worker> {
  const started = new Worker(new URL('./planner-worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
  })
  await once(started, 'message')
  return started
}
