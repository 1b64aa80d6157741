/**
 * Apollo's planner in one process for all graphs of a run, with the limits that the gateway has: some
 * questions take it minutes or gigabytes, and those are refused there as well. The gateway's own process
 * is begun for each supergraph, which takes a second; a run has hundreds of them.
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import type { QueryPlan } from '@apollo/query-planner'
import { AppError, errorCodes, type ErrorCode } from '#shared/errors.ts'
import type { Plan } from '../../gateway/supergraph/planner.ts'
import { holdOpen, startChild, stopChild } from '../../gateway/supergraph/planner-child.ts'
import type { Order, Report } from './planner-program.ts'

/** As in planner-process.ts: milliseconds that one question may take, and megabytes of its process. */
const planningMs = 10_000
const maxHeapMb = 512

let child: ChildProcess | null = null
/** It plans one after the other. */
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
  if ('plan' in report) return JSON.parse(report.plan) as QueryPlan // the planner's own words
  const { code, message } = report
  if (code === null || !(code in errorCodes)) throw new Error(`the planner failed: ${message}`)
  throw new AppError(code as ErrorCode, message) // just looked up
}

async function reportOf(order: Order): Promise<Report> {
  const own = (child ??= await startPlanner())
  holdOpen(own, true)
  const settled = new AbortController()
  const signal = AbortSignal.any([AbortSignal.timeout(planningMs), settled.signal])
  try {
    own.send(order)
    return await Promise.race([reported(own, signal), ended(own, signal)])
  } catch (cause) {
    child = null
    await stopChild(own)
    throw new AppError('PLANNING_FAILED', 'The question takes too much to plan.', { cause })
  } finally {
    settled.abort()
    holdOpen(own, false)
  }
}

async function reported(own: ChildProcess, signal: AbortSignal): Promise<Report> {
  const [report] = (await once(own, 'message', { signal })) as [Report] // what the program sends
  return report
}

async function ended(own: ChildProcess, signal: AbortSignal): Promise<never> {
  await once(own, 'exit', { signal })
  throw new Error('the planner ended')
}

/** Its first message says that the planner is loaded, which does not count as planning. */
async function startPlanner(): Promise<ChildProcess> {
  const started = startChild(new URL('./planner-program.ts', import.meta.url), maxHeapMb)
  await once(started, 'message')
  return started
}
