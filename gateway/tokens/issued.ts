/**
 * Verifies tokens that Isthmus issued. A token is looked up by its hash, so the time that takes says
 * nothing about any token. A known one costs a hash and a look-up in a map; whatever changes in the
 * store, in this process or another, shows in its revision, and all is read anew.
 */
import { dropOldest } from '../oldest.ts'
import type { Store } from '../store/store.ts'
import { tokenStatements, type IssuedToken } from '../store/tokens.ts'
import { addressList, type AddressList } from './addresses.ts'
import { statusOf } from './administration.ts'
import { isWellFormed, tokenHash, type TokenEnvironment } from './format.ts'
import { CallerRefused } from './refused.ts'
import type { Verified } from './verified.ts'

export interface IssuedVerifierOptions {
  readonly store: Store
  readonly environment: TokenEnvironment
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Told of each use. */
  readonly onUse: (id: string) => void
}

/**
 * `revision` is the store's, read when the request came. Throws what is wrong with the token, or
 * STORE_UNAVAILABLE.
 */
export type IssuedVerifier = (
  token: string,
  address: string | undefined,
  revision: number,
) => Promise<VerifiedIssued>

interface VerifiedIssued extends Verified {
  readonly tokenId: string
}

interface Kept {
  readonly token: IssuedToken
  readonly allows: AddressList | null
  readonly verified: VerifiedIssued
}

const maxKept = 10_000

export function createIssuedVerifier(options: IssuedVerifierOptions): IssuedVerifier {
  const { store, environment, now, onUse } = options
  const tokens = tokenStatements(store)
  let known: Known = { revision: -1, kept: new Map() }

  /** Into the map it was asked for: at another revision another one counts. */
  const lookUp = async (hash: string, { kept }: Known): Promise<Kept> => {
    const token = await tokens.byHash(hash)
    if (token === null) throw new CallerRefused('UNKNOWN', 'unknown token')
    const { subject, addresses, scopes, id } = token
    const found: Kept = {
      token,
      allows: addresses === null ? null : addressList(addresses),
      verified: {
        claims: { subject, groups: [] },
        tokenId: id,
        clientId: null,
        partnerScopes: scopes,
        callers: 'partners',
      },
    }
    kept.set(hash, found)
    dropOldest(kept, maxKept)
    return found
  }

  return async (secret, address, revision) => {
    if (!isWellFormed(secret, environment))
      throw new CallerRefused('MALFORMED', 'no token of this environment')
    if (revision !== known.revision) known = { revision, kept: new Map() }
    const hash = tokenHash(secret)
    const { token, allows, verified } = known.kept.get(hash) ?? (await lookUp(hash, known))
    const status = statusOf(token, now())
    if (status !== 'ACTIVE' && status !== 'ROTATED')
      throw new CallerRefused(status, `${token.id} is ${status}`)
    if (allows?.(address) === false)
      throw new CallerRefused('ADDRESS', `${token.id} is not for this address`)
    onUse(token.id)
    return verified
  }
}

/** What was read of tokens at a revision of the store. */
interface Known {
  readonly revision: number
  readonly kept: Map<string, Kept>
}
