/**
 * Shape: the answer as the client gets it. Denied fields are reported, and every error is one of
 * ours: a code, a path and the request's id. What a system said beyond that goes to the log.
 */
import { GraphQLError, type ExecutionResult, type OperationDefinitionNode } from 'graphql'
import { AppError, errorCodes } from '#shared/errors.ts'
import { detailsOf } from '../sources/details.ts'
import { askedPath } from './asked-path.ts'
import { originalName } from './response-names.ts'
import { deniedError } from './denied.ts'
import { foldNotMapped } from './not-mapped.ts'
import type { Fetched } from './stages.ts'

export interface ShapeOptions {
  /** Told of each error that a client only sees as a code. */
  readonly onError: (error: unknown, code: string) => void
  /** Whether a code that is not in our catalogue may be said; none may by default. */
  readonly mayBeSaid?: ((code: string) => boolean) | undefined
}

/** Errors one answer carries; a list of a thousand broken rows is one fault, not a thousand. */
const maxErrors = 50

export function shape(
  { planned: { authorised, program }, run }: Fetched,
  { onError, mayBeSaid }: ShapeOptions,
): ExecutionResult {
  const { operation, denied } = authorised.prepared
  const data = run === null ? null : program.shape(run)
  const raised = run?.errors ?? []
  if (raised.length === 0 && denied.length === 0) return { data }
  const { requestId } = authorised.request
  const errors = foldNotMapped(
    raised.map((error) => maskError(error, { requestId, operation, onError, mayBeSaid })),
  )
  const all = unique([...denied.map((each) => deniedError(each, requestId)), ...errors])
  const shown =
    all.length > maxErrors ? [...all.slice(0, maxErrors), more(all.slice(maxErrors))] : all
  return { data, ...(shown.length > 0 ? { errors: shown } : {}) }
}

interface MaskOptions extends ShapeOptions {
  readonly requestId: string
  readonly operation: OperationDefinitionNode
}

/** Takes whatever the execution reports: a GraphQL error, or one of the executor's own. */
function maskError(
  error: Partial<GraphQLError> & Error,
  { requestId, operation, onError, mayBeSaid = () => false }: MaskOptions,
): GraphQLError {
  const given = error.extensions?.['code']
  const isSaid =
    typeof given === 'string' && given !== 'INTERNAL' && (given in errorCodes || mayBeSaid(given))
  const code = isSaid ? given : null
  const unsaid = unsaidIn(error)
  if (code === null || unsaid !== undefined) {
    onError(unsaid ?? error, typeof given === 'string' ? given : 'INTERNAL')
  }
  return new GraphQLError(code === null ? 'Something went wrong on our side.' : error.message, {
    path: error.path === undefined ? null : askedPath(error.path, operation).map(clientName),
    extensions: {
      code: code ?? 'INTERNAL',
      ...(code === null ? {} : detailsOf(error.extensions)),
      requestId,
    },
  })
}

/** What is behind an error and is not said to the client; undefined when it says all there is. */
function unsaidIn(error: Partial<GraphQLError> & Error): unknown {
  let at: unknown = error
  while (at instanceof GraphQLError) at = at.originalError
  return at instanceof AppError ? at.cause : at
}

const clientName = (part: string | number): string | number =>
  typeof part === 'string' ? originalName(part) : part

const unique = (errors: readonly GraphQLError[]): readonly GraphQLError[] => [
  ...new Map(
    errors.map((error) => [JSON.stringify([error.path, error.message, error.extensions]), error]),
  ).values(),
]

/** Stands for the errors that are not listed, at the path of the first of them. */
const more = (left: readonly GraphQLError[]): GraphQLError =>
  new GraphQLError(`${left.length} more errors like these are not listed.`, {
    path: left[0]?.path ?? null,
    extensions: { ...left[0]?.extensions },
  })
