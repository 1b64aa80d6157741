/** `Viewer.limits`: the limits of the caller's plan, or of its kind. */
import type { Principal } from '#shared/principal.ts'
import type { Limits } from '../limits/limits.ts'

/** Null where nobody counts. */
export type LookLimits = (principal: Principal) => Limits | null

/** The fields of the limits are called like the limits. */
export const limitsResolvers = (limitsOf: LookLimits) => ({
  Viewer: { limits: (principal: Principal) => limitsOf(principal) },
})
