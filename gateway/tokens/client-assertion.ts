/**
 * OAuth 2 client credentials with a key of the partner's own (RFC 6749 section 4.4, RFC 7523
 * `private_key_jwt`): a short assertion, signed by the partner and good once, for a token of ours that
 * is good for minutes.
 */
import { createLocalJWKSet, decodeJwt, jwtVerify, type JWTVerifyGetKey } from 'jose'
import { keyPairAlgorithms } from '../config/issuers.ts'
import type { Log } from '../log.ts'
import type { Policy } from '../policy/policy.ts'
import type { PartnerKeys } from '../policy/partner-keys.ts'
import { useAssertion } from '../store/assertions.ts'
import type { Store } from '../store/store.ts'
import type { TokenAdministration } from './administration.ts'
import type { Grants } from './grants.ts'
import { createKeys } from './keys.ts'
import { isPlain } from './plain-text.ts'
import { CallerRefused } from './refused.ts'

export interface ClientAssertionOptions {
  readonly store: Store
  readonly administration: TokenAdministration
  readonly grants: Grants
  readonly policy: () => Policy
  readonly log: Log
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export interface AccessToken {
  readonly access_token: string
  readonly token_type: 'Bearer'
  /** Seconds. */
  readonly expires_in: number
  readonly scope: string
}

export interface AssertedRequest {
  readonly assertion: string
  /** The names by which this gateway may be meant. */
  readonly audiences: readonly string[]
  /** The scopes that the token shall grant, separated by spaces (RFC 6749, section 3.3); null: all of the plan. */
  readonly scope: string | null
}

/** Throws what is wrong with the assertion, or InvalidScope when it is good and the scope is not. */
export type GrantByAssertion = (request: AssertedRequest) => Promise<AccessToken>

/** More than the plan grants, or no list of scopes. */
export class InvalidScope extends Error {}

const accessSeconds = 600
const maxAssertionSeconds = 300
const toleranceSeconds = 30
const maxLength = 8_192

export function createGrantByAssertion(options: ClientAssertionOptions): GrantByAssertion {
  const { store, administration, grants, policy, log, now } = options
  const keysOf = createKeysOf((error) =>
    log.error({ err: error }, 'the keys of a partner could not be had'),
  )
  return async ({ assertion, audiences, scope }) => {
    if (assertion.length > maxLength)
      throw new CallerRefused('MALFORMED', 'longer than any assertion')
    const { iss } = decodeJwt(assertion)
    const partner = iss === undefined ? undefined : policy().partner(iss)
    if (partner === undefined || partner.keys === null) {
      throw new CallerRefused('ISSUER', 'the issuer is no partner with keys of its own')
    }
    const { subject } = partner
    const bar = await grants.bar(subject, await store.revision())
    if (bar !== null) throw new CallerRefused('SUBJECT', bar)
    const { payload } = await jwtVerify(assertion, keysOf(subject, partner.keys), {
      algorithms: [...keyPairAlgorithms],
      audience: [...audiences],
      issuer: subject,
      subject,
      clockTolerance: toleranceSeconds,
      currentDate: new Date(now()),
      requiredClaims: ['exp', 'jti'],
    })
    const { exp = 0, jti = '' } = payload
    if (exp > now() / 1_000 + maxAssertionSeconds + toleranceSeconds)
      throw new CallerRefused('CLAIMS', `good for longer than ${maxAssertionSeconds} seconds`)
    if (!isPlain(jti, 200)) throw new CallerRefused('CLAIMS', 'no usable jti')
    const scopes = scope === null ? null : scopesIn(scope, partner.scopes)
    const expiresAt = (exp + toleranceSeconds) * 1_000
    const token = await store.transaction('callers', async (inside) => {
      const isNew = await useAssertion(inside, { subject, jti, expiresAt }, now())
      if (!isNew) throw new CallerRefused('REPLAYED', 'used before')
      return await administration.grantAccess(inside, { subject, scopes, seconds: accessSeconds })
    })
    return {
      access_token: token,
      token_type: 'Bearer',
      expires_in: accessSeconds,
      scope: (scopes ?? partner.scopes).join(' '),
    }
  }
}

/** Each once; what is no list of scopes has a part that no plan grants. */
function scopesIn(scope: string, granted: readonly string[]): readonly string[] {
  const scopes = [...new Set(scope.split(' '))]
  if (scopes.every((each) => granted.includes(each))) return scopes
  throw new InvalidScope()
}

/** Keys from an address are kept; those of a file are the policy's. */
function createKeysOf(onProblem: (error: unknown) => void) {
  const remote = new Map<string, JWTVerifyGetKey>()
  return (subject: string, keys: PartnerKeys): JWTVerifyGetKey => {
    if ('keys' in keys) return createLocalJWKSet({ keys: [...keys.keys] })
    const name = JSON.stringify([subject, keys.url])
    const known = remote.get(name)
    if (known !== undefined) return known
    const made = createKeys({ issuer: subject, jwksUrl: keys.url, onProblem })
    remote.set(name, made)
    return made
  }
}
