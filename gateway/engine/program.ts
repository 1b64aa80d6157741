/**
 * A question compiled: its plan and the shape of its answer as closures. Made once for a generation,
 * a document and the caller's rights, and used by every request that asks the same.
 */
import type { QueryPlan } from '@apollo/query-planner'
import type { OperationDefinitionNode } from 'graphql'
import type { Denied } from '../request/stages.ts'
import type { Generation } from '../supergraph/generation.ts'
import { compilePlan } from './compile.ts'
import { introspection } from './introspection.ts'
import { startRun, type Run, type RunInput } from './run.ts'
import { decisiveVariables } from './selections.ts'
import { compileShape, type Data, type Shape } from './shape.ts'
import { typeConditions } from './types.ts'

export interface Program {
  /** Asks the systems. */
  fetch(input: RunInput): Promise<Run>
  /** The answer's data; may add to the run's errors. */
  shape(run: Run): Data | null
}

export interface ProgramOptions {
  readonly generation: Pick<Generation, 'apiSchema' | 'supergraphSchema' | 'keys'>
  /** As it is planned: without fragments, denied fields and colliding names. */
  readonly operation: OperationDefinitionNode
  readonly denied: readonly Denied[]
  readonly plan: QueryPlan
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

/** Shapes of one operation that are kept: one for each way its conditions can fall. */
const maxShapes = 64

export function compileProgram({ generation, operation, denied, plan }: ProgramOptions): Program {
  const { apiSchema: schema, supergraphSchema, keys } = generation
  const types = typeConditions(supergraphSchema)
  const step = compilePlan(plan, { keys, types })
  const introspect = introspection(schema, operation)
  const deciding = [
    ...new Set([
      ...decisiveVariables(operation),
      ...denied.flatMap(({ when }) =>
        when.flatMap((each) => ('variable' in each ? [each.variable] : [])),
      ),
    ]),
  ]
  const shapes = new Map<string, Shape>()
  const shapeFor = ({ values }: Run): Shape => {
    const key = deciding.map((name) => (values[name] === true ? '1' : '0')).join('')
    const known = shapes.get(key)
    if (known !== undefined) return known
    const decisions = new Map(deciding.map((name) => [name, values[name] === true]))
    const made = compileShape({ operation, schema, types, denied, decisions, introspect })
    if (shapes.size >= maxShapes) shapes.clear()
    shapes.set(key, made)
    return made
  }
  return {
    fetch: async (input) => {
      const run = startRun(input)
      await step(run)
      await makeUp(run)
      return run
    },
    shape: (run) => shapeFor(run)(run),
  }
}
