/**
 * A subgraph over HTTP: one keep-alive pool, a signed internal token on each request, a deadline over
 * connection, headers and body, no redirects, and a cap on what is read. Nothing that the subgraph
 * says about HTTP (status, headers, redirects) reaches the client.
 */
import type { ExecutionResult, GraphQLFormattedError } from 'graphql'
import { GraphQLError } from 'graphql'
import { Pool } from 'undici'
import { AppError, errorCodes, type ErrorCode } from '#shared/errors.ts'
import { signInternalToken } from '#shared/principal.ts'
import { deadlineHeader } from '#shared/serve.ts'
import { detailsOf } from './details.ts'
import type { Source, SourceRequest } from './source.ts'

export interface HttpSourceOptions {
  readonly name: string
  readonly url: string
  /** Signs the internal tokens; without one none is sent (serving foreign subgraphs). */
  readonly secret: string | undefined
  /** Whether it is one of ours, whose messages are written for clients; others say a code only. */
  readonly speaks: boolean
}

/** Answers larger than this are refused, so that one system cannot hold up others. */
const maxAnswerBytes = 16 * 1024 * 1024

export function httpSource({ name, url, secret, speaks }: HttpSourceOptions): Source {
  const { origin, pathname, search } = new URL(url)
  const pool = new Pool(origin, { connections: 64, keepAliveTimeout: 30_000 })
  return {
    name,
    async send(request) {
      if (secret === undefined && request.principal.rows !== null) {
        // It is told nothing of the caller, so it would answer everybody's rows.
        throw new AppError('FORBIDDEN', 'A system cannot be asked for a caller’s own rows only.')
      }
      const token =
        secret === undefined ? undefined : signInternalToken(request.principal, name, secret)
      const { statusCode, body } = await reach(request, () =>
        pool.request({
          path: pathname + search,
          method: 'POST',
          signal: request.signal,
          headers: {
            'content-type': 'application/json',
            accept: 'application/json',
            [deadlineHeader]: String(
              Math.max(1, Math.round(request.deadlineAt - performance.now())),
            ),
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          },
          body: JSON.stringify({
            query: request.query,
            variables: request.variables,
            operationName: request.operationName,
          }),
        }),
      )
      const text = await reach(request, () => readCapped(body))
      return parseAnswer(text, { statusCode, speaks })
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  }
}

/** Runs one step on the network; every way it can fail is one of our codes. */
async function reach<Result>(
  { signal }: SourceRequest,
  step: () => Promise<Result>,
): Promise<Result> {
  try {
    return await step()
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    if (signal.aborted && signal.reason instanceof AppError) throw signal.reason
    if (signal.aborted) throw new AppError('CANCELLED', 'The request was cancelled.', { cause })
    throw new AppError('SOURCE_UNAVAILABLE', 'A system could not be reached.', { cause })
  }
}

async function readCapped(
  body: AsyncIterable<Uint8Array> & { destroy(): unknown },
): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxAnswerBytes) {
      body.destroy()
      throw new AppError('SOURCE_DATA_INVALID', 'A system answered more than can be taken.')
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

interface Said {
  readonly statusCode: number
  readonly speaks: boolean
}

function parseAnswer(text: string, { statusCode, speaks }: Said): ExecutionResult {
  const answer = parseJson(text)
  if (answer === null || (!('data' in answer) && !('errors' in answer))) {
    throw new AppError(
      statusCode >= 500 ? 'SOURCE_UNAVAILABLE' : 'SOURCE_DATA_INVALID',
      'A system did not answer in GraphQL.',
      { cause: new Error(`status ${statusCode}: ${text.slice(0, 200)}`) },
    )
  }
  const { data, errors } = answer
  return {
    ...(data === undefined ? {} : { data: data as ExecutionResult['data'] }), // shaped by the schema later
    ...(Array.isArray(errors) && errors.length > 0
      ? { errors: errors.map((error) => ourError(error, speaks)) }
      : {}),
  } as ExecutionResult
}

function parseJson(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : null
  } catch {
    return null // the caller says what came instead
  }
}

/** What a subgraph may say of the question or of itself. Anything else is between it and us. */
const spoken = [
  'BAD_USER_INPUT',
  'LIST_TOO_LONG',
  'FORBIDDEN',
  'NOT_FOUND',
  'NOT_MAPPED',
  'SOURCE_UNAVAILABLE',
  'SOURCE_TIMEOUT',
  'SOURCE_DATA_INVALID',
  'DATABASE_MISSING',
  'DATABASE_INVALID',
  'DATABASE_OUTDATED',
  'DEADLINE_EXCEEDED',
  'CANCELLED',
  'INTERNAL',
] as const satisfies readonly ErrorCode[]

/** An error of a subgraph: known codes keep their message where it is ours, all others lose it. */
function ourError(error: GraphQLFormattedError, speaks: boolean): GraphQLError {
  const code = spoken.find((each) => each === error.extensions?.['code'])
  const keepsWords = speaks && code !== undefined && code !== 'INTERNAL'
  return new GraphQLError(
    keepsWords ? error.message : code === undefined ? unknownError : errorCodes[code].meaning,
    {
      path: error.path ?? null,
      extensions: {
        code: code ?? 'SOURCE_DATA_INVALID',
        ...(keepsWords ? detailsOf(error.extensions) : {}),
      },
      originalError: keepsWords ? null : new Error(error.message),
    },
  )
}

const unknownError = 'A system reported an error.'
