/**
 * The supergraphs of an `IsthmusGateway`: each that comes is served in its turn, once it can plan and knows
 * what the one before was asked. That one ends when the server has no more requests for it.
 */
import type { GraphQLSchema } from 'graphql'
import { createGraph, type Graph } from './request/execute.ts'
import type { Connected, Connections } from './sources/connections.ts'
import { servicesOf, type Generation } from './supergraph/generation.ts'
import { loadSdl, type Loaded } from './supergraph/load.ts'
import { withNobody } from './supergraph/policy-index.ts'

/** A generation in use, with what was made for it. */
export interface Serving extends Connected {
  readonly loaded: Loaded
  readonly graph: Graph
  running: number
  /** Whether it ends with the last of its requests. */
  isOver: boolean
}

export interface ApolloGenerationsOptions {
  readonly connections: Connections
  readonly plansFile: string | undefined
  /** How long the server may still bring requests that it began to read before a swap, in milliseconds. */
  readonly lateMs: number
  /** Told of each that is served from now on. */
  readonly onServed: (generation: Generation) => void
  readonly onError: (what: string, error: unknown) => void
}

export class ApolloGenerations implements AsyncDisposable {
  readonly #options: ApolloGenerationsOptions
  readonly #bySchema = new WeakMap<GraphQLSchema, Serving>()
  readonly #inUse = new Set<Serving>()
  #isStopped = false
  #current: Serving | undefined
  /** One after the other, so that the last update that came is the one that stays. */
  #swaps: Promise<void> = Promise.resolve()
  #latest: string | undefined

  constructor(options: ApolloGenerationsOptions) {
    this.#options = options
  }

  async serve(supergraphSdl: string): Promise<void> {
    await this.#swapInTurn(this.#begin(supergraphSdl))
  }

  /** What a supergraph manager calls. Throws at once what is wrong with the text itself. */
  update(supergraphSdl: string): void {
    if (this.#isStopped) throw stopped()
    if (this.#latest === supergraphSdl) return
    this.#swapInTurn(this.#begin(supergraphSdl)).catch((error: unknown) => {
      if (this.#isStopped) return
      this.#options.onError('an update of the supergraph changed nothing', error)
    })
  }

  /**
   * For a request, which gives it back: the generation that the server validated against, whatever was
   * swapped meanwhile. Undefined where none is served.
   */
  take(schema: GraphQLSchema): Serving | undefined {
    const serving = this.#bySchema.get(schema) ?? this.#current
    if (serving === undefined || this.#isStopped) return undefined
    serving.running += 1
    return serving
  }

  giveBack(serving: Serving): void {
    serving.running -= 1
    this.#endIfOver(serving)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true
    const all = [...this.#inUse]
    this.#inUse.clear()
    await Promise.all(all.map(({ loaded }) => loaded[Symbol.asyncDispose]()))
  }

  #begin(supergraphSdl: string): Serving {
    const connected = this.#options.connections.connect(servicesOf(supergraphSdl))
    const loaded = loadSdl(supergraphSdl, { plansFile: this.#options.plansFile })
    const { generation } = loaded
    const policies = withNobody(generation.policies, generation.apiSchema)
    const graph = createGraph({ ...generation, policies })
    const serving = { ...connected, loaded, graph, running: 0, isOver: false }
    this.#inUse.add(serving)
    this.#latest = supergraphSdl
    return serving
  }

  async #swapInTurn(next: Serving): Promise<void> {
    const before = this.#swaps
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#swaps = promise
    await before
    try {
      await this.#swap(next)
    } finally {
      resolve()
    }
  }

  /** Takes the new generation when it can plan and knows what is asked. */
  async #swap(next: Serving): Promise<void> {
    try {
      await next.loaded.ready
      const before = this.#current
      if (before !== undefined) await next.graph.questions.warm(before.graph.questions)
      if (this.#isStopped) throw stopped()
      this.#current = next
      this.#bySchema.set(next.graph.generation.apiSchema, next)
      this.#options.onServed(next.loaded.generation)
      if (before !== undefined) this.#retire(before)
    } catch (error) {
      if (this.#latest === next.loaded.generation.supergraphSdl) {
        this.#latest = this.#current?.loaded.generation.supergraphSdl
      }
      await this.#end(next)
      throw error
    }
  }

  #retire(serving: Serving): void {
    setTimeout(() => {
      serving.isOver = true
      this.#endIfOver(serving)
    }, this.#options.lateMs).unref()
  }

  #endIfOver(serving: Serving): void {
    if (!serving.isOver || serving.running > 0) return
    this.#end(serving).catch((error: unknown) =>
      this.#options.onError('a generation did not end', error),
    )
  }

  async #end(serving: Serving): Promise<void> {
    if (!this.#inUse.delete(serving)) return
    this.#bySchema.delete(serving.graph.generation.apiSchema)
    await serving.loaded[Symbol.asyncDispose]()
    await this.#options.connections.keepOnly([...this.#inUse].flatMap(({ keys }) => keys))
  }
}

const stopped = () => new Error('The IsthmusGateway is stopped.')
