/**
 * Runs a plan with Apollo's executor. Everything of Apollo's that runs a question is behind this
 * file: a plan and values go in, raw data and errors with paths come out.
 */
import {
  buildOperationContext,
  executeQueryPlan,
  type GraphQLDataSource,
  type ServiceMap,
} from '@apollo/gateway'
import {
  GraphQLError,
  Kind,
  parse,
  type DocumentNode,
  type ExecutionResult,
  type SelectionNode,
} from 'graphql'
import { AppError, appErrorIn } from '#shared/errors.ts'
import type { Planned } from '../request/stages.ts'
import type { Source } from '../sources/source.ts'
import { expand, reduce, type Reduced } from './representations.ts'

export type Sources = ReadonlyMap<string, Source>

export interface RunLimits {
  /** Milliseconds that one system may take. */
  timeoutOf(system: string): number
}

export async function runPlan(
  planned: Planned,
  sources: Sources,
  limits: RunLimits,
): Promise<ExecutionResult> {
  const { generation, plan, allowed, values } = planned
  const services: ServiceMap = Object.fromEntries(
    generation.services.map(({ name }) => [name, dataSource(name, planned, sources, limits)]),
  )
  // The executor reads these few properties of Apollo Server's request context, and no others.
  const requestContext = {
    request: { variables: values },
    context: {},
    logger: console,
    metrics: {},
    cache: undefined,
  } as unknown as Parameters<typeof executeQueryPlan>[2]
  const result = await executeQueryPlan(
    plan,
    services,
    requestContext,
    buildOperationContext({ schema: generation.apiSchema, operationDocument: allowed }),
    generation.supergraphSchema,
    generation.plannerApiSchema,
  )
  return withCompletionErrors(result as ExecutionResult) // the interface package's twin of the type
}

/** Apollo reports a missing non-null or a wrong shape beside the data only; it is an error. */
function withCompletionErrors(result: ExecutionResult): ExecutionResult {
  const found: unknown = result.extensions?.['valueCompletion']
  const { extensions: _, ...rest } = result
  if (!Array.isArray(found) || found.length === 0) return rest
  const errors = found.map((error: GraphQLError) => {
    const path = error.path ?? null
    return new GraphQLError('A system left out a value that must be there.', {
      path,
      extensions: { code: 'SOURCE_DATA_INVALID' },
    })
  })
  return { ...rest, errors }
}

type FetchAnswer = Awaited<ReturnType<GraphQLDataSource['process']>>

/** One system for one request: deduplicates, limits the time, turns failures into errors with paths. */
function dataSource(
  system: string,
  { signal, deadlineAt, principal, observer, generation }: Planned,
  sources: Sources,
  limits: RunLimits,
): GraphQLDataSource {
  return {
    async process(options): Promise<FetchAnswer> {
      const { query = '', variables = {}, operationName } = options.request
      const asked = ('document' in options ? options.document : undefined) ?? parse(query)
      const given: unknown = variables['representations']
      const reduced = Array.isArray(given) ? reduce(given, system, generation.keys) : null
      if (reduced !== null && reduced.unique.length === 0) {
        return { data: { _entities: reduced.places.map(() => null) } }
      }
      const startedAt = performance.now()
      const timeoutAt = Math.min(deadlineAt, startedAt + limits.timeoutOf(system))
      const done = (failure: string | null) =>
        observer.fetch({
          system,
          startedAt,
          milliseconds: performance.now() - startedAt,
          entities: reduced?.unique.length ?? 0,
          failure,
        })
      try {
        const source = sources.get(system)
        if (source === undefined) {
          throw new AppError('SOURCE_UNAVAILABLE', `The system "${system}" is not connected.`)
        }
        const answer = await withinTime(system, timeoutAt, signal, (limited) =>
          source.send({
            query,
            document: asked,
            operationName,
            variables:
              reduced === null ? variables : { ...variables, representations: reduced.unique },
            principal,
            signal: limited,
            deadlineAt: timeoutAt,
            onStatement: (event) => observer.statement(event),
          }),
        )
        done(answer.data == null ? codeOf(answer) : null)
        if (answer.data == null) return failed(answer.errors ?? [], pathsOf(asked, reduced))
        return (reduced === null ? answer : expand(answer, reduced)) as FetchAnswer // its twin of the type
      } catch (error) {
        const ours =
          appErrorIn(error) ?? new AppError('INTERNAL', 'Internal error.', { cause: error })
        done(ours.code)
        return failed([toGraphql(ours)], pathsOf(asked, reduced))
      }
    },
  }
}

