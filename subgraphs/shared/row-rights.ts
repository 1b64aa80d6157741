/**
 * What limits the rows of one caller: the rule of its principal, and the guards of relations whose
 * scopes it does not hold. From the verified principal alone. Must not know a business noun.
 */
import type { Principal, RowLimit } from './principal.ts'
import type { Relations, RuleParameters } from './relations.ts'

export interface RowRights {
  /** The rule that the principal is limited by, null for none. */
  readonly limit: RowLimit | null
  /** The relations that are guarded for this caller. */
  readonly guarded: ReadonlySet<string>
  /** What guards compare with. */
  readonly own: RuleParameters
}

export const allRows: RowRights = { limit: null, guarded: new Set(), own: {} }

const known = new WeakMap<Principal, WeakMap<Relations, RowRights>>()

/** Found once for a principal, which is the same object each time the same caller asks. */
export function rowRightsOf(principal: Principal, relations: Relations): RowRights {
  let ofPrincipal = known.get(principal)
  if (ofPrincipal === undefined) known.set(principal, (ofPrincipal = new WeakMap()))
  let rights = ofPrincipal.get(relations)
  if (rights === undefined) ofPrincipal.set(relations, (rights = found(principal, relations)))
  return rights
}

function found({ rows, scopes, facts }: Principal, relations: Relations): RowRights {
  const guarded = new Set(
    Object.entries(relations).flatMap(([name, { guard }]) =>
      guard === undefined || guard.unless.some((scope) => scopes.includes(scope)) ? [] : [name],
    ),
  )
  const own = Object.fromEntries(
    Object.entries(facts).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, [value]]],
    ),
  )
  return { limit: rows, guarded, own }
}

const keys = new WeakMap<RowRights, string>()

/**
 * Tells apart the callers whose statements differ by more than values that are bound: by rule, whose
 * values are part of it, and by guards. Another caller's statement is never taken.
 */
export function keyOfRights(rights: RowRights): string {
  let key = keys.get(rights)
  if (key === undefined) {
    const { limit, guarded, own } = rights
    key = JSON.stringify([limit, [...guarded], guarded.size === 0 ? [] : Object.keys(own)])
    keys.set(rights, key)
  }
  return key
}
