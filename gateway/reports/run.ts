/**
 * Asks a gateway over HTTP, for whoever runs a report from outside.
 */
import type { ExecutionResult, GraphQLFormattedError } from 'graphql'
import { request } from 'undici'
import { AppError } from '#shared/errors.ts'

export interface Answer {
  readonly data: ExecutionResult['data'] | null
  readonly errors: readonly GraphQLFormattedError[]
}

export interface Asked {
  readonly document: string
  readonly variables: Readonly<Record<string, unknown>>
}

export async function askOver(
  url: string,
  token: string,
  { document, variables }: Asked,
): Promise<Answer> {
  if (!URL.canParse(url)) throw new AppError('BAD_USER_INPUT', `"${url}" is no address.`)
  const { statusCode, body } = await send(
    url,
    token,
    JSON.stringify({ query: document, variables }),
  )
  if (statusCode === 401)
    throw new AppError('UNAUTHENTICATED', 'The gateway does not take this token.')
  const answer: unknown = await body.json().catch(() => null)
  if (typeof answer !== 'object' || answer === null || !('data' in answer || 'errors' in answer)) {
    throw new AppError(
      'SOURCE_DATA_INVALID',
      `The address did not answer in GraphQL (status ${statusCode}).`,
    )
  }
  const { data = null, errors = [] } = answer as Partial<Answer> // a GraphQL answer has these two
  return { data, errors }
}

async function send(url: string, token: string, body: string) {
  try {
    return await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body,
      headersTimeout: 60_000,
    })
  } catch (cause) {
    throw new AppError('SOURCE_UNAVAILABLE', 'The gateway could not be reached.', { cause })
  }
}
