/** What is known of a token once it has been verified. Types only. */
import type { Principal } from '#shared/principal.ts'
import type { Claims } from '../policy/principals.ts'

/** What came with the request. */
export interface Credentials {
  /** The one Authorization header. */
  readonly authorization: string | undefined
  /** The client's IP address. */
  readonly address: string | undefined
}

/** Who asks, and with what. */
export interface Caller {
  readonly principal: Principal
  /** The id of an issued token, or `sha256:` and the hash of another one; null where none is needed. */
  readonly token: string | null
}

export interface Verified {
  readonly claims: Claims
  /** The client that got the token, which may be a partner's system. */
  readonly clientId: string | null
  /** The only scopes of its plan that the token grants, if it is a partner's; null: all of them. */
  readonly partnerScopes: readonly string[] | null
  /** Whose subjects it may name: ours are for partners, an issuer's as it is configured. */
  readonly callers: 'employees' | 'partners' | 'all'
}
