/**
 * A subgraph over HTTP: one keep-alive pool, a signed internal token on each request, a deadline over
 * connection, headers and body, no redirects, and a cap on what is read. Nothing that the subgraph
 * says about HTTP (status, headers, redirects) reaches the client.
 */
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import type { GraphQLFormattedError } from 'graphql'
import { GraphQLError } from 'graphql'
import { Pool, type Dispatcher } from 'undici'
import { AppError, appErrorIn, errorCodes, type ErrorCode } from '#shared/errors.ts'
import { isObject, objectIn, type JsonObject } from '#shared/json.ts'
import { maxAgeSeconds, signInternalToken, type SigningKey } from '#shared/internal-token.ts'
import { deadlineHeader, type Principal } from '#shared/principal.ts'
import { endOfStep } from '../turn.ts'
import { detailsOf } from './details.ts'
import { createReduce } from './reduced.ts'
import type { Source, SourceAnswer, SourceRequest } from './source.ts'

export interface HttpSourceOptions {
  readonly name: string
  readonly url: string
  /** Signs the internal tokens; without one none is sent (serving foreign subgraphs). */
  readonly key: SigningKey | undefined
  /** Whether each token is good for one request only; false by default. */
  readonly bindRequests?: boolean
  /** Whether it is one of ours, whose messages are written for clients; others say a code only. */
  readonly speaks: boolean
  /** How an error of the system is heard, when `speaks` is not enough to say it. */
  readonly heard?: (error: GraphQLFormattedError) => GraphQLError
}

/** A source that can be sent further headers: names and values in turn. */
export interface HttpSource extends Source {
  send(request: SourceRequest, headers?: readonly string[]): Promise<SourceAnswer>
}

/** Answers larger than this are refused, so that one system cannot hold up others. */
const maxAnswerBytes = 16 * 1024 * 1024

export function httpSource({
  name,
  url,
  key,
  bindRequests = false,
  speaks,
  heard = (error) => ourError(error, speaks),
}: HttpSourceOptions): HttpSource {
  const { origin, pathname, search } = new URL(url)
  const pool = new Pool(origin, { connections: 64, keepAliveTimeout: 30_000 })
  const tokenFor = key === undefined ? undefined : internalTokens({ name, key, bindRequests })
  return {
    name,
    async send(request, further = []) {
      if (key === undefined && request.principal.rows !== null) {
        // It is told nothing of the caller, so it would answer everybody's rows.
        throw new AppError('FORBIDDEN', 'A system cannot be asked for a caller’s own rows only.')
      }
      const remaining = Math.max(1, Math.round(request.deadlineAt - performance.now()))
      const headers = [...fixedHeaders, deadlineHeader, String(remaining), ...further]
      const { body: asked, traceparent } = request
      if (traceparent !== undefined) headers.push('traceparent', traceparent)
      if (tokenFor !== undefined) {
        headers.push('authorization', tokenFor(request, asked))
      }
      await endOfStep() // fetches that can go now go together
      const reply = await post(
        pool,
        { method: 'POST', path: pathname + search, headers, body: asked },
        request,
      )
      const body = isPlain(reply.encoding) ? reply.body : await unpacked(reply.body, reply.encoding)
      return parseAnswer(body.toString('utf8'), reply, heard)
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  }
}

const fixedHeaders = ['content-type', 'application/json', 'accept', 'application/json'] as const

/** A token is used for half of its life, so that it is still good when it arrives. */
const tokenMs = (maxAgeSeconds * 1_000) / 2

/** What stands in the Authorization header. */
type Tokens = (request: Pick<SourceRequest, 'principal' | 'scopes'>, body: string) => string

interface TokensOptions extends Required<Pick<HttpSourceOptions, 'name' | 'bindRequests'>> {
  readonly key: SigningKey
}

/** Signs once for a caller and the scopes that are told; for each request only where that is wanted. */
function internalTokens({ name, key, bindRequests }: TokensOptions): Tokens {
  const kept = new WeakMap<Principal, { readonly header: string; readonly until: number }>()
  const reduce = createReduce()
  return (request, body) => {
    const principal = reduce(request.principal, request.scopes)
    if (bindRequests) {
      const boundTo = { method: 'POST', body }
      return `Bearer ${signInternalToken(principal, { audience: name, key, boundTo })}`
    }
    const now = performance.now()
    const known = kept.get(principal)
    if (known !== undefined && known.until > now) return known.header
    const header = `Bearer ${signInternalToken(principal, { audience: name, key })}`
    kept.set(principal, { header, until: now + tokenMs })
    return header
  }
}

interface Reply {
  readonly body: Buffer
  readonly statusCode: number
  readonly encoding: string
  readonly cacheControl: string
}

/** One POST. Redirects are answers like any other; every way it can fail is one of our codes. */
function post(
  pool: Pool,
  sent: Dispatcher.DispatchOptions,
  request: SourceRequest,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    let statusCode = 0
    let encoding = ''
    let cacheControl = ''
    pool.dispatch(sent, {
      onRequestStart: (controller) => {
        request.onStop((reason) => controller.abort(reason))
      },
      onResponseStart: (_, status, received) => {
        statusCode = status
        encoding = String(received['content-encoding'] ?? '')
        cacheControl = String(received['cache-control'] ?? '')
      },
      onResponseData: (controller, chunk) => {
        size += chunk.length
        if (size > maxAnswerBytes) controller.abort(tooLarge())
        else chunks.push(chunk)
      },
      onResponseEnd: () =>
        resolve({
          body: chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
          statusCode,
          encoding,
          cacheControl,
        }),
      onResponseError: (_, cause) =>
        reject(
          appErrorIn(cause) ??
            new AppError('SOURCE_UNAVAILABLE', 'A system could not be reached.', { cause }),
        ),
    })
  })
}

