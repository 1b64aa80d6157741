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
import { sendQuotas } from './rate-headers.ts'

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
  const isProxy = addressList(options.trustedProxies)
  let responding: Responding = { ...options, isProxy, oauth: null }
  const listening = await listen(
    (request, response) => respond(new Exchange(request, response, responding)),
    options,
  )
  responding = { ...responding, oauth: options.oauth?.(listening.url) ?? null }
  return listening
}

interface Responding extends Omit<HttpOptions, 'oauth'> {
  readonly isProxy: AddressList
  readonly oauth: OAuthEndpoint | null
}

/** One request and its answer, from the first line to the log. */
class Exchange {
  readonly requestId = randomUUID()
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly options: Responding
  readonly #startedAt = performance.now()
  readonly #gone = new AbortController()
  #subject: string | null = null

  constructor(request: IncomingMessage, response: ServerResponse, options: Responding) {
    this.request = request
    this.response = response
    this.options = options
    response.once('close', () => this.#end())
  }

  get path(): string {
    return (this.request.url ?? '/').split('?', 1)[0] ?? '/'
  }

  /** Aborted when the client leaves before its answer. */
  get signal(): AbortSignal {
    return this.#gone.signal
  }

  async authenticate(): Promise<Caller> {
    const { authenticate, isProxy } = this.options
    try {
      const caller = await authenticate(credentialsOf(this.request, isProxy))
      this.#subject = caller.principal.subject
      return caller
    } catch (error) {
      if (error instanceof AppError && error.code === 'UNAUTHENTICATED')
        this.#refused(
          this.request.headers.authorization === undefined ? 'MISSING' : reasonOf(error),
        )
      throw error
    }
  }

  /** An assertion at the token endpoint that was not good. */
  refusedAssertion(cause: unknown): void {
    const { requestId, options } = this
    // As the cause of ours: a library's own error carries the claims, which are no matter of the log.
    options.log.warn({ requestId, err: unauthenticated(cause) }, 'an assertion was refused')
    this.#refused(reasonOf(cause))
  }

  #refused(reason: RefusalReason): void {
    const { requestId, request, options } = this
    options.onRefused?.({ requestId, address: clientAddress(request, options.isProxy), reason })
  }

  #end(): void {
    const { writableFinished, statusCode } = this.response
    if (!writableFinished) this.#gone.abort(new AppError('CANCELLED', 'The client went away.'))
    this.options.log.info(
      {
        requestId: this.requestId,
        method: this.request.method,
        path: printable(this.path),
        status: statusCode,
        milliseconds: Math.round((performance.now() - this.#startedAt) * 10) / 10,
        subject: this.#subject,
        finished: writableFinished,
      },
      'request',
    )
  }
}

async function respond(exchange: Exchange): Promise<void> {
  const { request, response, requestId, options } = exchange
  response.setHeader('x-request-id', requestId)
  for (const [name, value] of securityHeaders) response.setHeader(name, value)
  if (options.hstsSeconds > 0)
    response.setHeader('strict-transport-security', `max-age=${options.hstsSeconds}`)
  try {
    if (answerOrigin(request, response, options.corsOrigins)) return
    refuseTokenIn(request.url ?? '')
    await route(exchange)
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

async function route(exchange: Exchange): Promise<void> {
  const { path, request, response, options } = exchange
  switch (path) {
    case '/graphql':
      await answer(exchange)
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
      await sendSchema(exchange)
      return
    default:
      if (
        await options.oauth?.(path, request, response, (cause) => exchange.refusedAssertion(cause))
      )
        return
      if (options.pages !== null) {
        const principalOf = async () => (await exchange.authenticate()).principal
        if (await options.pages(request, response, principalOf)) return
      }
      throw new AppError('NOT_FOUND', 'There is nothing at this address.')
  }
}

async function answer(exchange: Exchange): Promise<void> {
  const { request, response, options } = exchange
  const { principal, token } = await exchange.authenticate()
  await options.graphql(request, response, {
    principal,
    token,
    signal: exchange.signal,
    requestId: exchange.requestId,
    traceparent: headerOf(request, 'traceparent'),
    sources: request.headers['isthmus-sources'] === '1',
    cost: request.headers['isthmus-cost'] === '1',
    explained: request.headers['isthmus-explain'] === '1',
    limits: options.limitsOf(principal),
    onQuotas: (quotas) => sendQuotas(response, quotas),
  })
}

/** A header that may stand once; one that came twice is none. */
function headerOf({ headers }: IncomingMessage, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** The API schema as the caller sees it, as SDL, for code generation. */
async function sendSchema(exchange: Exchange): Promise<void> {
  const { request, response, options } = exchange
  const { principal } = await exchange.authenticate()
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
