/**
 * `/graphql` as the GraphQL over HTTP specification describes it: GET and POST, content negotiation,
 * status codes, and the rule that no page can ask in a reader's name. Bytes and protocol only; rights
 * and plans are not known here.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { GraphQLError, type ExecutionResult } from 'graphql'
import { AppError, appErrorIn, errorCodes } from '#shared/errors.ts'
import { readJson } from '#shared/http-server.ts'
import { isObject } from '#shared/json.ts'
import type { Principal } from '#shared/principal.ts'
import { Unauthorized } from '../request/denied.ts'
import { InvalidVariables } from '../request/execute.ts'
import { InvalidDocument } from '../request/receive.ts'
import { sendAnswer } from './answer.ts'

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
  readonly signal: AbortSignal
  readonly requestId: string
  /** Whether the answer says which systems answered. */
  readonly sources: boolean
}

export interface GraphqlOptions {
  readonly execute: (question: Question, asking: Asking) => Promise<ExecutionResult>
  /** Told of what the client only sees as INTERNAL. */
  readonly onError: (error: unknown) => void
}

export type GraphqlEndpoint = (
  request: IncomingMessage,
  response: ServerResponse,
  asking: Asking,
) => Promise<void>

const maxBodyBytes = 1024 * 1024

export const createGraphqlEndpoint =
  ({ execute, onError }: GraphqlOptions): GraphqlEndpoint =>
  async (request, response, asking) => {
    const media = mediaTypeOf(request.headers.accept)
    const question = await questionOf(request)
    let status = 200
    let answer: ExecutionResult
    try {
      answer = await execute(question, asking)
    } catch (error) {
      const refused = refusal(error, { requestId: asking.requestId, onError })
      answer = { errors: refused.errors }
      // Who asked for the older media type alone reads errors in the body, by 200 (section 6.4.1).
      status = media.isLegacy && refused.status === 400 ? 200 : refused.status
    }
    await sendAnswer(response, answer, {
      status,
      contentType: media.contentType,
      acceptEncoding: request.headers['accept-encoding'],
    })
  }

interface Media {
  readonly contentType: string
  /** Whether only `application/json` was asked for, by name. */
  readonly isLegacy: boolean
}

const json = 'application/json'
const graphqlJson = 'application/graphql-response+json'

/** GraphQL over HTTP, section 6.1. Without a preference it is JSON, as every client understands it. */
function mediaTypeOf(accept: string | undefined): Media {
  const given = (accept ?? '*/*').split(',').map((each) => each.split(';', 1)[0]?.trim() ?? '')
  if (given.includes(graphqlJson)) {
    return { contentType: `${graphqlJson}; charset=utf-8`, isLegacy: false }
  }
  if (given.some((each) => each === '*/*' || each === 'application/*')) {
    return { contentType: `${json}; charset=utf-8`, isLegacy: false }
  }
  if (given.includes(json)) return { contentType: `${json}; charset=utf-8`, isLegacy: true }
  throw new AppError('NOT_ACCEPTABLE', `Accept ${graphqlJson} or ${json}.`)
}

async function questionOf(request: IncomingMessage): Promise<Question> {
  if (request.method === 'GET') return { ...questionIn(parametersOf(request)), isSafe: true }
  if (request.method !== 'POST') {
    throw new AppError('METHOD_NOT_ALLOWED', 'Questions come by POST or GET.')
  }
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1)
  if (type.trim().toLowerCase() !== json) {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', `POST a body of the content type ${json}.`)
  }
  return questionIn(await readJson(request, maxBodyBytes))
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
function questionIn(body: unknown): Question {
  if (!isObject(body)) {
    throw new AppError(
      'BAD_REQUEST',
      'The body must be one JSON object with "query"; batches are not accepted.',
    )
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
  }
}

export interface Refusal {
  readonly status: number
  readonly errors: readonly GraphQLError[]
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
  return {
    status: errorCodes[code].status,
    errors: [new GraphQLError(message, { extensions: { code, ...details, requestId } })],
  }
}
