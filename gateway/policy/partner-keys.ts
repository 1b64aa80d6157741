/**
 * The public keys of a partner's own system, in its file or at an address of the partner. Those at the
 * top prove who it is at the token endpoint. Those under `export` are what its answers and exports are
 * encrypted for; without them, those at the top that say that they are for encryption.
 */
import type { JWK } from 'jose'
import { isObject } from '#shared/json.ts'
import { isSafeUrl, recordOf } from '../config/reader.ts'
import { refuseUnknown, type PolicyFile, type YamlPath } from './policy-file.ts'

export type PartnerKeys = { readonly keys: readonly JWK[] } | { readonly url: string }

export interface ExportKeys {
  readonly from: PartnerKeys
  /** Only those with `use: enc`: the set is there for signatures. */
  readonly mustSayEnc: boolean
}

export interface KeysOfPartner {
  /** With which its own system proves who it is; null when it has none. */
  readonly keys: PartnerKeys | null
  /** What is encrypted for it is encrypted for one of these; null when it has none. */
  readonly exportKeys: ExportKeys | null
}

/** Whether a key names encryption as its use (RFC 7517, section 4.2). */
export const saysEnc = ({ use }: JWK): boolean => use === 'enc'

/** A key that does not say may be for anything. */
export const mayEncrypt = (key: JWK): boolean => key.use === undefined || saysEnc(key)

export function readPartnerKeys(file: PolicyFile, problems: string[]): KeysOfPartner {
  const keys = readKeys(file, [], problems)
  const { export: exported } = file.yaml
  if (exported === undefined)
    return { keys, exportKeys: keys === null ? null : { from: keys, mustSayEnc: true } }
  const known = ['jwks', 'jwksUrl']
  refuseUnknown(file, ['export'], exported, known, problems)
  // An empty one must not mean the keys of the top.
  if (!known.some((key) => recordOf(exported)[key] !== undefined))
    problems.push(`${file.at(['export'])}: export: expected "jwks" or "jwksUrl"`)
  const from = readKeys(file, ['export'], problems)
  // What is no key is told already.
  if (
    from !== null &&
    'keys' in from &&
    !from.keys.some((key) => !isObject(key) || mayEncrypt(key))
  ) {
    problems.push(
      `${file.at(['export', 'jwks', 'keys'])}: export.jwks: expected a key that may encrypt, but each has another "use"`,
    )
  }
  return { keys, exportKeys: from === null ? null : { from, mustSayEnc: false } }
}

/** Those at a place of the file; null where there are none, or something is wrong with them. */
function readKeys(file: PolicyFile, path: YamlPath, problems: string[]): PartnerKeys | null {
  const { jwks, jwksUrl } = path.reduce<Readonly<Record<string, unknown>>>(
    (inside, key) => recordOf(inside[key]),
    file.yaml,
  )
  const problem = (at: YamlPath, text: string) =>
    problems.push(`${file.at([...path, ...at])}: ${text}`)
  const name = (key: string) => [...path, key].join('.')
  if (jwks !== undefined && jwksUrl !== undefined) {
    problem(['jwks'], `"${name('jwks')}" and "${name('jwksUrl')}" exclude each other`)
    return null
  }
  if (jwksUrl !== undefined) {
    if (typeof jwksUrl === 'string' && isSafeUrl(jwksUrl)) return { url: jwksUrl }
    problem(['jwksUrl'], `"${name('jwksUrl')}" is no https address`)
    return null
  }
  if (jwks === undefined) return null
  const keys: unknown = isObject(jwks) ? jwks['keys'] : undefined
  if (!Array.isArray(keys) || keys.length === 0) {
    problem(['jwks'], `${name('jwks')}: expected "keys", a list of public keys (RFC 7517)`)
    return null
  }
  for (const [at, key] of keys.entries()) {
    const wrong = keyProblem(key)
    if (wrong !== null) problem(['jwks', 'keys', at], `${name('jwks')}.keys[${at}]: ${wrong}`)
  }
  return { keys: keys as readonly JWK[] } // each just checked
}

function keyProblem(key: unknown): string | null {
  if (!isObject(key) || !['RSA', 'EC', 'OKP'].includes(String(key['kty'])))
    return 'expected a public key of the kind RSA, EC or OKP'
  return 'd' in key ? 'this is a private key: take only its public part, and make a new one' : null
}
