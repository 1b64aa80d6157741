/** The process of planner.ts: plans one operation after the other, each for the supergraph it brings. */
import { appErrorIn } from '#shared/errors.ts'
import { createPlanner, type Plan } from '../../gateway/supergraph/planner.ts'

export interface Order {
  readonly supergraphSdl: string
  readonly operation: string
}

export type Report =
  | { readonly plan: string }
  | {
      /** One of our codes, or null for a fault of the planner's own. */
      readonly code: string | null
      readonly message: string
    }

/** The questions of one graph come together. */
let last: { readonly supergraphSdl: string; readonly plan: Plan } | null = null

async function planned({ supergraphSdl, operation }: Order): Promise<Report> {
  try {
    if (last?.supergraphSdl !== supergraphSdl) {
      last = { supergraphSdl, plan: createPlanner(supergraphSdl) }
    }
    return { plan: JSON.stringify(await last.plan(operation)) }
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { code: appErrorIn(error)?.code ?? null, message }
  }
}

process.on('disconnect', () => process.exit())
process.on('message', (order: Order) => {
  void planned(order).then((report) => process.send?.(report))
})
// The first message says that the planner is loaded.
process.send?.('loaded')
