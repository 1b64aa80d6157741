/** A generation whose planner is in this thread: nothing to wait for and nothing to stop. */
import { createGeneration, type Generation } from '../../gateway/supergraph/generation.ts'
import { createPlanner } from '../../gateway/supergraph/planner.ts'

export const generationOf = (supergraphSdl: string): Generation =>
  createGeneration(supergraphSdl, createPlanner(supergraphSdl))
