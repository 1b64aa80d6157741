/**
 * Bearer tokens to claims. Algorithms are pinned by issuer; issuer, audience, expiry and subject are
 * required (RFC 7519, RFC 8725). Demo tokens are HS256 with the secret of the data folder; employees'
 * tokens are RS256 or ES256 with keys from the issuer's JWKS. What is wrong with a token goes to the
 * log, never to the caller.
 */
import { hash, KeyObject } from 'node:crypto'
import { createRemoteJWKSet, type JWSHeaderParameters } from 'jose'
import jwt from 'jsonwebtoken'
import { AppError } from '#shared/errors.ts'
import type { Issuer } from '../config.ts'
import type { Claims } from '../policy/principals.ts'
import { demoAudience, demoIssuer } from './demo.ts'

export type Verifier = (token: string) => Promise<Claims>

export interface VerifierOptions {
  readonly issuers: readonly Issuer[]
  /** Set in demo mode only. */
  readonly demoSecret: string | undefined
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** A verified token is remembered by its hash, so that signatures are checked once a minute. */
const keepMs = 60_000
const maxKept = 10_000
const maxTokenLength = 8_192

interface Trusted {
  readonly audience: string
  readonly algorithms: jwt.Algorithm[]
  key(header: JWSHeaderParameters): Promise<string | KeyObject>
}

export function createVerifier({ issuers, demoSecret, now }: VerifierOptions): Verifier {
  const trusted = new Map<string, Trusted>(issuers.map((each) => [each.issuer, remote(each)]))
  if (demoSecret !== undefined) {
    trusted.set(demoIssuer, {
      audience: demoAudience,
      algorithms: ['HS256'],
      key: () => Promise.resolve(demoSecret),
    })
  }
  const kept = new Map<string, { claims: Claims; until: number }>()
  return async (token) => {
    const key = hash('sha256', token, 'base64')
    const known = kept.get(key)
    if (known !== undefined && known.until > now()) return known.claims
    kept.delete(key)
    try {
      const { claims, expiresAt } = await verify(token, trusted, now)
      kept.set(key, { claims, until: Math.min(expiresAt, now() + keepMs) })
      const [oldest] = kept.keys()
      if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest)
      return claims
    } catch (cause) {
      throw new AppError('UNAUTHENTICATED', 'The request has no valid token.', { cause })
    }
  }
}

function remote({ jwksUrl, audience, algorithms }: Issuer): Trusted {
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    cooldownDuration: 30_000,
    timeoutDuration: 5_000,
  })
  return {
    audience,
    algorithms: [...algorithms],
    key: async (header) => KeyObject.from(await keys(header)),
  }
}

async function verify(token: string, trusted: ReadonlyMap<string, Trusted>, now: () => number) {
  if (token.length > maxTokenLength) throw new TypeError('longer than any token')
  const decoded = jwt.decode(token, { complete: true })
  if (decoded === null || typeof decoded.payload === 'string') throw new TypeError('no JWT')
  if ('crit' in decoded.header) throw new TypeError('critical extensions are not understood')
  const { iss } = decoded.payload
  const issuer = trusted.get(iss ?? '')
  if (iss === undefined || issuer === undefined) throw new TypeError('unknown issuer')
  const payload = jwt.verify(
    token,
    await issuer.key({
      alg: decoded.header.alg,
      ...(decoded.header.kid === undefined ? {} : { kid: decoded.header.kid }),
    }),
    {
      algorithms: issuer.algorithms,
      audience: issuer.audience,
      issuer: iss,
      clockTolerance: iss === demoIssuer ? 0 : 30,
      clockTimestamp: Math.floor(now() / 1_000),
    },
  )
  if (typeof payload === 'string') throw new TypeError('no claims')
  const { sub, exp } = payload
  const groups: unknown = payload['groups']
  if (typeof sub !== 'string' || sub === '') throw new TypeError('no subject')
  if (typeof exp !== 'number') throw new TypeError('no expiry')
  const claims: Claims = {
    subject: sub,
    groups: Array.isArray(groups) ? groups.filter((each) => typeof each === 'string') : [],
  }
  return { claims, expiresAt: exp * 1_000 }
}
