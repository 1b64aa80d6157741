/** The worker thread of planner-thread.ts: takes operations one by one and answers with their plans. */
import { parentPort, workerData } from 'node:worker_threads'
import { appErrorIn } from '#shared/errors.ts'
import '../compile-cache.ts'

/** What the worker is asked. */
export interface Order {
  readonly id: number
  readonly operation: string
}

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

const tell = (report: Report) => parentPort?.postMessage(report)

try {
  const { createPlanner } = await import('./planner.ts')
  const plan = createPlanner(String(workerData))
  parentPort?.on('message', ({ id, operation }: Order) => {
    plan(operation).then(
      (made) => tell({ kind: 'PLAN', id, plan: JSON.stringify(made) }),
      (error: unknown) => tell({ kind: 'FAILED', id, problem: problemOf(error) }),
    )
  })
  tell({ kind: 'READY' })
} catch (error) {
  tell({ kind: 'FAILED', id: null, problem: problemOf(error) })
}
