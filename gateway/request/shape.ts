/**
 * Shape: the answer as the client gets it. Names are turned back, denied fields are null and
 * reported, and every error is one of ours: a code, a path and the request's id. What a system said
 * beyond that goes to the log.
 */
import { GraphQLError, type ExecutionResult } from 'graphql'
import { appErrorIn, errorCodes } from '#shared/errors.ts'
import { originalName, restoreNames } from './response-names.ts'
import type { Denied, Fetched } from './stages.ts'

export interface ShapeOptions {
  readonly isRenamed: boolean
  /** Told of each error that a client only sees as a code. */
  readonly onError: (error: unknown, code: string) => void
}

/** Errors one answer carries; a list of a thousand broken rows is one fault, not a thousand. */
const maxErrors = 50

type Data = Record<string, unknown>

export function shape(fetched: Fetched, { isRenamed, onError }: ShapeOptions): ExecutionResult {
  const { denied, requestId } = fetched
  const data = dataOf(fetched, isRenamed)
  const errors = fetched.errors.map((error) => maskError(error, requestId, onError))
  const all = [...denied.map((each) => deniedError(each, requestId)), ...unique(errors)]
  const shown =
    all.length > maxErrors ? [...all.slice(0, maxErrors), more(all.length - maxErrors)] : all
  return { data, ...(shown.length > 0 ? { errors: shown } : {}) }
}

function dataOf({ data, denied, nothingLeft }: Fetched, isRenamed: boolean): Data | null {
  if (nothingLeft || data === null || data === undefined) return null
  const named = (isRenamed ? restoreNames(data) : data) as Data // an object stays one
  for (const { path } of denied) setNull(named, path)
  return named
}

/** A denied field is there and null, as in any answer that could not fill a field. */
function setNull(value: unknown, [name, ...rest]: readonly string[]): void {
  if (name === undefined || typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const each of value) setNull(each, [name, ...rest])
    return
  }
  const object = value as Data
  if (rest.length > 0) setNull(object[name], rest)
  else if (!(name in object)) object[name] = null
}

const deniedError = ({ path, coordinate }: Denied, requestId: string): GraphQLError =>
  new GraphQLError(`You may not read ${coordinate}: your token lacks a scope it needs.`, {
    path,
    extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE', requestId },
  })

export function maskError(
  error: GraphQLError,
  requestId: string,
  onError: ShapeOptions['onError'],
): GraphQLError {
  const given = error.extensions['code']
  const code = typeof given === 'string' ? given : 'INTERNAL'
  const isOurs = code in errorCodes && code !== 'INTERNAL'
  if (!isOurs || appErrorIn(error)?.cause !== undefined) onError(error.originalError ?? error, code)
  const { code: _, serviceName: __, ...details } = error.extensions
  const path = error.path?.map((part) => (typeof part === 'string' ? originalName(part) : part))
  return new GraphQLError(isOurs ? error.message : 'Something went wrong on our side.', {
    path: path ?? null,
    extensions: { code: isOurs ? code : 'INTERNAL', ...(isOurs ? details : {}), requestId },
  })
}

const unique = (errors: readonly GraphQLError[]): readonly GraphQLError[] => [
  ...new Map(
    errors.map((error) => [JSON.stringify([error.path, error.message, error.extensions]), error]),
  ).values(),
]

const more = (count: number): GraphQLError =>
  new GraphQLError(`${count} more errors like these are not listed.`, {
    extensions: { code: 'SOURCE_DATA_INVALID' },
  })
