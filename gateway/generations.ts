/**
 * The supergraph that is served: loaded, its systems connected, with the policy that is read against it,
 * and swapped as one while requests run. What another one took the place of ends with its last request.
 */
import { join } from 'node:path'
import type { Principal } from '#shared/principal.ts'
import type { Config } from './config.ts'
import type { Log } from './log.ts'
import { gatewayItself } from './policy/facts.ts'
import { readPolicy, type Policy } from './policy/policy.ts'
import { createViews, type Views } from './request/views.ts'
import { connect } from './sources/connect.ts'
import type { Source } from './sources/source.ts'
import { scopesFor } from './supergraph/contracts.ts'
import type { Generation } from './supergraph/generation.ts'
import { loadSdl, type Loaded } from './supergraph/load.ts'
import { isBare, type SupergraphText } from './supergraph/read.ts'

export interface Serving extends Loaded {
  /** Null where nobody is known. */
  readonly policy: Policy | null
  readonly views: Views
  readonly sources: ReadonlyMap<string, Source>
  /** Who asks where nobody needs to say who it is: the same object, so that its rights are found once. */
  readonly everybody: Principal
  /** Requests that are under way in this generation. */
  running: number
  /** Whether another one has taken its place: it stops with its last request. */
  isRetired: boolean
}

export interface Generations extends AsyncDisposable {
  /** What new requests get. */
  current(): Serving
  /** The same for a request, which keeps it to its end, whatever is swapped meanwhile. */
  take(): Serving
  giveBack(taken: Serving): void
  /** Loads again and swaps; what is wrong with it changes nothing and is thrown. */
  reload(): Promise<void>
}

export interface GenerationsOptions {
  readonly config: Config
  readonly log: Log
  readonly supergraph: () => SupergraphText
  /** In demo mode that of the data folder, from which the secrets of systems are made. */
  readonly demoSecret: string | undefined
  /** The gateway's own subgraph, where the supergraph is ours. */
  readonly platform: Source
}

export async function openGenerations({
  config,
  log,
  supergraph,
  demoSecret,
  platform,
}: GenerationsOptions): Promise<Generations> {
  const isForeign = isBare(config.supergraph)
  // A bare supergraph's systems are not ours: they are told nothing unless a secret is agreed.
  const secret = config.internalSecret ?? (isForeign ? undefined : demoSecret)
  // Systems stay connected over a swap.
  const connections = new AsyncDisposableStack()
  const connected = new Map<string, Source>()

  async function sourcesOf({ places }: Loaded): Promise<ReadonlyMap<string, Source>> {
    const sources = new Map<string, Source>(isForeign ? [] : [[platform.name, platform]])
    for (const place of places) {
      const key = JSON.stringify(place)
      const source =
        connected.get(key) ?? connections.use(await connect(place, { config, secret, log }))
      connected.set(key, source)
      sources.set(place.name, source)
    }
    return sources
  }

  async function load(): Promise<Serving> {
    const { sdl, places } = supergraph()
    const loaded = loadSdl(sdl, { places, plansFile: join(config.data, 'plans.json') })
    try {
      const { generation } = loaded
      const sources = await sourcesOf(loaded)
      await loaded.ready
      const policy = config.noAuth ? null : policyOf(generation, config, isForeign)
      const views = createViews(
        generation,
        { withKeys: config.audit !== null, introspection: config.introspection },
        (subject) => policy?.partner(subject)?.excludedTags ?? [],
      )
      const { scopes } = generation.policies
      const everybody = { ...gatewayItself, subject: 'anybody', scopes: [...scopes] }
      return { ...loaded, policy, views, sources, everybody, running: 0, isRetired: false }
    } catch (error) {
      await loaded[Symbol.asyncDispose]()
      throw error
    }
  }

  let current: Serving
  try {
    current = await load()
  } catch (error) {
    await connections.disposeAsync()
    throw error
  }
  return {
    current: () => current,
    take: () => {
      current.running += 1
      return current
    },
    giveBack: (taken) => {
      taken.running -= 1
      endIfOver(taken)
    },
    reload: async () => {
      const next = await load()
      try {
        await next.views.warm(current.views)
      } catch (error) {
        await next[Symbol.asyncDispose]()
        throw error
      }
      const before = current
      current = next
      before.isRetired = true
      endIfOver(before)
    },
    [Symbol.asyncDispose]: async () => {
      await current[Symbol.asyncDispose]()
      await connections.disposeAsync()
    },
  }
}

const policyOf = (generation: Generation, config: Config, isForeign: boolean): Policy =>
  readPolicy(config.policy, generation.policies.scopes, {
    isForeign,
    partnerLimits: config.limits.partner,
    scopesFor: (...contract) => scopesFor(generation, ...contract),
    tags: new Set([...generation.tags.values()].flat()),
  })

function endIfOver(serving: Serving): void {
  if (serving.isRetired && serving.running === 0) void serving[Symbol.asyncDispose]()
}
