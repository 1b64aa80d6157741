/** `extensions.cost`: what an answered question was estimated at, and what its answer had. */
import type { Answered } from '../request/execute.ts'
import { bySystem } from '../request/explain.ts'
import { plannedCosts } from '../request/readable-plan.ts'
import { renameValues } from '../request/response-names.ts'
import type { Generation } from '../supergraph/generation.ts'
import type { SystemMeter } from './system-costs.ts'

export interface Cost {
  readonly estimated: number
  readonly actual: number
}

export interface AnsweredCost extends Cost {
  /** What each system was asked and what it answered, keys and lookups of the gateway's own included. */
  readonly systems: Readonly<Record<string, Cost>>
}

export function answeredCost(
  { operation, cost, values, program, data }: Answered,
  { supergraphSchema, costs }: Generation,
  meter: SystemMeter,
): AnsweredCost {
  const renamed = renameValues(values)
  const estimated = bySystem(
    plannedCosts(program.plan, { operation, supergraphSchema, costs, cost, values: renamed }),
  )
  const actual = meter.actual()
  return {
    estimated: cost.estimate(renamed).cost,
    actual: cost.actual(data, renamed),
    systems: Object.fromEntries(
      [...new Set([...Object.keys(estimated), ...Object.keys(actual)])].map((system) => [
        system,
        { estimated: estimated[system] ?? 0, actual: actual[system] ?? 0 },
      ]),
    ),
  }
}
