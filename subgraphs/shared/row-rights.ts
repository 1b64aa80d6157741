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
  /** Tells apart the callers whose statements differ by more than these values. */
  readonly guardKey: string
}

export const allRows: RowRights = { limit: null, guarded: new Set(), own: {}, guardKey: '' }

export function rowRightsOf({ rows, scopes, facts }: Principal, relations: Relations): RowRights {
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
  const guardKey = guarded.size === 0 ? '' : JSON.stringify([[...guarded], Object.keys(own)])
  return { limit: rows, guarded, own, guardKey }
}