const tooLarge = (cause?: unknown) =>
  new AppError('SOURCE_DATA_INVALID', 'A system answered more than can be taken.', { cause })

const unpackers = new Map([
  ['gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
  ['br', promisify(brotliDecompress)],
])

const isPlain = (encoding: string): boolean => encoding === '' || encoding === 'identity'

/** We ask for no compression; a system that compresses anyway is read, up to the same size. */
async function unpacked(body: Buffer, encoding: string): Promise<Buffer> {
  const unpack = unpackers.get(encoding)
  try {
    if (unpack === undefined) throw new TypeError(`content-encoding ${encoding}`)
    return await unpack(body, { maxOutputLength: maxAnswerBytes })
  } catch (cause) {
    throw tooLarge(cause)
  }
}

/** Errors of one answer that are read: a fetch reports no more, and millions would hold up others. */
const maxErrors = 100

function parseAnswer(
  text: string,
  { statusCode, cacheControl }: Pick<Reply, 'statusCode' | 'cacheControl'>,
  heard: (error: GraphQLFormattedError) => GraphQLError,
): SourceAnswer {
  const answer = objectIn(text)
  if (answer === null || (!('data' in answer) && !('errors' in answer))) {
    throw new AppError(
      statusCode >= 500 ? 'SOURCE_UNAVAILABLE' : 'SOURCE_DATA_INVALID',
      'A system did not answer in GraphQL.',
      { cause: new Error(`status ${statusCode}: ${text.slice(0, 200)}`) },
    )
  }
  const { errors } = answer
  const data = (answer['data'] ?? null) as JsonObject | null // shaped by the schema later
  if (!Array.isArray(errors) || errors.length === 0) return { data, cacheControl }
  return {
    data,
    errors: errors.slice(0, maxErrors).map((error) => heard(wellFormed(error))),
    cacheControl,
  }
}

/** What a subgraph may say of the question or of itself. Anything else is between it and us. */
const spoken = [
  'BAD_USER_INPUT',
  'LIST_TOO_LONG',
  'FORBIDDEN',
  'NOT_FOUND',
  'NOT_MAPPED',
  'SOURCE_REQUIRED',
  'MAPPING_INVALID',
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

/** An error as a system said it, without what is none of an error's parts (GraphQL spec, 7.1.2). */
function wellFormed(said: unknown): GraphQLFormattedError {
  const { message, path, extensions } = isObject(said) ? said : {}
  return {
    message: typeof message === 'string' ? message : '',
    ...(isPath(path) ? { path } : {}),
    ...(isObject(extensions) ? { extensions } : {}),
  }
}

const isPath = (path: unknown): path is readonly (string | number)[] =>
  Array.isArray(path) &&
  path.length > 0 &&
  path.every((part) => typeof part === 'string' || typeof part === 'number')

/** An error of a subgraph: known codes keep their message where it is ours, all others lose it. */
function ourError(
  { message, path, extensions = {} }: GraphQLFormattedError,
  speaks: boolean,
): GraphQLError {
  const code = spoken.find((each) => each === extensions['code'])
  const keepsWords = speaks && message !== '' && code !== undefined && code !== 'INTERNAL'
  return new GraphQLError(
    keepsWords ? message : code === undefined ? unknownError : errorCodes[code].meaning,
    {
      path: path ?? null,
      extensions: {
        code: code ?? 'SOURCE_DATA_INVALID',
        ...(keepsWords ? detailsOf(extensions) : {}),
      },
      originalError: keepsWords ? null : new Error(message),
    },
  )
}

const unknownError = 'A system reported an error.'
