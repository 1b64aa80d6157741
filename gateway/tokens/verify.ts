/**
 * Signed bearer tokens to claims. Algorithms are pinned by issuer; issuer, audience, subject and an
 * expiry within bounds are required (RFC 7519, RFC 8725). Keys are those of the issuer, never what a
 * token brings or names itself. Demo tokens are HS256 with the secret of the data folder.
 */
import {
  decodeJwt,
  decodeProtectedHeader,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose'
import { AppError } from '#shared/errors.ts'
import { dropOldest } from '../oldest.ts'
import type { Issuer } from '../config/issuers.ts'
import { demoAudience, demoIssuer } from './demo.ts'
import { tokenHash } from './format.ts'
import { createKeys } from './keys.ts'
import { isPlain } from './plain-text.ts'
import { CallerRefused } from './refused.ts'
import type { Verified } from './verified.ts'

/**
 * `hash` is that of the token, for who has it already. A remembered token needs no wait. Throws
 * UNAUTHENTICATED.
 */
export type Verifier = (token: string, hash?: string) => Verified | Promise<Verified>

export interface VerifierOptions {
  readonly issuers: readonly Issuer[]
  /** Set in demo mode only. */
  readonly demoSecret: string | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Told when the keys of an issuer could not be had. */
  readonly onProblem?: (error: unknown) => void
}

/** A verified token is remembered by its hash, so that signatures are checked once a minute. */
const keepMs = 60_000
const maxKept = 10_000
const maxTokenLength = 8_192
/** OpenID Connect Core 1.0, section 2. */
const maxSubjectLength = 255

interface Trusted extends Omit<Issuer, 'algorithms' | 'jwksUrl'> {
  readonly algorithms: readonly string[]
  readonly key: JWTVerifyGetKey
}

export function createVerifier(options: VerifierOptions): Verifier {
  const { issuers, demoSecret, now, onProblem = () => undefined } = options
  const trusted = new Map<string, Trusted>(
    issuers.map((each) => [each.issuer, { ...each, key: createKeys({ ...each, onProblem }) }]),
  )
  if (demoSecret !== undefined) trusted.set(demoIssuer, demo(demoSecret))
  const kept = new Map<string, { verified: Verified; until: number }>()
  const verifyAnew = async (token: string, key: string): Promise<Verified> => {
    kept.delete(key)
    try {
      const { verified, goodUntil } = await verify(token, trusted, now())
      kept.set(key, { verified, until: Math.min(goodUntil, now() + keepMs) })
      dropOldest(kept, maxKept)
      return verified
    } catch (cause) {
      throw new AppError('UNAUTHENTICATED', 'The request has no valid token.', { cause })
    }
  }
  return (token, key = tokenHash(token)) => {
    const known = kept.get(key)
    return known !== undefined && known.until > now() ? known.verified : verifyAnew(token, key)
  }
}

function demo(secret: string): Trusted {
  const key = new TextEncoder().encode(secret)
  return {
    issuer: demoIssuer,
    audience: demoAudience,
    algorithms: ['HS256'],
    clockToleranceSeconds: 0,
    maxLifetimeSeconds: 86_400,
    groupsClaim: 'groups',
    clientIdClaim: 'client_id',
    scopeClaim: 'scope',
    partnerScopes: 'optional',
    callers: 'all',
    key: () => Promise.resolve(key),
  }
}

/** An ID token, a logout token or a proof is no access token, whoever signed it (RFC 8725, 3.11). */
const tokenTypes = new Set(['jwt', 'at+jwt', 'application/at+jwt'])

async function verify(token: string, trusted: ReadonlyMap<string, Trusted>, now: number) {
  if (token.length > maxTokenLength) throw malformed('longer than any token')
  const { crit, typ, iss } = decoded(token)
  if (crit !== undefined) throw malformed('critical extensions are not understood')
  if (typ !== undefined && !tokenTypes.has(typ.toLowerCase())) {
    throw malformed('no access token')
  }
  const issuer = trusted.get(iss ?? '')
  if (issuer === undefined) throw new CallerRefused('ISSUER', 'unknown issuer')
  const { payload } = await jwtVerify(token, issuer.key, {
    algorithms: [...issuer.algorithms],
    audience: issuer.audience,
    issuer: issuer.issuer,
    clockTolerance: issuer.clockToleranceSeconds,
    currentDate: new Date(now),
    requiredClaims: ['exp', 'sub'],
  })
  const { sub, exp } = payload
  if (typeof sub !== 'string' || !isPlain(sub, maxSubjectLength))
    throw new CallerRefused('CLAIMS', 'no usable subject')
  if (exp === undefined) throw new CallerRefused('CLAIMS', 'no expiry')
  checkLifetime({ exp, iat: payload.iat }, issuer, now / 1_000)
  const groups = claimAt(payload, issuer.groupsClaim)
  const clientId = payload[issuer.clientIdClaim]
  const verified: Verified = {
    claims: {
      subject: sub,
      groups: Array.isArray(groups) ? groups.filter((each) => typeof each === 'string') : [],
    },
    clientId: typeof clientId === 'string' ? clientId : null,
    partnerScopes: partnerScopesIn(payload, issuer),
    callers: issuer.callers,
  }
  return { verified, goodUntil: (exp + issuer.clockToleranceSeconds) * 1_000 }
}

const malformed = (message: string, options?: ErrorOptions) =>
  new CallerRefused('MALFORMED', message, options)

/** What a token says of itself, which nobody has verified. */
function decoded(token: string) {
  try {
    const { crit, typ } = decodeProtectedHeader(token)
    return { crit, typ, iss: decodeJwt(token).iss }
  } catch (cause) {
    throw malformed('no JWT', { cause })
  }
}

/** Moments and durations in seconds. */
function checkLifetime(
  { exp, iat }: { readonly exp: number; readonly iat: number | undefined },
  { maxLifetimeSeconds, clockToleranceSeconds }: Trusted,
  now: number,
): void {
  if (iat !== undefined && iat > now + clockToleranceSeconds) {
    throw new CallerRefused('CLAIMS', 'issued in the future')
  }
  const tooLong = exp - (iat ?? now) > maxLifetimeSeconds
  if (tooLong || exp - now > maxLifetimeSeconds + clockToleranceSeconds) {
    throw new CallerRefused('CLAIMS', `good for longer than ${maxLifetimeSeconds} seconds`)
  }
}

/** What is no list of scopes names none (RFC 8693, section 4.2; some issuers write a list of JSON). */
function partnerScopesIn(
  payload: JWTPayload,
  { partnerScopes, scopeClaim }: Trusted,
): readonly string[] | null {
  if (partnerScopes === 'ignored') return null
  const said = claimAt(payload, scopeClaim)
  if (said === undefined) return partnerScopes === 'optional' ? null : []
  const scopes: readonly unknown[] = typeof said === 'string' ? said.split(' ') : [said].flat()
  return scopes.filter((each) => typeof each === 'string' && each !== '') as readonly string[] // as filtered
}

/** A claim by its name, which may have dots itself, or by the way into an object. */
function claimAt(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name]
  let at: unknown = payload
  for (const part of name.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined
    at = (at as Readonly<Record<string, unknown>>)[part]
  }
  return at
}
