/**
 * What would become of a question, without asking any system: its cost, its plan, what the caller may
 * not read of it and why, and the limits it would be refused by. What is beyond the limits of a
 * document is refused as ever: it must not be looked at any further.
 */
import type { ExecutionResult } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { grantsOf } from '#shared/rules/requirements.ts'
import { checkEstimate, type Estimate } from '../limits/cost.ts'
import type { Limits } from '../limits/limits.ts'
import { prepare, type Graph } from './execute.ts'
import { missingScopes, type Alternatives } from './missing-scopes.ts'
import { plannedCosts, readablePlan, type PlannedCost } from './readable-plan.ts'
import { originalName, renameValues } from './response-names.ts'
import type { Authenticated } from './stages.ts'

export interface Explanation {
  readonly cost: { readonly estimated: number; readonly maximum: number }
  readonly nestedRows: { readonly estimated: number; readonly maximum: number }
  readonly systems: Readonly<Record<string, number>>
  readonly calls: readonly Omit<PlannedCost, 'operation'>[]
  readonly plan: string
  /** What is left out of the answer, with the lists of scopes of which one must be held whole. */
  readonly missingScopes: readonly MissingScopes[]
  /** Why it would be refused. */
  readonly refusedBy: readonly { readonly code: string; readonly message: string }[]
  readonly limits: Limits
}

export interface MissingScopes {
  readonly path: readonly string[]
  readonly coordinate: string
  readonly scopes: Alternatives
}

export async function explain(request: Authenticated, graph: Graph): Promise<ExecutionResult> {
  const { generation, questions } = graph
  const { prepared, values } = prepare(request, graph)
  const renamed = renameValues(values)
  const estimate = prepared.cost.estimate(renamed)
  const { plan } = await prepared.program()
  const calls = plannedCosts(plan, {
    ...generation,
    operation: prepared.operation,
    cost: prepared.cost,
    values: renamed,
  })
  const { limits, principal } = request
  const held = grantsOf(principal, generation.policies.policies)
  const explanation: Explanation = {
    cost: { estimated: estimate.cost, maximum: limits.cost },
    nestedRows: { estimated: estimate.nestedRows, maximum: limits.nestedRows },
    systems: bySystem(calls),
    calls: calls.map(({ system, path, entities, cost }) => ({ system, path, entities, cost })),
    plan: readablePlan(plan, {
      operation: prepared.operation,
      supergraphSchema: generation.supergraphSchema,
      shown: questions.schemaFor(principal),
    }),
    missingScopes: prepared.denied.map((each) => ({
      path: each.path.map(originalName),
      coordinate: each.coordinate,
      scopes: missingScopes(each, generation, held),
    })),
    refusedBy: refusals(estimate, limits),
    limits,
  }
  return { data: null, extensions: { explain: explanation } }
}

export const bySystem = (calls: readonly PlannedCost[]): Readonly<Record<string, number>> => {
  const costs: Record<string, number> = {}
  for (const { system, cost } of calls) costs[system] = (costs[system] ?? 0) + cost
  return costs
}

function refusals(estimate: Estimate, limits: Limits) {
  try {
    checkEstimate(estimate, limits)
    return []
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return [{ code: error.code, message: error.message }]
  }
}
