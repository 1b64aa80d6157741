/**
 * The one place that calls the gateway: its own stages, in this process, over sources that answer
 * from the case. What the engine is, and how it is chosen, is known here only.
 */
import { composeServices } from '@apollo/composition'
import type { ExecutionResult } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { openLimits } from '../../gateway/limits/limits.ts'
import { createGraph, execute, type Graph } from '../../gateway/request/execute.ts'
import { observers } from '../../gateway/request/observer.ts'
import type { Source } from '../../gateway/sources/source.ts'
import { createGeneration } from '../../gateway/supergraph/generation.ts'
import { anyone } from '../support/subgraph-fixture.ts'
import type { Question } from './case.ts'
import type { Catalogue } from './catalogue.ts'
import { limitedPlanner } from './planner.ts'

/** A supergraph that composed, or why it did not. */
export type Composed = { readonly supergraphSdl: string } | { readonly problems: readonly string[] }

export function compose({ documents }: Catalogue): Composed {
  const { supergraphSdl, errors = [] } = composeServices(
    [...documents].map(([name, typeDefs]) => ({ name, url: `http://${name}`, typeDefs })),
  )
  return supergraphSdl === undefined
    ? { problems: errors.map(({ message }) => message) }
    : { supergraphSdl }
}

export const load = (supergraphSdl: string): Graph =>
  createGraph(createGeneration(supergraphSdl, limitedPlanner(supergraphSdl)))

/** What the gateway made of a question: an answer, a refusal with a code, or a crash. */
export type Outcome =
  | { readonly answer: ExecutionResult }
  | { readonly refused: string; readonly message: string }
  | { readonly crashed: string }

/** Something that answers a question of a graph; the judge does not care what it is. */
export type Ask = (
  graph: Graph,
  sources: ReadonlyMap<string, Source>,
  question: Pick<Question, 'operation' | 'variables'>,
) => Promise<Outcome>

export async function federated(
  graph: Graph,
  sources: ReadonlyMap<string, Source>,
  { operation, variables }: Pick<Question, 'operation' | 'variables'>,
): Promise<Outcome> {
  try {
    const result = await execute(
      {
        document: operation,
        operationName: undefined,
        variables,
        isSafe: false,
        signal: new AbortController().signal,
        deadlineAt: performance.now() + 60_000,
        limits: openLimits,
        requestId: 'oracle',
        observer: observers(),
        principal: anyone,
      },
      { graph, sources, limits: { timeoutOf: () => 60_000 }, onError: () => undefined },
    )
    const answer = JSON.parse(JSON.stringify(result)) as ExecutionResult // as a client gets it
    // A plan that turns out not to bring an input is a refusal of the fields that need it.
    const unplanned = answer.errors?.find(
      ({ extensions }) => extensions?.['code'] === 'PLANNING_FAILED',
    )
    return unplanned === undefined
      ? { answer }
      : { refused: 'PLANNING_FAILED', message: unplanned.message }
  } catch (error) {
    return outcomeOf(error)
  }
}

/** A refusal says a code of ours; anything else is a fault. */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof AppError && error.code !== 'INTERNAL') {
    return { refused: error.code, message: error.message }
  }
  return { crashed: error instanceof Error ? (error.stack ?? error.message) : String(error) }
}
