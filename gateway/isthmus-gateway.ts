/**
 * The engine as the gateway of an `ApolloServer`, and the composition root of the packed library:
 * `new ApolloServer({ gateway: new IsthmusGateway({ supergraphSdl }) })`. The server keeps HTTP,
 * persisted queries, plugins and caching; rights, plans, calls and the answer are ours. It reads no
 * configuration file and no environment.
 */
import { randomUUID } from 'node:crypto'
import type { ApolloServerOptionsWithGateway } from '@apollo/server'
import type {
  GraphQLDataSource,
  ServiceEndpointDefinition,
  SupergraphManager,
  SupergraphSdlHook,
} from '@apollo/gateway'
import { print, type DocumentNode, type ExecutionResult } from 'graphql'
import { nobody, type Audience, type Principal } from '#shared/principal.ts'
import { ApolloGenerations, type Serving } from './apollo-generations.ts'
import { openLimits } from './limits/limits.ts'
import { restrictBy, type CachePolicy } from './request/cache-policy.ts'
import type { Authorization } from './request/denied.ts'
import { execute, type Graph } from './request/execute.ts'
import type { Observer } from './request/observer.ts'
import { neverAborted } from './request/stages.ts'
import { createConnections, type Connections } from './sources/connections.ts'
import type { IncomingRequestContext } from './sources/data-source.ts'
import { mayBeSaid } from './sources/heard.ts'
import { servicesOf, type Generation } from './supergraph/generation.ts'
import { knownCaller } from './supergraph/policy-index.ts'
import { refusal } from './transport/graphql.ts'

type GatewayInterface = ApolloServerOptionsWithGateway<object>['gateway']
type SchemaCallback = Parameters<GatewayInterface['onSchemaLoadOrUpdate']>[0]
type Executor = NonNullable<Awaited<ReturnType<GatewayInterface['load']>>['executor']>
type RequestContext = Parameters<Executor>[0]

/** As Apollo's loggers are, and `console`. */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warn(message: string): void
  error(message: string): void
}

/** Who asks, as far as the schema's rules want to know. */
export interface Caller {
  /** What `@requiresScopes` is compared with. */
  readonly scopes: readonly string[]
  /** What `@policy` may ask for: who of the company is an `EMPLOYEE`. A partner's system by default. */
  readonly audience?: Audience
}

export interface IsthmusGatewayOptions<Context extends object = Record<string, unknown>> {
  /**
   * The supergraph as text, or what brings it and its updates: a function or a manager as
   * `ApolloGateway` takes them, such as `IntrospectAndCompose`.
   */
  readonly supergraphSdl: string | SupergraphSdlHook | SupergraphManager
  /** A data source for a subgraph, as `ApolloGateway` takes it; by default our own over HTTP. */
  readonly buildService?: (definition: ServiceEndpointDefinition) => GraphQLDataSource
  /** Headers that our own HTTP sends to a subgraph; by default none of the client's. */
  readonly headers?: (
    options: ServiceEndpointDefinition & { readonly context: Context },
  ) => Readonly<Record<string, string>>
  /**
   * Who asks, or null for nobody. Without it everybody is nobody, and what `@authenticated` or
   * `@requiresScopes` protects is refused to all.
   */
  readonly principal?: (context: Context) => Caller | null | Promise<Caller | null>
  /**
   * What becomes of a question of which the caller may not read all: `filter` (default) leaves those
   * fields out and reports them, `reject` refuses the question before any subgraph is asked.
   */
  readonly authorization?: Authorization
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: (context: Context) => AbortSignal | undefined
  /** Milliseconds that one call to a subgraph may take. Default 10,000. */
  readonly timeoutMs?: number | ((subgraph: string) => number)
  /** Milliseconds that a whole question may take. Default 15,000. */
  readonly requestTimeoutMs?: number
  /**
   * What of a subgraph's error reaches the client beside its path: its `extensions.code` (default),
   * or its message too. What is not said is logged.
   */
  readonly subgraphErrors?: 'CODE' | 'MESSAGE'
  /** A file that keeps plans over a restart. By default none. */
  readonly plansFile?: string
  /** By default the server's for what a request does, and `console` for the rest. */
  readonly logger?: Logger
}

type Phase = 'NEW' | 'BEGUN' | 'STOPPED'

export class IsthmusGateway<
  Context extends object = Record<string, unknown>,
