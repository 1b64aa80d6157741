/**
 * Which pages of other origins may ask: those that the configuration names, and no other. Nothing is
 * allowed with cookies; a caller's token is in a header that the page itself must set.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'

const maxAgeSeconds = 600

const allowedHeaders = [
  ...['authorization', 'content-type', 'content-encoding', 'apollo-require-preflight'],
  ...['x-apollo-operation-name', 'isthmus-sources', 'isthmus-cost', 'isthmus-explain'],
].join(', ')

const shownHeaders = ['x-request-id', 'ratelimit', 'ratelimit-policy', 'retry-after'].join(', ')

/** Whether it was a preflight, which is answered then. */
export function answerOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  allowed: readonly string[],
): boolean {
  if (allowed.length === 0) return false
  response.setHeader('vary', 'origin')
  const { origin } = request.headers
  if (origin === undefined || !allowed.includes(origin)) return false
  response.setHeader('access-control-allow-origin', origin)
  response.setHeader('access-control-expose-headers', shownHeaders)
  if (
    request.method !== 'OPTIONS' ||
    request.headers['access-control-request-method'] === undefined
  )
    return false
  response
    .writeHead(204, {
      'access-control-allow-methods': 'GET, POST',
      'access-control-allow-headers': allowedHeaders,
      'access-control-max-age': String(maxAgeSeconds),
    })
    .end()
  return true
}
