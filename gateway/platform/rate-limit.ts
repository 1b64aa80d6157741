/** `rateLimit`: the points that the caller may spend, what this question takes, and when all is back. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Principal } from '#shared/principal.ts'
import type { Quota } from '../limits/admission.ts'

/** The cost of the question that is being answered; null until it is estimated. */
export interface QuestionCost {
  cost: number | null
}

export const questionCost = new AsyncLocalStorage<QuestionCost>()

/** Null where nobody counts. */
export type LookRateLimit = (principal: Principal) => Promise<readonly Quota[]> | null

export const rateLimitResolvers = (look: LookRateLimit) => ({
  Query: {
    rateLimit: async (_: unknown, __: object, { principal }: { readonly principal: Principal }) => {
      const minute = (await look(principal))?.find(({ name }) => name === 'minute')
      if (minute === undefined) return null
      const { quota, remaining, fullInSeconds } = minute
      return {
        limit: quota,
        cost: questionCost.getStore()?.cost ?? 0,
        remaining,
        resetAt:
          fullInSeconds === 0 ? null : new Date(Date.now() + fullInSeconds * 1_000).toISOString(),
      }
    },
  },
})
