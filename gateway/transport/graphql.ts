/**
 * `/graphql` as the GraphQL over HTTP specification describes it: GET and POST, content negotiation,
 * status codes, and the rule that no page can ask in a reader's name. Bytes and protocol only; rights
 * and plans are not known here.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { GraphQLError, type ExecutionResult } from 'graphql'
import { AppError, appErrorIn, errorCodes } from '#shared/errors.ts'
import { parseJson } from '#shared/http-server.ts'
import { isObject } from '#shared/json.ts'
import type { Principal } from '#shared/principal.ts'
import type { Quota } from '../limits/admission.ts'
import { beyond } from '../limits/document.ts'
import type { Limits } from '../limits/limits.ts'
import { checkJsonNesting } from '../limits/variables.ts'
import { Unauthorized } from '../request/denied.ts'
import { InvalidVariables } from '../request/execute.ts'
import { InvalidDocument } from '../request/receive.ts'
import type { Seal, SealFor } from '../tokens/seal.ts'
import { sendAnswer, sendText } from './answer.ts'
import { readText } from './body.ts'

export interface Question {
  readonly document: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
  /** Whether it may only read, as over GET. */
  readonly isSafe?: boolean
}

/** What one HTTP request brings to its question. */
export interface Asking {
  readonly principal: Principal
  /** What the audit names the token by. */
  readonly token: string | null
  readonly signal: AbortSignal
  readonly requestId: string
  /** The header of that name: which trace the client says it is part of. */
  readonly traceparent: string | undefined
  /** Whether the answer says which systems answered. */
  readonly sources: boolean
  /** Whether the answer says what it cost. */
  readonly cost: boolean
  /** Whether it is only told what would become of the question. */
  readonly explained: boolean
  readonly limits: Limits
  /** Told of the caller's points, for the headers. */
  readonly onQuotas: (quotas: readonly Quota[]) => void
}

type Execute = (question: Question, asking: Asking) => Promise<ExecutionResult>

export interface GraphqlOptions {
  readonly execute: Execute
  /** For who wants answers that nobody else can read. */
  readonly sealFor: SealFor
  /** Told of what the client only sees as INTERNAL. */
  readonly onError: (error: unknown) => void
}

export type GraphqlEndpoint = (
  request: IncomingMessage,
  response: ServerResponse,
  asking: Asking,
) => Promise<void>

export const createGraphqlEndpoint =
  ({ execute, sealFor, onError }: GraphqlOptions): GraphqlEndpoint =>
  async (request, response, asking) => {
    const media = mediaTypeOf(request.headers.accept)
    // Before anything is asked: without a key nothing can be answered.
    const seal = media.contentType === jose ? await sealFor(asking.principal.subject, 'json') : null
    const refused = (error: unknown): Answered => {
      const { status, errors, retryAfterSeconds } = refusal(error, {
        requestId: asking.requestId,
        onError,
      })
      if (retryAfterSeconds !== undefined && !response.headersSent)
        response.setHeader('retry-after', retryAfterSeconds)
      return { status, answer: { errors } }
    }
    const ask = async (body: unknown): Promise<Answered> => {
      const question = questionIn(body, request.method === 'GET')
      try {
        return { status: 200, answer: await execute(question, asking) }
      } catch (error) {
        return refused(error)
      }
    }
    const answered = async (): Promise<Answered | Batch> => {
      const body = await bodyOf(request, asking.limits)
      if (!Array.isArray(body)) return await ask(body)
      const answers: ExecutionResult[] = []
      // One after the other: a batch is no way around the questions that may be asked at the same time.
      for (const each of batchOf(body, asking.limits)) answers.push((await ask(each)).answer)
      return { status: 200, answer: answers }
    }
    if (seal !== null) {
      // What is wrong with the body is nobody else's business either.
      await sendSealed(response, await answered().catch(refused), seal)
      return
    }
    const { status, answer } = await answered()
    await sendAnswer(response, answer, {
      contentType: media.contentType,
      acceptEncoding: request.headers['accept-encoding'],
      // Who asked for the older media type alone reads errors in the body, by 200 (section 6.4.1).
      status: media.isLegacy && status === 400 ? 200 : status,
    })
  }

interface Answered {
  readonly status: number
  readonly answer: ExecutionResult
}

interface Batch {
  readonly status: number
  readonly answer: readonly ExecutionResult[]
}

async function sendSealed(
  response: ServerResponse,
  { status, answer }: Answered | Batch,
  seal: Seal,
): Promise<void> {
  // What is left of the body is not read.
  if (status === errorCodes.REQUEST_TOO_LARGE.status) response.setHeader('connection', 'close')
  await sendText(response, await seal(JSON.stringify(answer)), { status, contentType: jose })
}

function batchOf(body: readonly unknown[], limits: Limits): readonly unknown[] {
  if (limits.batchSize === 0) {
    throw new AppError(
      'BAD_REQUEST',
      'The body must be one JSON object with "query"; batches are not accepted.',
    )
  }
  if (body.length > limits.batchSize) throw beyond('batchSize', body.length, limits)
  if (body.length === 0) throw new AppError('BAD_REQUEST', 'The batch has no question.')
  return body
}

interface Media {
  /** `application/jose` for an answer to this caller's key. */
  readonly contentType: string
  /** Whether only `application/json` was asked for, by name. */
  readonly isLegacy: boolean
}

