/**
 * The caller as one system is told of it: checked, frozen, and with no scope that what is asked does
 * not need. Both carriers use it, so a system in this process learns no more than one over HTTP. Kept
 * for a caller and what is asked: a known question costs two look-ups, and what is kept for the
 * principal that comes out, such as its token, is kept for just these scopes.
 */
import { principalFrom, type Principal } from '#shared/principal.ts'

/** `needed` null: nobody has looked, all scopes are told. */
export type Reduce = (principal: Principal, needed: readonly string[] | null) => Principal

const everything: readonly string[] = []

/** Different sets of scopes that are kept for a caller. */
const maxKept = 200

export function createReduce(): Reduce {
  const known = new WeakMap<Principal, Kept>()
  return (principal, needed) => {
    let kept = known.get(principal)
    if (kept === undefined) {
      kept = { byNeed: new WeakMap(), byScopes: new Map() }
      known.set(principal, kept)
    }
    const before = kept.byNeed.get(needed ?? everything)
    if (before !== undefined) return before
    const reduced = reducedOf(principal, needed, kept.byScopes)
    kept.byNeed.set(needed ?? everything, reduced)
    return reduced
  }
}

interface Kept {
  /** By the list of a planned fetch. */
  readonly byNeed: WeakMap<readonly string[], Principal>
  /** Fetches that need the same of a caller share what is kept. */
  readonly byScopes: Map<string, Principal>
}

function reducedOf(
  principal: Principal,
  needed: readonly string[] | null,
  byScopes: Map<string, Principal>,
): Principal {
  const wanted = new Set(needed)
  const scopes =
    needed === null ? principal.scopes : principal.scopes.filter((scope) => wanted.has(scope))
  const key = JSON.stringify(scopes)
  const before = byScopes.get(key)
  if (before !== undefined) return before
  const reduced = principalFrom({ ...principal, scopes })
  if (byScopes.size >= maxKept) byScopes.clear()
  byScopes.set(key, reduced)
  return reduced
}
