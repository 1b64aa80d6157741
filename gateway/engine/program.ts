/**
 * A question compiled: its plan and the shape of its answer as closures. Made once for a generation,
 * a document and the caller's rights, and used by every request that asks the same.
 */
import type { QueryPlan } from '@apollo/query-planner'
import type { GraphQLSchema, OperationDefinitionNode } from 'graphql'
import type { Denied } from '../request/denied.ts'
import type { Generation } from '../supergraph/generation.ts'
import { compilePlan } from './compile.ts'
import { introspection } from './introspection.ts'
import { startRun, type Run, type RunInput } from './run.ts'
import { compileShape, type Shape } from './shape.ts'
import { typeConditions } from './types.ts'

export interface Program {
  /** Asks the systems. */
  fetch(input: RunInput): Promise<Run>
  /** The answer's data; may add to the run's errors. */
  readonly shape: Shape
  /** For who explains it. */
  readonly plan: QueryPlan
}

export interface ProgramOptions {
  readonly generation: Pick<Generation, 'apiSchema' | 'supergraphSchema' | 'keys' | 'neededScopes'>
  /** As it is planned: without conditions, fragments, denied fields and colliding names. */
  readonly operation: OperationDefinitionNode
  readonly denied: readonly Denied[]
  readonly plan: QueryPlan
  /** What introspection tells of. */
  readonly introspected: GraphQLSchema
}

/**
 * Asks once more for what came too early: Apollo's planner may put a fetch before the one that brings
 * what it requires.
 */
async function makeUp(run: Run): Promise<void> {
  let hasAsked = true
  while (hasAsked && run.postponed.length > 0) {
    hasAsked = false
    for (const ask of run.postponed.splice(0)) hasAsked = (await ask()) || hasAsked
  }
}

export function compileProgram({
  generation,
  operation,
  denied,
  plan,
  introspected,
}: ProgramOptions): Program {
  const { apiSchema: schema, supergraphSchema, keys, neededScopes } = generation
  const types = typeConditions(supergraphSchema)
  const step = compilePlan(plan, { keys, types, neededScopes })
  const introspect = introspection(introspected, operation)
  return {
    fetch: async (input) => {
      const run = startRun(input)
      const leave = () => run.underWay.forEach((stop) => stop(run.signal.reason))
      run.signal.addEventListener('abort', leave)
      try {
        await step(run)
        await makeUp(run)
      } finally {
        run.signal.removeEventListener('abort', leave)
      }
      return run
    },
    shape: compileShape({ operation, schema, types, denied, introspect }),
    plan,
  }
}