const jose = 'application/jose'
const json = 'application/json'
const graphqlJson = 'application/graphql-response+json'

/** GraphQL over HTTP, section 6.1. Without a preference it is JSON, as every client understands it. */
function mediaTypeOf(accept: string | undefined): Media {
  const given = (accept ?? '*/*').split(',').map((each) => each.split(';', 1)[0]?.trim() ?? '')
  // Who names it at all may not be answered in clear.
  if (given.includes(jose)) return { contentType: jose, isLegacy: false }
  if (given.includes(graphqlJson)) {
    return { contentType: `${graphqlJson}; charset=utf-8`, isLegacy: false }
  }
  if (given.some((each) => each === '*/*' || each === 'application/*')) {
    return { contentType: `${json}; charset=utf-8`, isLegacy: false }
  }
  if (given.includes(json)) {
    return { contentType: `${json}; charset=utf-8`, isLegacy: true }
  }
  throw new AppError('NOT_ACCEPTABLE', `Accept ${graphqlJson}, ${json} or ${jose}.`)
}

async function bodyOf(request: IncomingMessage, limits: Limits): Promise<unknown> {
  if (request.method === 'GET') return parametersOf(request)
  if (request.method !== 'POST') {
    throw new AppError('METHOD_NOT_ALLOWED', 'Questions come by POST or GET.')
  }
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1)
  if (type.trim().toLowerCase() !== json) {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', `POST a body of the content type ${json}.`)
  }
  const text = await readText(request, limits)
  checkJsonNesting(text, limits)
  return parseJson(text)
}

/**
 * A page of another origin can make a browser send a plain GET without being asked; one with a header
 * of its own needs the browser's preflight, which is not answered.
 */
function parametersOf({ url, headers }: IncomingMessage): Readonly<Record<string, unknown>> {
  const isPreflighted = ['apollo-require-preflight', 'x-apollo-operation-name'].some(
    (name) => (headers[name] ?? '') !== '',
  )
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1)
  if (!isPreflighted && type.trim().toLowerCase() !== json) {
    throw new AppError(
      'BAD_REQUEST',
      'A GET request needs the header "apollo-require-preflight", so that no page can send it unasked.',
    )
  }
  const given = new URL(url ?? '/', 'http://gateway').searchParams
  const parsed = (name: string): unknown => {
    const text = given.get(name)
    if (text === null || text === '') return null
    try {
      return JSON.parse(text) as unknown
    } catch {
      throw new AppError('BAD_REQUEST', `The parameter "${name}" is not valid JSON.`)
    }
  }
  return {
    query: given.get('query'),
    operationName: given.get('operationName'),
    variables: parsed('variables'),
    extensions: parsed('extensions'),
  }
}

/** Section 5.1: what a request may carry. */
function questionIn(body: unknown, isSafe: boolean): Question {
  if (!isObject(body)) {
    throw new AppError('BAD_REQUEST', 'The body must be one JSON object with "query".')
  }
  const { query, operationName, variables, extensions } = body
  if (typeof query !== 'string' || query.trim() === '') {
    throw new AppError('BAD_REQUEST', '"query" must be a text with a GraphQL document.')
  }
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    throw new AppError('BAD_REQUEST', '"operationName" must be a text.')
  }
  if (variables !== undefined && variables !== null && !isObject(variables)) {
    throw new AppError('BAD_REQUEST', '"variables" must be an object.')
  }
  if (extensions !== undefined && extensions !== null && !isObject(extensions)) {
    throw new AppError('BAD_REQUEST', '"extensions" must be an object.')
  }
  return {
    document: query,
    operationName: operationName === null || operationName === '' ? undefined : operationName,
    variables: variables ?? {},
    isSafe,
  }
}

export interface Refusal {
  readonly status: number
  readonly errors: readonly GraphQLError[]
  /** After which it may be asked again. */
  readonly retryAfterSeconds?: number | undefined
}

/** A question that could not be run: its errors, and the HTTP status that says so. */
export function refusal(
  error: unknown,
  { requestId, onError }: { requestId: string } & Pick<GraphqlOptions, 'onError'>,
): Refusal {
  if (error instanceof InvalidDocument || error instanceof InvalidVariables) {
    return {
      status: 400,
      errors: error.errors.map(
        (each) =>
          new GraphQLError(each.message, {
            nodes: each.nodes ?? null,
            extensions: { ...each.extensions, requestId },
          }),
      ),
    }
  }
  if (error instanceof Unauthorized) {
    return { status: errorCodes.UNAUTHORIZED_FIELD_OR_TYPE.status, errors: error.errors }
  }
  const ours = appErrorIn(error)
  if (ours === null || ours.cause !== undefined) onError(error)
  const { code, message, details } =
    ours === null || ours.code === 'INTERNAL'
      ? new AppError('INTERNAL', 'Something went wrong on our side.')
      : ours
  const wait = details?.['retryAfterSeconds']
  return {
    status: errorCodes[code].status,
    retryAfterSeconds:
      typeof wait === 'number' ? wait : code === 'CONCURRENCY_LIMITED' ? 1 : undefined,
    errors: [new GraphQLError(message, { extensions: { code, ...details, requestId } })],
  }
}
