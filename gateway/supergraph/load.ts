/** Loads a supergraph: its generation, with a planner beside it and the plans of the last time. */
import type { Place } from '../sources/connect.ts'
import { createGeneration, generationId, type Generation } from './generation.ts'
import { createPlanStore } from './plan-store.ts'
import { startPlannerThread } from './planner-thread.ts'

export interface Loaded extends AsyncDisposable {
  readonly generation: Generation
  readonly places: readonly Place[]
  /** Resolves when questions can be planned; rejects when the planner refuses the supergraph. */
  readonly ready: Promise<void>
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
