/**
 * The internal token: how the gateway tells a subgraph who asks. A JWT (RFC 7519) for one subgraph,
 * 60 s at most, signed with a key of that subgraph alone (HS256), or with the gateway's private key
 * (ES256). It may be bound to one request by method and body.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'
import jwt from 'jsonwebtoken'
import { AppError } from './errors.ts'
import { principalFrom, type Principal } from './principal.ts'

interface Shared {
  readonly algorithm: 'HS256'
  readonly secret: string
}

/** The gateway's end. */
export type SigningKey = Shared | { readonly algorithm: 'ES256'; readonly privateKey: KeyObject }

/** The subgraph's end. */
export type VerifyingKey = Shared | { readonly algorithm: 'ES256'; readonly publicKey: KeyObject }

/** How long an internal token is good, in seconds. */
export const maxAgeSeconds = 60

export const minSecretLength = 32

const issuer = 'isthmus-gateway'

export const sharedKey = (secret: string): Shared => ({ algorithm: 'HS256', secret })

/**
 * The secret of one subgraph, made from the gateway's own by HKDF (RFC 5869). Who knows it learns
 * neither the gateway's secret nor that of another subgraph.
 */
export function subgraphSecret(gatewaySecret: string, subgraph: string): string {
  const info = `isthmus internal token: ${subgraph}`
  return Buffer.from(hkdfSync('sha256', gatewaySecret, '', info, 32)).toString('base64url')
}

/** Throws TypeError when the text is no such key of the curve P-256. */
export const privateKeyFrom = (pem: string): KeyObject => onP256(createPrivateKey(lines(pem)))

export function publicKeyFrom(pem: string): KeyObject {
  // Node makes the public key of a private one, which a subgraph must not have.
  if (pem.includes('PRIVATE')) throw new TypeError('this is a private key')
  return onP256(createPublicKey(lines(pem)))
}

/** In an environment file the lines of a PEM text are often written as `\n`. */
const lines = (pem: string): string => pem.replaceAll('\\n', '\n')

function onP256(key: KeyObject): KeyObject {
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new TypeError('expected a key of the curve P-256')
  return key
}

/** What a token is bound to. */
export interface Bound {
  readonly method: string
  readonly body: string
}

export interface SignOptions {
  /** The subgraph. */
  readonly audience: string
  readonly key: SigningKey
  readonly boundTo?: Bound | undefined
}

export function signInternalToken(
  { subject, audience: kind, scopes, facts, rows }: Principal,
  { audience, key, boundTo }: SignOptions,
): string {
  const bound = boundTo && { htm: boundTo.method, body_sha256: hashOf(boundTo.body) }
  return jwt.sign(
    { kind, scopes, facts, rows, ...bound },
    key.algorithm === 'HS256' ? key.secret : key.privateKey,
    { algorithm: key.algorithm, audience, expiresIn: maxAgeSeconds, issuer, subject },
  )
}

export interface Verified {
  readonly principal: Principal
  /** Throws UNAUTHENTICATED unless the token is bound to this request, or need not be bound. */
  readonly checkBound: (request: Bound, mustBe: boolean) => void
}

/** What a token says; throws UNAUTHENTICATED, saying no more than that. */
export function verifyInternalToken(token: string, audience: string, key: VerifyingKey): Verified {
  try {
    const { header, payload } = jwt.verify(
      token,
      key.algorithm === 'HS256' ? key.secret : key.publicKey,
      {
        algorithms: [key.algorithm],
        audience,
        issuer,
        maxAge: `${maxAgeSeconds}s`,
        complete: true,
      },
    )
    // RFC 7515, section 4.1.11: an extension that is not understood makes a token invalid.
    if ('crit' in header) throw new TypeError('crit is not understood')
    if (typeof payload === 'string') throw new TypeError('the claims are no object')
    const { sub: subject, kind, exp, iat, htm, body_sha256: bodyHash } = payload
    if (exp === undefined || iat === undefined || exp - iat > maxAgeSeconds) {
      throw new TypeError('it lives longer than it may')
    }
    const { scopes, facts, rows } = payload as Readonly<Record<string, unknown>> // checked by principalFrom
    return {
      principal: principalFrom({ subject, audience: kind, scopes, facts, rows }),
      checkBound: ({ method, body }, mustBe) => {
        if (htm === undefined && bodyHash === undefined && !mustBe) return
        if (htm !== method || !isSame(bodyHash, hashOf(body))) throw refused()
      },
    }
  } catch (cause) {
    throw refused(cause)
  }
}

const refused = (cause?: unknown): AppError =>
  new AppError('UNAUTHENTICATED', 'This subgraph answers only its gateway.', { cause })

const hashOf = (body: string): string => createHash('sha256').update(body).digest('base64url')

const isSame = (given: unknown, expected: string): boolean =>
  typeof given === 'string' &&
  given.length === expected.length &&
  timingSafeEqual(Buffer.from(given), Buffer.from(expected))
