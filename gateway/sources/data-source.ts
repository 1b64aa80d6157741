/**
 * Between our sources and Apollo's data sources, both ways: a `GraphQLDataSource` of an Apollo user
 * (such as a `RemoteGraphQLDataSource` with `willSendRequest`) is asked like a system of ours, and a
 * supergraph manager of Apollo's asks our HTTP source as a data source. Apollo's types only: nothing
 * of `@apollo/gateway` is loaded.
 */
import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway'
import { GraphQLError } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { nobody } from '#shared/principal.ts'
import { Call, createQuestion } from '../engine/question.ts'
import type { Heard } from './heard.ts'
import type { HttpSource } from './http.ts'
import type { Source } from './source.ts'

type Incoming = Extract<GraphQLDataSourceProcessOptions, { incomingRequestContext: unknown }>

/** Apollo's request: what it hands to the gateway, and the gateway to each data source. */
export type IncomingRequestContext = Incoming['incomingRequestContext']

/** The value of Apollo's enum: the enum itself would load the whole package. */
const incoming: unknown = 'incoming operation'

export interface DataSourceOptions {
  readonly name: string
  readonly dataSource: GraphQLDataSource
  readonly heard: Heard
}

/** The data source as a system, for one request. Who made it also stops it. */
export const sourceFor = (
  { name, dataSource, heard }: DataSourceOptions,
  incomingRequestContext: IncomingRequestContext,
): Source => ({
  name,
  send: async ({ query, operationName, variables, document }) => {
    try {
      const { data, errors = [] } = await dataSource.process({
        kind: incoming as Incoming['kind'],
        request: {
          query,
          variables: { ...variables },
          ...(operationName === undefined ? {} : { operationName }),
        },
        incomingRequestContext,
        context: incomingRequestContext.context,
        document,
      })
      return { data: data ?? null, errors: errors.map(heard) }
    } catch (cause) {
      if (cause instanceof GraphQLError && typeof cause.extensions['code'] === 'string') {
        return { data: null, errors: [heard(cause.toJSON())] }
      }
      throw new AppError('SOURCE_UNAVAILABLE', 'A system could not be reached.', { cause })
    }
  },
  [Symbol.asyncDispose]: () => Promise.resolve(),
})

/** Our HTTP source as a data source, within a time. */
export const dataSourceOf = (source: HttpSource, timeoutMs: number): GraphQLDataSource => ({
  process: async ({ request: { query = '', operationName, variables = {}, http } }) => {
    const call = new Call(createQuestion(query, operationName, Object.keys(variables)), {
      values: variables,
      representations: new Map(),
      principal: nobody, // a supergraph manager asks in no caller's name
      deadlineAt: performance.now() + timeoutMs,
      onStatement: () => undefined,
    })
    const late = new AppError('SOURCE_TIMEOUT', `The system "${source.name}" took too long.`)
    const timer = setTimeout(() => call.stop(late), timeoutMs)
    try {
      const { data, errors = [] } = await source.send(call, [...(http?.headers ?? [])].flat())
      return {
        ...(data === undefined ? {} : { data }),
        ...(errors.length === 0 ? {} : { errors: errors.map((each) => each.toJSON()) }),
      }
    } finally {
      clearTimeout(timer)
    }
  },
})
