/**
 * The gateway's addresses: `/graphql`, `/schema.graphql`, health and the pages. One log line a
 * request, with the id that the client gets. Bytes in and out; no business noun.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '#shared/errors.ts'
import {
  listen,
  sendError,
  sendJson,
  type Listening,
  type ListenOptions,
} from '#shared/http-server.ts'
import type { Principal } from '#shared/principal.ts'
import type { Refused } from '../audit/refusals.ts'
import type { Limits } from '../limits/limits.ts'
import type { Log } from '../log.ts'
import { addressList, type AddressList } from '../tokens/addresses.ts'
import { unauthenticated } from '../tokens/callers.ts'
import { reasonOf, type RefusalReason } from '../tokens/refused.ts'
import type { Caller, Credentials } from '../tokens/verified.ts'
import { clientAddress, credentialsOf } from './credentials.ts'
import type { GraphqlEndpoint } from './graphql.ts'
import { answerOrigin } from './origins.ts'
import { printable, refuseTokenIn, securityHeaders } from './request-line.ts'
import type { OAuthEndpoint } from './oauth.ts'

export interface HttpOptions extends ListenOptions {
  readonly log: Log
  readonly graphql: GraphqlEndpoint
  /** Throws UNAUTHENTICATED. */
  authenticate(credentials: Credentials): Promise<Caller>
  /** Addresses and ranges of proxies that say whom they ask for. */
  readonly trustedProxies: readonly string[]
  /** Told of a request that is refused before it is known who asks; null where nobody counts them. */
  readonly onRefused: ((refused: Refused) => void) | null
  /** The token endpoint of partners, by the address that is listened on; null when there is none. */
  readonly oauth: ((url: string) => OAuthEndpoint | null) | null
  /** Whether a generation is loaded. */
  isReady(): boolean
  limitsOf(principal: Principal): Limits
  /** Origins whose pages may ask. */
  readonly corsOrigins: readonly string[]
  /** How long browsers remember to come by https alone; 0: they are not told. */
  readonly hstsSeconds: number
  /** The public keys by which answers are signed; null when there are none. */
  readonly jwks: object | null
  /** The schema as the caller sees it. */
  schema(principal: Principal): { readonly id: string; readonly sdl: string }
  /** Answers the addresses of the pages; false when it is none of them. */
  readonly pages:
    | ((
        request: IncomingMessage,
        response: ServerResponse,
        principalOf: () => Promise<Principal>,
      ) => Promise<boolean>)
    | null
}

export async function listenHttp(options: HttpOptions): Promise<Listening> {
  const inFlight = new Set<ServerResponse>()
  const isProxy = addressList(options.trustedProxies)
  let responding: Responding = { ...options, isProxy, oauth: null }
  const listening = await listen((request, response) => {
    inFlight.add(response)
    response.once('close', () => inFlight.delete(response))
    return respond(request, response, responding)
  }, options)
  responding = { ...responding, oauth: options.oauth?.(listening.url) ?? null }
  return {
    url: listening.url,
    close: (graceMs) => {
      // Their connections end with the answer: a client that keeps them alive must not hold up the stop.
      for (const response of inFlight) {
        if (!response.headersSent) response.setHeader('connection', 'close')
      }
      return listening.close(graceMs)
    },
  }
}

interface Responding extends Omit<HttpOptions, 'oauth'> {
  readonly isProxy: AddressList
  readonly oauth: OAuthEndpoint | null
}

