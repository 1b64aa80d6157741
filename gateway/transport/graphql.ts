/**
 * `/graphql` over HTTP: GraphQL over HTTP as Apollo Server speaks it (GET and POST, negotiation, CSRF
 * rule), in front of the gateway's own `execute`. Bytes and protocol only; rights and plans are not
 * known here. Everything of Apollo Server's is behind this file.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  ApolloServer,
  HeaderMap,
  type ApolloServerPlugin,
  type HTTPGraphQLRequest,
} from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled'
import type { GatewayInterface } from '@apollo/server-gateway-interface'
import { GraphQLError, type ExecutionResult, type GraphQLSchema } from 'graphql'
import { AppError, appErrorIn, errorCodes } from '#shared/errors.ts'
import { readJson } from '#shared/http-server.ts'
import type { Principal } from '#shared/principal.ts'
import { InvalidVariables } from '../request/execute.ts'
import { checkNesting, documentLimits, InvalidDocument } from '../request/receive.ts'

export interface Question {
  readonly document: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
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
  /** Calls back with each schema: now, and whenever a new supergraph is swapped in. */
  readonly onSchema: (callback: (schema: GraphQLSchema, supergraphSdl: string) => void) => void
  /** Told of what the client only sees as INTERNAL. */
  readonly onError: (error: unknown) => void
}

export interface GraphqlEndpoint {
  handle(request: IncomingMessage, response: ServerResponse, asking: Asking): Promise<void>
  stop(): Promise<void>
}

const maxBodyBytes = 1024 * 1024

export async function createGraphqlEndpoint(options: GraphqlOptions): Promise<GraphqlEndpoint> {
  const apollo = new ApolloServer<Asking>({
    gateway: gatewayOf(options),
    includeStacktraceInErrorResponses: false,
    introspection: true, // behind a token like every other question
    csrfPrevention: true,
    persistedQueries: false,
    parseOptions: { maxTokens: documentLimits.tokens },
    stopOnTerminationSignals: false,
    logger: quiet(options),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      requestIds,
    ],
    formatError: (formatted, error) => {
      const code = formatted.extensions?.['code']
      if (code === 'GRAPHQL_PARSE_FAILED' && formatted.message.includes('tokens')) {
        return { ...formatted, extensions: { code: 'DOCUMENT_TOO_COMPLEX' } }
      }
      if (typeof code === 'string' && code in errorCodes && code !== 'INTERNAL') return formatted
      if (code === 'INTERNAL_SERVER_ERROR') options.onError(error)
      return code === 'INTERNAL' || code === 'INTERNAL_SERVER_ERROR'
        ? {
            ...formatted,
            message: 'Something went wrong on our side.',
            extensions: { code: 'INTERNAL' },
          }
        : { ...formatted, extensions: { code: 'BAD_REQUEST' } }
    },
  })
  await apollo.start()
  return {
    handle: async (request, response, asking) => {
      const httpGraphQLRequest = await httpRequest(request)
      const { headers, body, status } = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest,
        context: () => Promise.resolve(asking),
      })
      if (response.destroyed) return
      if (body.kind !== 'complete') throw new TypeError('an answer comes in one piece')
      response.writeHead(statusOf(status, body.string), Object.fromEntries(headers))
      response.end(body.string)
    },
    stop: () => apollo.stop(),
  }
}

/** Errors of a document or its variables carry the request's id like all others. */
const requestIds: ApolloServerPlugin<Asking> = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ response, contextValue: { requestId } }) => {
        if (response.body.kind !== 'single') return Promise.resolve()
        const { singleResult } = response.body
        if (singleResult.errors === undefined) return Promise.resolve()
        singleResult.errors = singleResult.errors.map((error) => ({
          ...error,
          extensions: { ...error.extensions, requestId },
        }))
        return Promise.resolve()
      },
    }),
}

/** Apollo answers an unknown operation name with 500; it is the client's mistake. */
const statusOf = (status: number | undefined, body: string): number =>
  status === 500 && body.includes('OPERATION_RESOLUTION_FAILURE') ? 400 : (status ?? 200)

async function httpRequest(request: IncomingMessage): Promise<HTTPGraphQLRequest> {
  const headers = new HeaderMap()
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value)
  }
  const method = (request.method ?? '').toUpperCase()
  const search = new URL(request.url ?? '/', 'http://gateway').search
  const isJson = /^application\/(json|graphql\+json)\b/i.test(headers.get('content-type') ?? '')
  const body = method === 'POST' && isJson ? await readJson(request, maxBodyBytes) : ''
  checkNesting(documentIn(method, search, body))
  return { method, headers, search, body }
}

function documentIn(method: string, search: string, body: unknown): string {
  if (method === 'GET') return new URLSearchParams(search).get('query') ?? ''
  const query: unknown =
    typeof body === 'object' && body !== null && 'query' in body ? body.query : ''
  return typeof query === 'string' ? query : ''
}

/** Our execution as Apollo Server's gateway. */
function gatewayOf({ execute, onSchema, onError }: GraphqlOptions): GatewayInterface {
  const gateway = {
    onSchemaLoadOrUpdate: (
      callback: (context: { apiSchema: GraphQLSchema; coreSupergraphSdl: string }) => void,
    ) => {
      onSchema((apiSchema, coreSupergraphSdl) => callback({ apiSchema, coreSupergraphSdl }))
      return () => undefined
    },
    load: () =>
      Promise.resolve({
        executor: async (context: ExecutorContext): Promise<ExecutionResult> => {
          const { source, operationName, context: asking, contextValue, request } = context
          try {
            return await execute(
              {
                document: source,
                operationName: operationName ?? undefined,
                variables: request.variables ?? {},
              },
              contextValue ?? asking,
            )
          } catch (error) {
            return refusal(error, onError)
          }
        },
      }),
    stop: () => Promise.resolve(),
  }
  return gateway as unknown as GatewayInterface // the interface package's twins of the types
}

interface ExecutorContext {
  readonly source: string
  readonly operationName: string | null
  readonly context: Asking
  readonly contextValue?: Asking
  readonly request: { readonly variables?: Readonly<Record<string, unknown>> }
}

/** A question that could not be run, with the HTTP status that says so. */
export function refusal(error: unknown, onError: (error: unknown) => void): ExecutionResult {
  if (error instanceof InvalidDocument || error instanceof InvalidVariables) {
    return { errors: error.errors.map((each) => withStatus(each, 400)) }
  }
  const ours = appErrorIn(error)
  if (ours === null || ours.cause !== undefined) onError(error)
  const { code, message, details } =
    ours ?? new AppError('INTERNAL', 'Something went wrong on our side.')
  const { status } = errorCodes[code]
  return {
    errors: [withStatus(new GraphQLError(message, { extensions: { code, ...details } }), status)],
  }
}

const withStatus = (error: GraphQLError, status: number): GraphQLError =>
  new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    extensions: { ...error.extensions, http: { status } },
  })

/** Apollo Server's own words go to our log. */
const quiet = ({ onError }: GraphqlOptions) => ({
  debug: () => undefined,
  info: () => undefined,
  warn: (message?: unknown) => onError(message),
  error: (message?: unknown) => onError(message),
})