const codeOf = (answer: ExecutionResult): string => {
  const code = answer.errors?.[0]?.extensions['code']
  return typeof code === 'string' ? code : 'SOURCE_DATA_INVALID'
}

const toGraphql = (error: AppError): GraphQLError =>
  new GraphQLError(error.message, {
    extensions: { code: error.code, ...error.details },
    originalError: error,
  })

/** Gives up at the deadline even when the system does not react to the signal. */
async function withinTime<Result>(
  system: string,
  timeoutAt: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const own = new AbortController()
  const abort = () => own.abort(signal.reason)
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort, { once: true })
  const late = new AppError('SOURCE_TIMEOUT', `The system "${system}" did not answer in time.`)
  const timer = setTimeout(() => own.abort(late), Math.max(0, timeoutAt - performance.now()))
  try {
    return await Promise.race([work(own.signal), aborted(own.signal)])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const fail = () =>
      reject(
        signal.reason instanceof AppError
          ? signal.reason
          : new AppError('CANCELLED', 'The request was cancelled.'),
      )
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })

/** A fetch that brought nothing: an error for each field it should have filled. */
function failed(errors: readonly GraphQLError[], paths: readonly ErrorPath[]): FetchAnswer {
  const [first] = errors
  const message = first?.message ?? 'A system answered nothing.'
  const code = first?.extensions['code'] ?? 'SOURCE_DATA_INVALID'
  const answer: ExecutionResult = {
    data: null,
    errors: paths.map(
      (path) =>
        new GraphQLError(message, {
          path,
          extensions: { ...first?.extensions, code },
          originalError: first?.originalError ?? null,
        }),
    ),
  }
  return answer as FetchAnswer // its twin of the type
}

type ErrorPath = readonly (string | number)[]

/** Errors of one fetch that are worth a path of their own; the answer shows fewer. */
const maxPaths = 100

/** Where a fetch should have put something: its root fields, or the fields of each entity. */
function pathsOf(asked: DocumentNode, reduced: Reduced | null): ErrorPath[] {
  const roots = asked.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? definition.selectionSet.selections : [],
  )
  if (reduced === null) return namesIn(roots).map((name) => [name])
  const ofEntities = roots.flatMap((root) =>
    root.kind === Kind.FIELD ? (root.selectionSet?.selections ?? []) : [],
  )
  const paths: ErrorPath[] = []
  for (const [index, place] of reduced.places.entries()) {
    if (place === null) continue
    const type = String(reduced.unique[place]?.['__typename'])
    for (const name of namesIn(ofEntities, type)) paths.push(['_entities', index, name])
    if (paths.length > maxPaths) break
  }
  return paths
}

/** Response names of the fields, those in fragments on other types left out. */
const namesIn = (selections: readonly SelectionNode[], type?: string): readonly string[] =>
  selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) {
      return selection.name.value === '__typename'
        ? []
        : [selection.alias?.value ?? selection.name.value]
    }
    if (selection.kind !== Kind.INLINE_FRAGMENT) return []
    const condition = selection.typeCondition?.name.value
    return condition === undefined || type === undefined || condition === type
      ? namesIn(selection.selectionSet.selections, type)
      : []
  })