> implements GatewayInterface {
  readonly #options: IsthmusGatewayOptions<Context>
  readonly #timeoutOf: (subgraph: string) => number
  readonly #requestTimeoutMs: number
  readonly #connections: Connections
  readonly #listeners = new Set<SchemaCallback>()
  readonly #generations: ApolloGenerations
  readonly #texts = new WeakMap<DocumentNode, string>()
  #phase: Phase = 'NEW'
  #cleanup: (() => Promise<void>) | undefined

  constructor(options: IsthmusGatewayOptions<Context>) {
    const { timeoutMs = 10_000, requestTimeoutMs = 15_000, headers } = options
    this.#options = options
    this.#timeoutOf = typeof timeoutMs === 'function' ? timeoutMs : () => timeoutMs
    this.#requestTimeoutMs = requestTimeoutMs
    this.#connections = createConnections({
      buildService: options.buildService,
      headers:
        headers === undefined
          ? undefined
          : (service, context) => headers({ ...service, context: context as Context }), // the server's own
      said: options.subgraphErrors ?? 'CODE',
      timeoutOf: this.#timeoutOf,
    })
    this.#generations = new ApolloGenerations({
      connections: this.#connections,
      plansFile: options.plansFile,
      lateMs: requestTimeoutMs,
      onServed: (generation) => this.#tell(generation),
      onError: (what, error) => this.#log('error', what, error),
    })
  }

  onSchemaLoadOrUpdate(callback: SchemaCallback): () => void {
    this.#listeners.add(callback)
    return () => {
      this.#listeners.delete(callback)
    }
  }

  async load(): Promise<{ executor: Executor }> {
    if (this.#phase !== 'NEW') throw new Error('An IsthmusGateway is loaded once.')
    this.#phase = 'BEGUN'
    try {
      await this.#generations.serve(await this.#firstSdl())
    } catch (error) {
      await this.stop()
      throw error
    }
    return { executor: this.#executor }
  }

  async stop(): Promise<void> {
    if (this.#phase === 'STOPPED') return
    this.#phase = 'STOPPED'
    this.#listeners.clear()
    await Promise.all([
      this.#generations[Symbol.asyncDispose](),
      this.#cleanup?.().catch((error: unknown) => this.#log('error', 'cleanup', error)),
    ])
    await this.#connections[Symbol.asyncDispose]()
  }

  async #firstSdl(): Promise<string> {
    const { supergraphSdl } = this.#options
    if (typeof supergraphSdl === 'string') return supergraphSdl
    const initialize: SupergraphSdlHook =
      typeof supergraphSdl === 'function'
        ? supergraphSdl
        : (hooks) => supergraphSdl.initialize(hooks)
    const first = await initialize({
      update: (sdl) => this.#generations.update(sdl),
      healthCheck: (sdl) => this.#connections.check(servicesOf(sdl)),
      getDataSource: (service) => this.#connections.dataSource(service),
    })
    this.#cleanup = first.cleanup
    return first.supergraphSdl
  }

  #tell({ apiSchema, supergraphSdl: coreSupergraphSdl }: Generation): void {
    for (const listener of this.#listeners) {
      try {
        listener({ apiSchema, coreSupergraphSdl })
      } catch (error) {
        this.#log('error', 'a listener of onSchemaLoadOrUpdate failed', error)
      }
    }
  }

  readonly #executor: Executor = async (requestContext) => {
    const serving = this.#generations.take(requestContext.schema)
    if (serving === undefined) throw new Error('The IsthmusGateway is not loaded.')
    const context = requestContext.context as Context // the server's own
    try {
      return await this.#answer(serving, {
        requestContext,
        principal: await this.#principalOf(context),
        signal: this.#options.signal?.(context) ?? neverAborted,
      })
    } finally {
      this.#generations.giveBack(serving)
    }
  }

  async #answer(
    { graph, sourcesFor }: Serving,
    {
      requestContext,
      principal,
      signal,
    }: { requestContext: RequestContext; principal: Principal; signal: AbortSignal },
  ): Promise<ExecutionResult> {
    const { request, document, overallCachePolicy, logger } = requestContext
    const requestId = randomUUID()
    const onError = (error: unknown, code: string) =>
      this.#log('warn', `masked ${code}, request ${requestId}`, error, logger)
    try {
      return await execute(
        {
          document: this.#textOf(document),
          operationName: request.operationName ?? undefined,
          variables: request.variables ?? {},
          isSafe: false, // the server refuses what GET may not do
          signal,
          deadlineAt: performance.now() + this.#requestTimeoutMs,
          limits: openLimits,
          requestId,
          observer: this.#observer(graph, overallCachePolicy as CachePolicy | undefined),
          principal,
        },
        {
          graph,
          authorization: this.#options.authorization,
          sources: sourcesFor(requestContext as IncomingRequestContext), // Apollo's two versions of it
          limits: { timeoutOf: this.#timeoutOf },
          onError,
          mayBeSaid,
        },
      )
    } catch (error) {
      const { errors, status } = refusal(error, {
        requestId,
        onError: (cause) => onError(cause, 'INTERNAL'),
      })
      for (const each of errors) each.extensions['http'] = { status } // the server takes it out again
      return { errors }
    }
  }

  /** The document and not the request's text: a plugin may have changed it. */
  #textOf(document: DocumentNode): string {
    const known = this.#texts.get(document)
    if (known !== undefined) return known
    const text = print(document)
    this.#texts.set(document, text)
    return text
  }

  async #principalOf(context: Context): Promise<Principal> {
    const caller = (await this.#options.principal?.(context)) ?? null
    if (caller === null) return nobody
    const { scopes, audience = nobody.audience } = caller
    return { ...nobody, audience, scopes: [...scopes, knownCaller] }
  }

  #observer({ generation }: Graph, policy: CachePolicy | undefined): Observer {
    // Where rules say who may see what, no shared cache may hand one caller's answer to another.
    if (generation.policies.requirements.size > 0) policy?.restrict({ scope: 'PRIVATE' })
    return {
      stage: () => undefined,
      statement: () => undefined,
      fetch: ({ cacheControl }) => {
        if (cacheControl !== undefined && policy !== undefined) restrictBy(policy, cacheControl)
      },
    }
  }

  #log(level: 'warn' | 'error', what: string, error: unknown, logger: Logger = console): void {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const logTo = this.#options.logger ?? logger
    logTo[level](`isthmus: ${what}: ${why}`)
  }
}
