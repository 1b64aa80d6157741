/** What the nodes of a plan become, and what they are made with. */
import type { EntityKeys } from '../supergraph/entity-keys.ts'
import type { NeededScopes } from '../supergraph/needed-scopes.ts'
import type { Run } from './run.ts'
import type { TypeConditions } from './types.ts'

/** A part of a plan, ready to run. */
export type Step = (run: Run) => Promise<void>

export interface Compiling {
  readonly keys: EntityKeys
  readonly types: TypeConditions
  readonly neededScopes: NeededScopes
  /** Whether another fetch of the plan writes into what a fetch at this path brings. */
  isWrittenBelow(path: readonly string[]): boolean
}
