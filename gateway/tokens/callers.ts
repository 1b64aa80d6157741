/**
 * From what came with a request to a principal: which kind of token it is, whether its subject may
 * come in, and who that is here. What is wrong goes to the log, never to the caller: every refusal is
 * the same UNAUTHENTICATED.
 */
import { AppError } from '#shared/errors.ts'
import type { Principal } from '#shared/principal.ts'
import type { Policy } from '../policy/policy.ts'
import type { Claims, Principals } from '../policy/principals.ts'
import type { SeenSubject } from '../store/subjects.ts'
import { isStoreFailure } from '../store/unavailable.ts'
import { looksIssued, tokenHash } from './format.ts'
import type { Grants } from './grants.ts'
import type { IssuedVerifier } from './issued.ts'
import { CallerRefused } from './refused.ts'
import type { Caller, Credentials, Verified } from './verified.ts'
import type { Verifier } from './verify.ts'

export interface CallersOptions {
  readonly verify: Verifier
  readonly verifyIssued: IssuedVerifier
  readonly grants: Grants
  /** Of the store, read after this is called: what is remembered of callers at another one is not sure. */
  readonly revision: () => Promise<number>
  readonly policy: () => Policy
  readonly principals: Principals
}

export interface Callers {
  /** Throws UNAUTHENTICATED, or STORE_UNAVAILABLE: who cannot be looked up is not let in. */
  authenticate(credentials: Credentials): Promise<Caller>
  /** The principal of a run that has no token, by what its subject was last granted. */
  withoutToken(subject: string): Promise<Principal>
}

export function createCallers(options: CallersOptions): Callers {
  const { verify, verifyIssued, grants, revision, policy, principals } = options
  const seenOf = createSeen()
  return {
    authenticate: async ({ authorization, address }) => {
      if (authorization === undefined) throw unauthenticated()
      const [, token] = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization) ?? []
      if (token === undefined)
        throw unauthenticated(new CallerRefused('MALFORMED', 'no bearer token'))
      let claims: Claims
      let id: string | null
      try {
        const present = await revision()
        let verified: Verified
        if (looksIssued(token)) {
          const issued = await verifyIssued(token, address, present)
          verified = issued
          id = issued.tokenId
        } else {
          const hash = tokenHash(token)
          const found = verify(token, hash)
          verified = found instanceof Promise ? await found : found
          id = `sha256:${hash}`
        }
        claims = callerOf(verified, policy())
        const barred = grants.bar(claims.subject, present)
        const bar = barred instanceof Promise ? await barred : barred
        if (bar !== null) throw new CallerRefused('SUBJECT', bar)
      } catch (cause) {
        if (isStoreFailure(cause)) throw cause
        throw unauthenticated(cause)
      }
      const isPartner = policy().partner(claims.subject) !== undefined
      grants.seen(seenOf(claims, isPartner))
      const principal = principals(claims)
      return { principal: principal instanceof Promise ? await principal : principal, token: id }
    },
    withoutToken: async (subject) => await principals(await grants.lastGrant(subject)),
  }
}

export const unauthenticated = (cause?: unknown): AppError =>
  new AppError(
    'UNAUTHENTICATED',
    'The request has no valid token.',
    cause === undefined ? {} : { cause },
  )

/**
 * Whom the token speaks for. A client that is a partner's speaks for that partner, whoever the subject
 * is: the plan of a partner grants less than being an employee. A partner's token grants what its scopes
 * name, of the plan.
 */
function callerOf(verified: Verified, policy: Policy): Claims {
  const { claims, clientId, callers } = verified
  const partner = [clientId, claims.subject].find(
    (each) => each !== null && policy.partner(each) !== undefined,
  )
  if (partner == null) {
    if (callers === 'partners') throw new CallerRefused('ISSUER', 'the subject is no partner')
    return claims
  }
  if (callers === 'employees')
    throw new CallerRefused('ISSUER', 'this issuer does not speak for partners')
  return partnerClaims(verified, partner)
}

const knownPartners = new WeakMap<Verified, Claims>()

/** One object for one verified token, so that what is remembered of it is found. */
function partnerClaims(verified: Verified, subject: string): Claims {
  const known = knownPartners.get(verified)
  if (known?.subject === subject) return known
  const { partnerScopes: scopes } = verified
  const made: Claims = { subject, groups: [], ...(scopes === null ? {} : { scopes }) }
  knownPartners.set(verified, made)
  return made
}

/** The same claims are the same object, so that noting them again costs nothing. */
function createSeen(): (claims: Claims, isPartner: boolean) => SeenSubject {
  const byClaims = new WeakMap<Claims, SeenSubject>()
  return (claims, isPartner) => {
    const kind = isPartner ? 'PARTNER' : 'EMPLOYEE'
    const known = byClaims.get(claims)
    if (known?.kind === kind) return known
    const made: SeenSubject = { subject: claims.subject, groups: claims.groups, kind }
    byClaims.set(claims, made)
    return made
  }
}
