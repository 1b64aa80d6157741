/**
 * Asks a gateway over HTTP, for whoever runs a report from outside. The address may be anything: what it
 * answers is bounded, in time and in size.
 */
import type { ExecutionResult, GraphQLFormattedError } from 'graphql'
import { request } from 'undici'
import { AppError, appErrorIn } from '#shared/errors.ts'
import { objectIn } from '#shared/json.ts'

export interface Answer {
  readonly data: ExecutionResult['data'] | null
  readonly errors: readonly GraphQLFormattedError[]
}

export interface Asked {
  readonly document: string
  readonly variables: Readonly<Record<string, unknown>>
}

export interface AskLimits {
  /** Milliseconds from the connection to the last byte of the answer. */
  readonly deadlineMs?: number
  /** Bytes of one answer. A system may answer 16 MB, and an answer is made of several. */
  readonly maxAnswerBytes?: number
}

const megabyte = 1024 * 1024

export async function askOver(
  url: string,
  token: string,
  { document, variables }: Asked,
  { deadlineMs = 60_000, maxAnswerBytes = 64 * megabyte }: AskLimits = {},
): Promise<Answer> {
  if (!URL.canParse(url)) throw new AppError('BAD_USER_INPUT', `"${url}" is no address.`)
  const asked = JSON.stringify({ query: document, variables })
  const signal = AbortSignal.timeout(deadlineMs)
  const { statusCode, body } = await post(url, token, { asked, signal, maxAnswerBytes }).catch(
    (cause: unknown) => {
      throw signal.aborted ? tooLate(deadlineMs) : (appErrorIn(cause) ?? unreachable(cause))
    },
  )
  if (statusCode === 401)
    throw new AppError('UNAUTHENTICATED', 'The gateway does not take this token.')
  const answer = objectIn(body)
  if (answer === null || !('data' in answer || 'errors' in answer)) {
    throw new AppError(
      'SOURCE_DATA_INVALID',
      `The address did not answer in GraphQL (status ${statusCode}).`,
    )
  }
  const { data = null, errors = [] } = answer as Partial<Answer> // a GraphQL answer has these two
  return { data, errors }
}

interface Sent extends Required<Pick<AskLimits, 'maxAnswerBytes'>> {
  readonly asked: string
  readonly signal: AbortSignal
}

async function post(url: string, token: string, { asked, signal, maxAnswerBytes }: Sent) {
  const { statusCode, body } = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: asked,
    signal,
    // The signal is over all of it.
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const chunks: Buffer[] = []
  let size = 0
  // Whoever stops reading lets go of the connection.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxAnswerBytes) throw tooLarge(maxAnswerBytes)
    chunks.push(chunk)
  }
  return { statusCode, body: Buffer.concat(chunks).toString('utf8') }
}

const unreachable = (cause: unknown) =>
  new AppError('SOURCE_UNAVAILABLE', 'The gateway could not be reached, or broke off its answer.', {
    cause,
  })

const tooLate = (deadlineMs: number) =>
  new AppError(
    'SOURCE_TIMEOUT',
    `The gateway did not answer within ${deadlineMs / 1_000} s: ask for less at once, or later.`,
  )

const tooLarge = (maxBytes: number) =>
  new AppError(
    'SOURCE_DATA_INVALID',
    `The gateway answered more than ${maxBytes / megabyte} MB: ask for less at once.`,
  )
