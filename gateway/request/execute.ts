/**
 * The one way to run a question: HTTP, the command line and reports call this. It goes through the
 * stages in their order and answers a GraphQL result; only what is wrong with the question itself is
 * thrown.
 */
import {
  getVariableValues,
  GraphQLError,
  type ExecutionResult,
  type OperationDefinitionNode,
} from 'graphql'
import { AppError } from '#shared/errors.ts'
import type { Program } from '../engine/program.ts'
import type { RunInput } from '../engine/run.ts'
import { checkEstimate, type Estimate, type OperationCost } from '../limits/cost.ts'
import { checkVariables } from '../limits/variables.ts'
import type { Generation } from '../supergraph/generation.ts'
import { renameValues } from './response-names.ts'
import { Unauthorized, type Authorization } from './denied.ts'
import {
  createPreparations,
  type PreparationOptions,
  type Preparations,
  type Prepared,
} from './prepare.ts'
import { shape, type ShapeOptions } from './shape.ts'
import { silent, type Observer, type Stage } from './observer.ts'
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
  asks(ready: Ready): Promise<void>
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
  {
    graph,
    authorization,
    onError,
    mayBeSaid,
    admit,
    onAnswered,
    follow,
    ...systems
  }: ExecuteOptions,
): Promise<ExecutionResult> {
  const { observer } = request
  const ready = await observed(observer, 'authorise', () => {
    const made = prepare(request, graph)
    const { denied } = made.prepared
    if (authorization === 'reject' && denied.length > 0) {
      throw new Unauthorized(denied, request.requestId)
    }
    return made
  })
  const { prepared, values } = ready
  observer.operation?.({
    type: prepared.operation.operation,
    name: prepared.operation.name?.value,
  })
  const estimate = prepared.cost.estimate(renameValues(values))
  checkEstimate(estimate, request.limits)
  if (admit !== undefined) await admit(estimate)
  if (follow !== undefined) await follow.asks(ready)
  const authorised = authorisedOf(request, graph.generation, prepared)
  const planned = await observed(observer, 'plan', async (): Promise<Planned> => ({
    ...authorised,
    values,
    program: await prepared.program(),
  }))
  const fetched = await observed(observer, 'fetch', () => fetch(planned, systems))
  follow?.got(fetched.run?.data)
  const result = await observed(observer, 'shape', () => shape(fetched, { onError, mayBeSaid }))
  onAnswered?.({
    operation: prepared.operation,
    cost: prepared.cost,
    values,
    program: planned.program,
    data: fetched.run?.data,
  })
  return result
}

export interface Ready {
  readonly prepared: Prepared
  /** The variables, checked and with their defaults, and the values that stood in the operation. */
  readonly values: Readonly<Record<string, unknown>>
}

/** A question of a caller, up to what may be planned. */
export function prepare(request: Authenticated, { generation, questions }: Graph): Ready {
  const { limits } = request
  const asked = questions.ask(request.document, request.operationName, limits)
  if (request.isSafe && asked.operation.operation !== 'query') {
    throw new AppError('METHOD_NOT_ALLOWED', 'What changes something is asked by POST.')
  }
  checkVariables(request.variables, limits)
  const { coerced, errors } = getVariableValues(
    generation.apiSchema,
    asked.operation.variableDefinitions ?? [],
    request.variables,
    { maxErrors: limits.variableErrors, hideSuggestions: questions.hideSuggestions },
  )
  if (errors !== undefined) throw new InvalidVariables(errors)
  const prepared = questions.prepare(asked, coerced, request.principal)
  return { prepared, values: { ...coerced, ...prepared.written } }
}

const authorisedOf = (
  request: Authenticated,
  generation: Generation,
  { operation, denied, nothingLeft }: Prepared,
): Authorised => markAuthorised({ ...request, generation, operation, denied, nothingLeft })

async function fetch(
  request: Planned,
  systems: Pick<ExecuteOptions, 'sources' | 'limits'>,
): Promise<Fetched> {
  if (request.nothingLeft) return { ...request, run: null }
  const { principal, signal, deadlineAt, observer, values } = request
  const run = await request.program.fetch({
    ...systems,
    principal,
    signal,
    deadlineAt,
    observer,
    values: renameValues(values),
  })
  // Out of time, what did arrive is still an answer; a client that left needs none.
  const { aborted, reason } = signal
  if (aborted && reason instanceof AppError && reason.code === 'CANCELLED') throw reason
  return { ...request, run }
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

async function observed<Result>(
  observer: Observer,
  stage: Stage,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  if (observer === silent) return work()
  const started = performance.now()
  const tell = (error: unknown) =>
    observer.stage({ stage, milliseconds: performance.now() - started, error })
  try {
    const result = await work()
    tell(null)
    return result
  } catch (error) {
    tell(error)
    throw error
  }
}
