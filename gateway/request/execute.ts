/**
 * The one way to run a question: HTTP, the command line and reports call this. It goes through the
 * stages in their order and answers a GraphQL result; only what is wrong with the question itself is
 * thrown.
 */
import { GraphQLError, type ExecutionResult, type OperationDefinitionNode } from 'graphql'
import { AppError } from '#shared/errors.ts'
import type { Program } from '../engine/program.ts'
import type { Run, RunInput } from '../engine/run.ts'
import { checkEstimate, type Estimate, type OperationCost } from '../limits/cost.ts'
import { checkVariables } from '../limits/variables.ts'
import type { Generation } from '../supergraph/generation.ts'
import { renameValues } from './response-names.ts'
import { Unauthorized, type Authorization } from './denied.ts'
import { createPreparations, type PreparationOptions, type Preparations } from './prepare.ts'
import { shape, type ShapeOptions } from './shape.ts'
import { silent, type Observer, type Stage } from './observer.ts'
import { markAuthorised, type Authenticated, type Authorised, type Planned } from './stages.ts'

/** A generation with what was prepared for it. */
export interface Graph {
  readonly generation: Generation
  readonly questions: Preparations
}

export const createGraph = (generation: Generation, options?: PreparationOptions): Graph => ({
  generation,
  questions: createPreparations(generation, options),
})

export interface ExecuteOptions extends Pick<RunInput, 'sources' | 'limits'> {
  readonly graph: Graph
  /** `filter` by default. */
  readonly authorization?: Authorization | undefined
  readonly onError: ShapeOptions['onError']
  readonly mayBeSaid?: ShapeOptions['mayBeSaid']
  /** Told what a question may cost before it is planned; throws when the caller cannot have it. */
  readonly admit?: ((estimate: Estimate) => void | Promise<void>) | undefined
  /** Told of the answer, with what is needed to say what it cost. */
  readonly onAnswered?: ((answered: Answered) => void) | undefined
  readonly follow?: Follower | undefined
}

/** Follows one question, so that it can be said what was read. */
export interface Follower {
  /** What may be planned, before any system is asked; throws when it must not go on. */
  asks(authorised: Authorised): Promise<void>
  /** What the systems answered, before it is shaped. */
  got(data: unknown): void
}

export interface Answered {
  /** As it was planned. */
  readonly operation: OperationDefinitionNode
  readonly cost: OperationCost
  readonly values: Readonly<Record<string, unknown>>
  readonly program: Program
  readonly data: unknown
}

export async function execute(
  request: Authenticated,
  options: ExecuteOptions,
): Promise<ExecutionResult> {
  const { observer, limits } = request
  const { graph, authorization, admit, follow, onAnswered } = options
  // Where nobody listens nothing is timed.
  const clock = observer === silent ? null : new StageClock(observer)
  try {
    clock?.begin('authorise')
    const authorised = prepare(request, graph)
    const { prepared, values } = authorised
    const { operation, cost, denied } = prepared
    if (authorization === 'reject' && denied.length > 0) {
      throw new Unauthorized(denied, request.requestId)
    }
    clock?.end()
    observer.operation?.({ type: operation.operation, name: operation.name?.value })
    const estimate = cost.estimate(renameValues(values))
    checkEstimate(estimate, limits)
    await admit?.(estimate)
    await follow?.asks(authorised)
    clock?.begin('plan')
    const program = await prepared.program()
    clock?.end()
    const planned: Planned = { authorised, program }
    clock?.begin('fetch')
    const run = await fetch(planned, options)
    clock?.end()
    follow?.got(run?.data)
    clock?.begin('shape')
    const result = shape({ planned, run }, options)
    clock?.end()
    onAnswered?.({ operation, cost, values, program, data: run?.data })
    return result
  } catch (error) {
    clock?.end(error)
    throw error
  }
}

/** Tells an observer of the stages, one after the other. */
class StageClock {
  readonly #observer: Observer
  /** Null between two stages. */
  #stage: Stage | null = null
  #startedAt = 0

  constructor(observer: Observer) {
    this.#observer = observer
  }

  begin(stage: Stage): void {
    this.#stage = stage
    this.#startedAt = performance.now()
  }

  end(error: unknown = null): void {
    const stage = this.#stage
    if (stage === null) return
    this.#stage = null
    this.#observer.stage({ stage, milliseconds: performance.now() - this.#startedAt, error })
  }
}

/** A question of a caller, up to what may be planned. */
export function prepare(request: Authenticated, { questions }: Graph): Authorised {
  const { limits } = request
  const asked = questions.ask(request.document, request.operationName, limits)
  if (request.isSafe && asked.operation.operation !== 'query') {
    throw new AppError('METHOD_NOT_ALLOWED', 'What changes something is asked by POST.')
  }
  checkVariables(request.variables, limits)
  const { coerced, errors } = asked.coerce(request.variables, {
    maxErrors: limits.variableErrors,
    hideSuggestions: questions.hideSuggestions,
  })
  if (errors !== undefined) throw new InvalidVariables(errors)
  const prepared = questions.prepare(asked, coerced, request.principal)
  const { written } = prepared
  return markAuthorised({
    request,
    prepared,
    values: written === null ? coerced : { ...coerced, ...written },
  })
}

async function fetch(
  { authorised: { request, prepared, values }, program }: Planned,
  { sources, limits }: Pick<ExecuteOptions, 'sources' | 'limits'>,
): Promise<Run | null> {
  if (prepared.nothingLeft) return null
  const { principal, signal, deadlineAt, observer } = request
  const run = await program.fetch({
    sources,
    limits,
    principal,
    signal,
    deadlineAt,
    observer,
    values: renameValues(values),
  })
  // Out of time, what did arrive is still an answer; a client that left needs none.
  const { aborted, reason } = signal
  if (aborted && reason instanceof AppError && reason.code === 'CANCELLED') throw reason
  return run
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
