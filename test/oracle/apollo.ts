/**
 * The same questions to plain Apollo Gateway, its planner and its executor, over the same sources: it
 * shows where the two differ. For comparison only: `ISTHMUS_EXECUTOR=apollo npm run oracle`.
 */
import { createHash } from 'node:crypto'
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway'
import type { ApolloServerOptionsWithGateway } from '@apollo/server'
import { getOperationAST, parse, type ExecutionResult } from 'graphql'
import type { Graph } from '../../gateway/request/execute.ts'
import type { Source } from '../../gateway/sources/source.ts'
import { anyone } from '../support/subgraph-fixture.ts'
import type { Ask } from './federated.ts'

type GatewayInterface = ApolloServerOptionsWithGateway<object>['gateway']
type Executor = NonNullable<Awaited<ReturnType<GatewayInterface['load']>>['executor']>

type Sources = ReadonlyMap<string, Source>

/** A gateway is loaded once for a graph; who answers is another matter with each question. */
interface Loaded {
  readonly executor: Executor
  sources: Sources
}

const loaded = new WeakMap<Graph, Promise<Loaded>>()

export const apollo: Ask = async (graph, sources, { operation, variables }) => {
  let known = loaded.get(graph)
  if (known === undefined) loaded.set(graph, (known = load(graph)))
  try {
    const gateway = await known
    gateway.sources = sources
    const document = parse(operation)
    // What the executor reads of a request; the rest of Apollo Server's request is not there.
    const request = {
      document,
      operation: getOperationAST(document),
      operationName: null,
      queryHash: createHash('sha256').update(operation).digest('hex'),
      request: { query: operation, variables },
      schema: graph.generation.apiSchema,
      metrics: {},
      context: {},
      contextValue: {},
      logger: silence,
      overallCachePolicy: { restrict: () => undefined },
    } as unknown as Parameters<Executor>[0]
    const answer = await gateway.executor(request)
    return { answer: JSON.parse(JSON.stringify(answer)) as ExecutionResult } // as a client gets it
  } catch (error) {
    return { crashed: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

async function load({ generation }: Graph): Promise<Loaded> {
  const made: { executor?: Executor; sources: Sources } = { sources: new Map() }
  const gateway = new ApolloGateway({
    supergraphSdl: generation.supergraphSdl,
    buildService: ({ name }) => dataSource(() => made.sources.get(name)),
    logger: silence,
  })
  const { executor } = await gateway.load()
  return Object.assign(made, { executor })
}

const silence = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

const dataSource = (source: () => Source | undefined): GraphQLDataSource => ({
  process: async ({ request }) => {
    const answering = source()
    const { query = '', variables = {} } = request
    if (answering === undefined) throw new TypeError('there is no such system')
    const answer = await answering.send({
      query,
      document: parse(query),
      operationName: undefined,
      variables,
      body: '',
      principal: anyone,
      scopes: null,
      signal: new AbortController().signal,
      onStop: () => undefined,
      deadlineAt: performance.now() + 60_000,
      onStatement: () => undefined,
    })
    return { ...answer } as Awaited<ReturnType<GraphQLDataSource['process']>>
  },
})