async function respond(request: IncomingMessage, response: ServerResponse, options: Responding) {
  const requestId = randomUUID()
  const startedAt = performance.now()
  response.setHeader('x-request-id', requestId)
  for (const [name, value] of securityHeaders) response.setHeader(name, value)
  if (options.hstsSeconds > 0)
    response.setHeader('strict-transport-security', `max-age=${options.hstsSeconds}`)
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
  let subject: string | null = null
  response.once('close', () => {
    options.log.info(
      {
        requestId,
        method: request.method,
        path: printable(path),
        status: response.statusCode,
        milliseconds: Math.round((performance.now() - startedAt) * 10) / 10,
        subject,
        finished: response.writableFinished,
      },
      'request',
    )
  })
  const refused = (reason: RefusalReason) =>
    options.onRefused?.({ requestId, address: clientAddress(request, options.isProxy), reason })
  const authenticate = async () => {
    try {
      const caller = await options.authenticate(credentialsOf(request, options.isProxy))
      subject = caller.principal.subject
      return caller
    } catch (error) {
      if (error instanceof AppError && error.code === 'UNAUTHENTICATED')
        refused(request.headers.authorization === undefined ? 'MISSING' : reasonOf(error))
      throw error
    }
  }
  const refusedAssertion = (cause: unknown) => {
    // As the cause of ours: a library's own error carries the claims, which are no matter of the log.
    options.log.warn({ requestId, err: unauthenticated(cause) }, 'an assertion was refused')
    refused(reasonOf(cause))
  }
  try {
    if (answerOrigin(request, response, options.corsOrigins)) return
    refuseTokenIn(request.url ?? '')
    await route(path, request, response, {
      ...options,
      authenticate,
      refusedAssertion,
      requestId,
    })
  } catch (error) {
    if (!(error instanceof AppError)) options.log.error({ requestId, err: error }, 'internal')
    else if (error.cause !== undefined) options.log.warn({ requestId, err: error }, error.code)
    const shown =
      error instanceof AppError
        ? error
        : new AppError('INTERNAL', 'Something went wrong on our side.')
    sendError(response, shown, { requestId })
  }
}

interface Route extends Omit<Responding, 'authenticate'> {
  readonly requestId: string
  authenticate(): Promise<Caller>
  /** Told of an assertion that was not good. */
  readonly refusedAssertion: (cause: unknown) => void
}

async function route(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  options: Route,
) {
  switch (path) {
    case '/graphql':
      await answer(request, response, options)
      return
    case '/health/live':
      sendJson(response, 200, { status: 'live' })
      return
    case '/health/ready':
      sendJson(response, options.isReady() ? 200 : 503, {
        status: options.isReady() ? 'ready' : 'starting',
      })
      return
    case '/.well-known/jwks.json':
      if (options.jwks === null) throw new AppError('NOT_FOUND', 'There are no keys.')
      sendJson(response, 200, options.jwks, { 'cache-control': 'public, max-age=600' })
      return
    case '/schema.graphql':
      await sendSchema(request, response, options)
      return
    default:
      if (await options.oauth?.(path, request, response, options.refusedAssertion)) return
      if (options.pages !== null) {
        const principalOf = async () => (await options.authenticate()).principal
        if (await options.pages(request, response, principalOf)) return
      }
      throw new AppError('NOT_FOUND', 'There is nothing at this address.')
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, options: Route) {
  const { principal, token } = await options.authenticate()
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new AppError('CANCELLED', 'The client went away.'))
  })
  await options.graphql(request, response, {
    principal,
    token,
    signal: gone.signal,
    requestId: options.requestId,
    traceparent: headerOf(request, 'traceparent'),
    sources: request.headers['isthmus-sources'] === '1',
    cost: request.headers['isthmus-cost'] === '1',
    explained: request.headers['isthmus-explain'] === '1',
    limits: options.limitsOf(principal),
  })
}

/** A header that may stand once; one that came twice is none. */
function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** The API schema as the caller sees it, as SDL, for code generation. */
async function sendSchema(request: IncomingMessage, response: ServerResponse, options: Route) {
  const { principal } = await options.authenticate()
  const { id, sdl } = options.schema(principal)
  const etag = `"${id}"`
  response.appendHeader('vary', 'authorization')
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag }).end()
    return
  }
  response
    .writeHead(200, {
      'content-type': 'text/plain; charset=utf-8',
      etag,
      'cache-control': 'private, no-cache',
    })
    .end(request.method === 'HEAD' ? undefined : sdl)
}
