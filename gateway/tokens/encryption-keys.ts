/**
 * The public key that something for a partner is encrypted for: from the partner's file, or from its
 * address, which is asked again every ten minutes, so that a new key is used by then. When the address
 * does not answer, the known keys go on for a day.
 */
import { importJWK, type CryptoKey, type JWK } from 'jose'
import { AppError } from '#shared/errors.ts'
import { isObject } from '#shared/json.ts'
import { mayEncrypt, saysEnc, type ExportKeys } from '../policy/partner-keys.ts'
import { boundedJson } from './keys.ts'

export interface EncryptionKey {
  readonly key: CryptoKey | Uint8Array
  readonly algorithm: 'RSA-OAEP-256' | 'ECDH-ES'
  readonly kid: string | undefined
}

/** Null when the partner has no key that can be encrypted for. */
export type FindEncryptionKey = (keys: ExportKeys) => Promise<EncryptionKey | null>

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
  const kept = () => new WeakMap<readonly JWK[], Promise<EncryptionKey | null>>()
  const [ofAll, ofThoseSayingEnc] = [kept(), kept()]
  const usableOf = (jwks: readonly JWK[], mustSayEnc: boolean): Promise<EncryptionKey | null> => {
    const found = mustSayEnc ? ofThoseSayingEnc : ofAll
    const key = found.get(jwks) ?? usable(mustSayEnc ? jwks.filter(saysEnc) : jwks)
    found.set(jwks, key)
    return key
  }
  return async ({ from, mustSayEnc }) => {
    if ('keys' in from) return await usableOf(from.keys, mustSayEnc)
    const known = remote.get(from.url) ?? { jwks: null, hadAt: -Infinity, askedAt: -Infinity }
    remote.set(from.url, known)
    await refreshed(known, from.url)
    if (known.jwks === null || now() - known.hadAt > maxStaleMs) {
      throw new AppError(
        'SOURCE_UNAVAILABLE',
        'The keys of the partner could not be fetched from their address.',
      )
    }
    return await usableOf(known.jwks, mustSayEnc)
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

const rank = (jwk: JWK): number => (saysEnc(jwk) ? 0 : 1)

function algorithmOf(jwk: JWK): EncryptionKey['algorithm'] | null {
  const { kty, crv, alg, key_ops, n, d } = jwk
  if (d !== undefined || !mayEncrypt(jwk)) return null
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
