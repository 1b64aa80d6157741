/**
 * The one way to run a question: HTTP, the command line and reports call this. It goes through the
 * stages in their order and answers a GraphQL result; only what is wrong with the question itself is
 * thrown.
 */
import { getVariableValues, GraphQLError, type ExecutionResult } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { runPlan, type RunLimits, type Sources } from '../engine/apollo.ts'
import type { Generation } from '../supergraph/generation.ts'
import { renameValues } from './response-names.ts'
import { createPreparations, type Preparations, type Prepared } from './prepare.ts'
import { shape, type ShapeOptions } from './shape.ts'
import {
  markAuthorised,
  type Authenticated,
  type Authorised,
  type Fetched,
  type Planned,
} from './stages.ts'

/** A generation with what was prepared for it. */
export interface Graph {
  readonly generation: Generation
  readonly prepare: Preparations
}

export const createGraph = (generation: Generation): Graph => ({
  generation,
  prepare: createPreparations(generation),
})

export interface ExecuteOptions {
  readonly graph: Graph
  readonly sources: Sources
  readonly limits: RunLimits
  readonly onError: ShapeOptions['onError']
}

/** Variable errors that are reported; thousands of wrong values are one fault. */
const maxVariableErrors = 10

export async function execute(
  request: Authenticated,
  { graph, sources, limits, onError }: ExecuteOptions,
): Promise<ExecutionResult> {
  const { observer } = request
  const time = <Result>(stage: 'authorise' | 'plan' | 'shape', work: () => Result): Result => {
    const started = performance.now()
    const tell = (error: unknown) =>
      observer.stage({ stage, milliseconds: performance.now() - started, error })
    try {
      const result = work()
      tell(null)
      return result
    } catch (error) {
      tell(error)
      throw error
    }
  }
  const prepared = time('authorise', () =>
    graph.prepare(request.document, request.operationName, request.principal.scopes),
  )
  const authorised = authorisedOf(request, graph.generation, prepared)
  const planned = time('plan', () => plan(authorised, prepared))
  const fetched = await fetch(planned, sources, limits)
  return time('shape', () => shape(fetched, { isRenamed: prepared.isRenamed, onError }))
}

const authorisedOf = (
  request: Authenticated,
  generation: Generation,
  { document, operation, denied, nothingLeft }: Prepared,
): Authorised =>
  markAuthorised({ ...request, generation, allowed: document, operation, denied, nothingLeft })

function plan(request: Authorised, prepared: Prepared): Planned {
  const { coerced, errors } = getVariableValues(
    request.generation.apiSchema,
    prepared.asked.variableDefinitions ?? [],
    request.variables,
    { maxErrors: maxVariableErrors },
  )
  if (errors !== undefined) throw new InvalidVariables(errors)
  return { ...request, plan: prepared.plan(), values: coerced }
}

async function fetch(request: Planned, sources: Sources, limits: RunLimits): Promise<Fetched> {
  if (request.nothingLeft) return { ...request, data: null, errors: [] }
  const started = performance.now()
  const { data, errors } = await runPlan(
    { ...request, values: renameValues(request.values) },
    sources,
    limits,
  )
  request.observer.stage({
    stage: 'fetch',
    milliseconds: performance.now() - started,
    error: errors?.[0] ?? null,
  })
  // Out of time, what did arrive is still an answer; a client that left needs none.
  const { aborted, reason } = request.signal
  if (aborted && reason instanceof AppError && reason.code === 'CANCELLED') throw reason
  return { ...request, data, errors: errors ?? [] }
}

/** Variables that do not fit the operation; carries every error that is reported. */
export class InvalidVariables extends Error {
  override readonly name = 'InvalidVariables'
  readonly errors: readonly GraphQLError[]

  constructor(errors: readonly GraphQLError[]) {
    super('The variables are not valid.')
    this.errors = errors.map(
      (error) => new GraphQLError(error.message, { extensions: { code: 'BAD_USER_INPUT' } }),
    )
  }
}
