/** `extensions.cost`: what an answered question was estimated at, and what its answer had. */
import type { Answered } from '../request/execute.ts'
import { bySystem } from '../request/explain.ts'
import { plannedCosts } from '../request/readable-plan.ts'
import { renameValues } from '../request/response-names.ts'
import type { Generation } from '../supergraph/generation.ts'

export interface AnsweredCost {
  readonly estimated: number
  readonly actual: number
  /** The estimate of what each system is asked, keys and lookups of the gateway's own included. */
  readonly systems: Readonly<Record<string, number>>
}

export function answeredCost(
  { operation, cost, values, program, data }: Answered,
  { supergraphSchema, costs }: Generation,
): AnsweredCost {
  const renamed = renameValues(values)
  return {
    estimated: cost.estimate(renamed).cost,
    actual: cost.actual(data),
    systems: bySystem(
      plannedCosts(program.plan, { operation, supergraphSchema, costs, cost, values: renamed }),
    ),
  }
}
