/**
 * A subgraph as a service of its own beside its system: HTTP around an open subgraph.
 * Every GraphQL request must carry the gateway's internal token for this subgraph; without it
 * nothing is answered, the schema included. Only `/health/live` is open.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ApolloServer, HeaderMap } from '@apollo/server'
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled'
import { unwrapResolverError } from '@apollo/server/errors'
import { GraphQLError, type GraphQLFormattedError } from 'graphql'
import { AppError } from './errors.ts'
import { listen, parseJson, readBody, sendError, sendJson, type Listening } from './http-server.ts'
import { verifyInternalToken, type VerifyingKey } from './internal-token.ts'
import type { OpenSubgraph } from './open.ts'
import { deadlineHeader, type Principal } from './principal.ts'

export interface ServeOptions {
  readonly host: string
  readonly port: number
  /** Tells the gateway's internal tokens from others. */
  readonly key: VerifyingKey
  /** Whether a token must be bound to its request; false by default. */
  readonly bound?: boolean
}

const maxBodyBytes = 16 * 1024 * 1024

export async function serveSubgraph(
  subgraph: OpenSubgraph,
  { key, bound = false, ...address }: ServeOptions,
): Promise<Listening> {
  const apollo = new ApolloServer<object>({
    schema: subgraph.schema,
    introspection: true, // behind the internal token like everything else
    includeStacktraceInErrorResponses: false,
    csrfPrevention: false, // no browser reaches a subgraph, and the token is no cookie
    plugins: [ApolloServerPluginLandingPageDisabled(), ApolloServerPluginInlineTraceDisabled()],
    formatError: (formatted, error) => masked(subgraph, formatted, error),
    stopOnTerminationSignals: false,
  })
  await apollo.start()

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/health/live') {
      sendJson(response, 200, { status: 'live' })
      return
    }
    const [, token] = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '') ?? []
    const { principal, checkBound } = verifyInternalToken(token ?? '', subgraph.name, key)
    if (request.method !== 'POST')
      throw new AppError('BAD_REQUEST', 'A subgraph answers POST only.')
    const text = await readBody(request, maxBodyBytes)
    checkBound({ method: request.method, body: text }, bound)
    await respond(apollo, subgraph, { request, response, principal, body: parseJson(text) })
  }

  const listening = await listen(async (request, response) => {
    try {
      await answer(request, response)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      sendError(response, error)
    }
  }, address)
  return {
    url: listening.url,
    close: async (graceMs) => {
      await listening.close(graceMs)
      await apollo.stop()
      subgraph[Symbol.dispose]()
    },
  }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly principal: Principal
  readonly body: unknown
}

async function respond(
  apollo: ApolloServer<object>,
  subgraph: OpenSubgraph,
  { request, response, principal, body }: Exchange,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableEnded) gone.abort()
  })
  const remainingMs = Number(request.headers[deadlineHeader] ?? Infinity)
  const answer = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: 'POST',
      headers: new HeaderMap([['content-type', request.headers['content-type'] ?? '']]),
      search: '',
      body,
    },
    context: () =>
      Promise.resolve(
        subgraph.contextFor({
          principal,
          signal: gone.signal,
          deadlineAt: performance.now() + (Number.isNaN(remainingMs) ? Infinity : remainingMs),
        }),
      ),
  })
  if (response.destroyed) return
  response.writeHead(answer.status ?? 200, Object.fromEntries(answer.headers))
  if (answer.body.kind === 'complete') response.end(answer.body.string)
  else throw new TypeError('a subgraph answers in one piece')
}

function masked(
  subgraph: OpenSubgraph,
  formatted: GraphQLFormattedError,
  error: unknown,
): GraphQLFormattedError {
  const original = unwrapResolverError(error)
  if (original === error && !(original instanceof AppError)) {
    // Parse and validation errors: graphql-js speaks of the document only.
    return { ...formatted, extensions: { code: formatted.extensions?.['code'] ?? 'INTERNAL' } }
  }
  const masks = subgraph.mask(
    new GraphQLError(formatted.message, {
      originalError: original instanceof Error ? original : new Error(String(original)),
      path: formatted.path ?? null,
      extensions: formatted.extensions ?? null,
    }),
  )
  return masks.toJSON()
}
