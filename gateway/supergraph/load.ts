/** Loads a supergraph: its generation, with a planner beside it and the plans of the last time. */
import type { Place } from '../sources/connect.ts'
import { createGeneration, generationId, type Generation } from './generation.ts'
import { createPlanStore } from './plan-store.ts'
import { startPlannerProcess } from './planner-process.ts'

export interface Loaded extends AsyncDisposable {
  readonly generation: Generation
  readonly places: readonly Place[]
  /** Resolves when questions can be planned; rejects when the planner refuses the supergraph. */
  readonly ready: Promise<void>
}

/** A supergraph to look at, in which nothing can be planned. */
export const generationForReading = (sdl: string): Generation =>
  createGeneration(sdl, () => Promise.reject(new TypeError('nothing is planned here')))

export interface LoadSdlOptions {
  /** Keeps the plans that were made for the next start. */
  readonly plansFile?: string | undefined
  /** Where the systems are; by default where the supergraph says. */
  readonly places?: readonly Place[] | undefined
}

export function loadSdl(supergraphSdl: string, { plansFile, places }: LoadSdlOptions): Loaded {
  const planner = startPlannerProcess(supergraphSdl)
  try {
    const store =
      plansFile === undefined
        ? null
        : createPlanStore({
            plan: planner.plan,
            file: plansFile,
            generation: generationId(supergraphSdl),
          })
    const generation = createGeneration(supergraphSdl, store?.plan ?? planner.plan)
    return {
      generation,
      places: places ?? generation.services,
      ready: planner.ready,
      [Symbol.asyncDispose]: () => {
        store?.save()
        return planner[Symbol.asyncDispose]()
      },
    }
  } catch (error) {
    void planner[Symbol.asyncDispose]()
    throw error
  }
}
