/**
 * The public key that an answer to a partner is encrypted for: from the partner's file, or from its
 * address, which is asked again every ten minutes, so that a new key is used by then. When the address
 * does not answer, the known keys go on for a day.
 */
import { importJWK, type CryptoKey, type JWK } from 'jose'
import { AppError } from '#shared/errors.ts'
import { isObject } from '#shared/json.ts'
import type { PartnerKeys } from '../policy/partner-keys.ts'
import { boundedJson } from './keys.ts'

export interface EncryptionKey {
  readonly key: CryptoKey | Uint8Array
  readonly algorithm: 'RSA-OAEP-256' | 'ECDH-ES'
  readonly kid: string | undefined
}

/** Null when the partner has no key that can be encrypted for. */
export type FindEncryptionKey = (keys: PartnerKeys) => Promise<EncryptionKey | null>

const freshMs = 600_000
const maxStaleMs = 24 * 3_600_000
const retryMs = 30_000
const timeoutMs = 5_000
const minRsaBytes = 256

export interface EncryptionKeysOptions {
  /** Told when the keys could not be had. */
  readonly onProblem: (error: unknown) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export function createEncryptionKeys({ onProblem, now }: EncryptionKeysOptions): FindEncryptionKey {
  const remote = new Map<string, Remote>()
  // A list is imported once: a partner's file has the same for ever, an address for ten minutes.
  const found = new WeakMap<readonly JWK[], Promise<EncryptionKey | null>>()
  const usableOf = (jwks: readonly JWK[]): Promise<EncryptionKey | null> => {
    const key = found.get(jwks) ?? usable(jwks)
    found.set(jwks, key)
    return key
  }
  return async (keys) => {
    if ('keys' in keys) return await usableOf(keys.keys)
    const known = remote.get(keys.url) ?? { jwks: null, hadAt: -Infinity, askedAt: -Infinity }
    remote.set(keys.url, known)
    await refreshed(known, keys.url)
    if (known.jwks === null || now() - known.hadAt > maxStaleMs) {
      throw new AppError('SOURCE_UNAVAILABLE', 'Your keys could not be fetched from their address.')
    }
    return await usableOf(known.jwks)
  }

  /** Who asks meanwhile waits for the same. */
  async function refreshed(known: Remote, url: string): Promise<void> {
    if (now() - known.hadAt < freshMs) return
    if (known.asking === undefined && now() - known.askedAt < retryMs) return
    known.asking ??= ask(known, url)
    await known.asking
  }

  async function ask(known: Remote, url: string): Promise<void> {
    try {
      known.jwks = await fetchKeys(url)
      known.hadAt = now()
    } catch (error) {
      onProblem(error)
    } finally {
      known.askedAt = now()
      known.asking = undefined
    }
  }
}

interface Remote {
  jwks: readonly JWK[] | null
  hadAt: number
  askedAt: number
  asking?: Promise<void> | undefined
}

async function fetchKeys(url: string): Promise<readonly JWK[]> {
  const said = await boundedJson(url, {
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  })
  const keys = isObject(said) ? said['keys'] : undefined
  if (!Array.isArray(keys)) throw new TypeError(`${url} answers no keys`)
  return keys.filter(isObject) as readonly JWK[] // looked at by `usable`
}

/** The first one that is for encryption; one that says it is, before one that does not say. */
async function usable(jwks: readonly JWK[]): Promise<EncryptionKey | null> {
  const candidates = jwks.toSorted((one, other) => rank(one) - rank(other))
  for (const jwk of candidates) {
    const algorithm = algorithmOf(jwk)
    if (algorithm === null) continue
    const { kid } = jwk
    try {
      return { algorithm, kid, key: await importJWK({ ...jwk, alg: algorithm }, algorithm) }
    } catch {
      // What is no key of its kind is as good as none.
    }
  }
  return null
}

const rank = ({ use }: JWK): number => (use === 'enc' ? 0 : 1)

function algorithmOf({
  kty,
  crv,
  alg,
  use,
  key_ops,
  n,
  d,
}: JWK): EncryptionKey['algorithm'] | null {
  if (d !== undefined || (use !== undefined && use !== 'enc')) return null
  const ops = key_ops ?? []
  if (
    ops.length > 0 &&
    !ops.some((each) => ['encrypt', 'wrapKey', 'deriveBits', 'deriveKey'].includes(each))
  )
    return null
  const isRsa = kty === 'RSA' && Buffer.from(n ?? '', 'base64url').length >= minRsaBytes
  const isCurve =
    (kty === 'EC' && ['P-256', 'P-384', 'P-521'].includes(crv ?? '')) ||
    (kty === 'OKP' && crv === 'X25519')
  const algorithm = isRsa ? 'RSA-OAEP-256' : isCurve ? 'ECDH-ES' : null
  // A key that names another algorithm, such as one for signatures, is not for this.
  return alg === undefined || alg === algorithm ? algorithm : null
}
