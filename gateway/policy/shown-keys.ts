/** Which keys a partner has, for people: by what tells them apart, never the material. */
import type { JWK } from 'jose'
import { saysEnc, type KeysOfPartner } from './partner-keys.ts'
import type { Partner } from './policy.ts'

export interface ShownKey {
  readonly kid: string | null
  readonly use: string | null
  /** `RSA`, `EC` or `OKP`. */
  readonly kty: string
  /** The curve; null for RSA. */
  readonly crv: string | null
}

/** Those of a file; those at an address are not asked for here. */
export type ShownSet =
  readonly ShownKey[] | { readonly url: string; readonly onlyUse: 'enc' | null }

export interface ShownKeys {
  readonly keys: ShownSet
  /** Those that something is encrypted for, as far as their kind is one that can be. */
  readonly exportKeys: ShownSet
  /** With how many secrets it is signed what is sent there. */
  readonly webhook: { readonly url: string; readonly secrets: number } | null
}

type WithKeys = Pick<Partner, 'keys' | 'exportKeys' | 'webhook'>

export const shownKeys = ({ keys, exportKeys, webhook }: WithKeys): ShownKeys => ({
  keys: keys === null ? [] : shownSet(keys, false),
  exportKeys: exportKeys === null ? [] : shownSet(exportKeys.from, exportKeys.mustSayEnc),
  webhook: webhook === null ? null : { url: webhook.url, secrets: webhook.secrets.length },
})

const shownSet = (from: NonNullable<KeysOfPartner['keys']>, mustSayEnc: boolean): ShownSet =>
  'url' in from
    ? { url: from.url, onlyUse: mustSayEnc ? 'enc' : null }
    : from.keys.filter((jwk) => !mustSayEnc || saysEnc(jwk)).map(shownKey)

const shownKey = ({ kid, use, kty = '', crv }: JWK): ShownKey => ({
  kid: kid ?? null,
  use: use ?? null,
  kty,
  crv: crv ?? null,
})
