/**
 * The address that gives the Playground a demo token. Exists in demo mode only; answers only a page of
 * this very origin on this very machine. The Host rule stops a foreign name that was pointed at
 * loopback (DNS rebinding); a plain form of another page has neither the content type nor the site.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '#shared/errors.ts'
import { readJson, sendJson } from '#shared/http-server.ts'

/** The token of a demo identity, or null when there is no such identity. */
export type DemoToken = (identity: string) => string | null

export async function sendDemoToken(
  request: IncomingMessage,
  response: ServerResponse,
  demoToken: DemoToken,
): Promise<void> {
  if (!isOwnPage(request)) {
    throw new AppError('FORBIDDEN', 'Demo tokens are given to the Playground only.')
  }
  const body = await readJson(request, 1_024)
  const identity: unknown =
    typeof body === 'object' && body !== null && 'as' in body ? body.as : undefined
  const token = typeof identity === 'string' ? demoToken(identity) : null
  if (token === null) {
    throw new AppError('BAD_USER_INPUT', '"as" takes the name of a demo identity.')
  }
  sendJson(response, 200, { token }, { 'cache-control': 'no-store' })
}

function isOwnPage({ method, headers, socket }: IncomingMessage): boolean {
  const origin = headers.origin
  return (
    method === 'POST' &&
    isLoopbackAddress(socket.remoteAddress) &&
    isLoopbackHost(headers.host) &&
    headers['sec-fetch-site'] === 'same-origin' &&
    (origin === undefined || origin === `http://${headers.host}`) &&
    /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')
  )
}

const isLoopbackAddress = (address: string | undefined): boolean =>
  address !== undefined && /^(::ffff:)?127\.|^::1$/.test(address)

const isLoopbackHost = (host: string | undefined): boolean =>
  host !== undefined && /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(host)
