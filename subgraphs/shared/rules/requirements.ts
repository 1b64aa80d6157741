/**
 * What a caller must hold to read something, and what a caller holds. Both ends compare them in the
 * same way: the gateway before it plans, a subgraph before it resolves. Must not know a business noun.
 */
import type { Principal } from '#shared/principal.ts'
import { holds } from './policies.ts'

export interface Requirement {
  /** One of these lists must be held whole. Empty: being authenticated is enough. */
  readonly grants: readonly (readonly string[])[]
}

/** By coordinate: `Type`, `Type.field`, `Input.field`, `Enum.VALUE` or `Type.field(argument:)`. */
export type Requirements = ReadonlyMap<string, readonly Requirement[]>

const policyPrefix = '@policy:'

/** How a policy that holds for a caller stands among the caller's scopes. No scope begins so. */
export const policyGrant = (policy: string): string => `${policyPrefix}${policy}`

/** Whether a caller who holds these grants meets all requirements. */
export const meets = (
  held: ReadonlySet<string>,
  requirements: readonly Requirement[] | undefined,
): boolean =>
  (requirements ?? []).every(
    ({ grants }) => grants.length === 0 || grants.some((all) => all.every((one) => held.has(one))),
  )

/** What a caller holds: the scopes, and the policies that hold. Policies are asked once. */
export function grantsOf(principal: Principal, policies: ReadonlySet<string>): ReadonlySet<string> {
  // A scope of a token can never pass for a policy.
  const held = new Set(principal.scopes.filter((scope) => !scope.startsWith(policyPrefix)))
  for (const name of policies) if (holds(name, principal)) held.add(policyGrant(name))
  return held
}
