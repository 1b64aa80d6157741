/**
 * The policies that `@policy` may name: pure functions of who asks. What depends on the record that is
 * asked for is a row rule (relations.ts), not a policy. Both ends evaluate them for themselves.
 */
import type { Principal } from '#shared/principal.ts'

export type Policy = (principal: Principal) => boolean

export const policies: Readonly<Record<string, Policy>> = {
  /** Somebody of this company: no partner, supplier or customer. */
  employee: ({ audience }) => audience === 'EMPLOYEE',
}

export const isPolicy = (name: string): boolean => Object.hasOwn(policies, name)

/** A policy that nobody knows never holds. */
export const holds = (name: string, principal: Principal): boolean =>
  isPolicy(name) && policies[name]?.(principal) === true
