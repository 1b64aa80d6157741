/**
 * The public keys of a partner's own system: in its file, or at an address of the partner. With them
 * it proves who it is at the token endpoint.
 */
import type { JWK } from 'jose'
import { isObject } from '#shared/json.ts'
import { isSafeUrl } from '../config/reader.ts'

export type PartnerKeys = { readonly keys: readonly JWK[] } | { readonly url: string }

/** Null when the file has none. */
export function readPartnerKeys(
  { jwks, jwksUrl }: Readonly<Record<string, unknown>>,
  file: string,
  problems: string[],
): PartnerKeys | null {
  if (jwks !== undefined && jwksUrl !== undefined) {
    problems.push(`${file}: "jwks" and "jwksUrl" exclude each other`)
    return null
  }
  if (jwksUrl !== undefined) {
    if (typeof jwksUrl === 'string' && isSafeUrl(jwksUrl)) return { url: jwksUrl }
    problems.push(`${file}: "jwksUrl" is no https address`)
    return null
  }
  if (jwks === undefined) return null
  const keys: unknown = isObject(jwks) ? jwks['keys'] : undefined
  if (!Array.isArray(keys) || keys.length === 0) {
    problems.push(`${file}: jwks: expected "keys", a list of public keys (RFC 7517)`)
    return null
  }
  for (const [at, key] of keys.entries()) {
    const problem = keyProblem(key)
    if (problem !== null) problems.push(`${file}: jwks.keys[${at}]: ${problem}`)
  }
  return { keys: keys as readonly JWK[] } // each just checked
}

function keyProblem(key: unknown): string | null {
  if (!isObject(key) || !['RSA', 'EC', 'OKP'].includes(String(key['kty'])))
    return 'expected a public key of the kind RSA, EC or OKP'
  return 'd' in key ? 'this is a private key: take only its public part, and make a new one' : null
}
