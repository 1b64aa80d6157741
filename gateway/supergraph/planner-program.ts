/**
 * The process of planner-process.ts: takes a supergraph, then operations one by one, and answers with their
 * plans.
 */
import { appErrorIn } from '#shared/errors.ts'
import '../compile-cache.ts'
import type { Plan } from './planner.ts'

/** What it is asked: the supergraph comes first. */
export type Order =
  | { readonly kind: 'SUPERGRAPH'; readonly sdl: string }
  | { readonly kind: 'PLAN'; readonly id: number; readonly operation: string }

/** What it answers: that it is ready, a plan as JSON, or what is wrong. */
export type Report =
  | { readonly kind: 'READY' }
  | { readonly kind: 'PLAN'; readonly id: number; readonly plan: string }
  | { readonly kind: 'FAILED'; readonly id: number | null; readonly problem: Problem }

export interface Problem {
  /** One of our codes, or null for a fault of the planner's own. */
  readonly code: string | null
  readonly message: string
}

const problemOf = (error: unknown): Problem => {
  const ours = appErrorIn(error)
  const message = error instanceof Error ? error.message : String(error)
  return { code: ours?.code ?? null, message }
}

const tell = (report: Report) => process.send?.(report)

// The gateway says when to end, also where a terminal interrupts both; without it there is nothing to do.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined)
process.on('disconnect', () => process.exit())

/** Loaded here, as what is wrong with the modules is told as well. */
const planner = import('./planner.ts')
let plan: Promise<Plan> | undefined

async function begun(sdl: string): Promise<Plan> {
  const { createPlanner } = await planner
  return createPlanner(sdl)
}

async function told(order: Order): Promise<Report> {
  if (order.kind === 'SUPERGRAPH') {
    plan = begun(order.sdl)
    try {
      await plan
      return { kind: 'READY' }
    } catch (error) {
      return { kind: 'FAILED', id: null, problem: problemOf(error) }
    }
  }
  const { id, operation } = order
  try {
    const made = await (await plan)?.(operation)
    return { kind: 'PLAN', id, plan: JSON.stringify(made) }
  } catch (error) {
    return { kind: 'FAILED', id, problem: problemOf(error) }
  }
}

process.on('message', (order: Order) => {
  void told(order).then(tell)
})
