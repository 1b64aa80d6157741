/**
 * Loads a supergraph from the configured file: supergraph.yaml is composed, with the gateway's own
 * schema added, unless the committed supergraph was made from just that; a `.graphql` file is a
 * supergraph already and is taken as it is.
 */
import { readFileSync } from 'node:fs'
import { AppError } from '#shared/errors.ts'
import type { Place } from '../sources/connect.ts'
import { committedOrComposed, type OwnSubgraph } from './compose.ts'
import { createGeneration, generationId, type Generation } from './generation.ts'
import { createPlanStore } from './plan-store.ts'
import { startPlannerThread } from './planner-thread.ts'

export interface Loaded extends AsyncDisposable {
  readonly generation: Generation
  readonly places: readonly Place[]
  /** Resolves when questions can be planned; rejects when the planner refuses the supergraph. */
  readonly ready: Promise<void>
}

/** `plansFile` keeps the plans that were made for the next start. */
export function loadSupergraph(
  path: string,
  own: readonly OwnSubgraph[],
  plansFile: string,
): Loaded {
  const composed = path.endsWith('.graphql') ? null : committedOrComposed(path, own)
  return loadSdl(composed?.supergraphSdl ?? readSdl(path), {
    plansFile,
    places: composed?.subgraphs,
  })
}

/** A supergraph to look at, in which nothing can be planned. */
export function loadForReading(
  path: string,
  own: readonly OwnSubgraph[],
): Pick<Loaded, 'generation' | 'places'> {
  const composed = path.endsWith('.graphql') ? null : committedOrComposed(path, own)
  const generation = createGeneration(composed?.supergraphSdl ?? readSdl(path), () =>
    Promise.reject(new TypeError('nothing is planned here')),
  )
  return { generation, places: composed?.subgraphs ?? generation.services }
}

export interface LoadSdlOptions {
  /** Keeps the plans that were made for the next start. */
  readonly plansFile?: string | undefined
  /** Where the systems are; by default where the supergraph says. */
  readonly places?: readonly Place[] | undefined
}

export function loadSdl(supergraphSdl: string, { plansFile, places }: LoadSdlOptions): Loaded {
  const thread = startPlannerThread(supergraphSdl)
  try {
    const store =
      plansFile === undefined
        ? null
        : createPlanStore({
            plan: thread.plan,
            file: plansFile,
            generation: generationId(supergraphSdl),
          })
    const generation = createGeneration(supergraphSdl, store?.plan ?? thread.plan)
    return {
      generation,
      places: places ?? generation.services,
      ready: thread.ready,
      [Symbol.asyncDispose]: () => {
        store?.save()
        return thread[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    void thread[Symbol.asyncDispose]()
    throw error
  }
}

function readSdl(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new AppError('SUPERGRAPH_INVALID', `${path}: the file cannot be read.`, { cause })
  }
}
