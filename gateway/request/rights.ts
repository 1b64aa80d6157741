/**
 * What a caller may do in one generation: the scopes, and the policies that hold. Found once for a
 * principal, so that a known question costs a look-up. The key names it among what is kept: callers
 * with different rights never share what was made for one of them.
 */
import type { Principal } from '#shared/principal.ts'
import { grantsOf } from '#shared/rules/requirements.ts'

export interface Rights {
  readonly key: string
  readonly held: ReadonlySet<string>
}

export function createRights(policies: ReadonlySet<string>): (principal: Principal) => Rights {
  // Principals are kept for a while, so the same one asks again.
  const known = new WeakMap<Principal, Rights>()
  const keys = new Map<string, string>()
  return (principal) => {
    const before = known.get(principal)
    if (before !== undefined) return before
    const held = grantsOf(principal, policies)
    // A scope is any text of a policy file: quoted, two lists never make one key. A number stands for
    // it: every question has it in the name of what is kept.
    const whole = JSON.stringify([...held].toSorted())
    const key = keys.get(whole) ?? String(keys.size)
    keys.set(whole, key)
    const rights = { held, key }
    known.set(principal, rights)
    return rights
  }
}
