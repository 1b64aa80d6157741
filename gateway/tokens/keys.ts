/**
 * The public keys of an issuer, by discovery or from a known address. They are asked for again every
 * ten minutes behind the back of whoever asks, and at once for a key that nobody knows; never twice at
 * the same time, and not again for a while. When the issuer does not answer, or answers something that
 * is no keys, the known ones go on for a day.
 */
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose'
import { isSafeUrl } from '../config/reader.ts'

export interface KeysOptions {
  readonly issuer: string
  /** Left out, the discovery document of the issuer names it. */
  readonly jwksUrl: string | undefined
  /** Told when the keys could not be had. */
  readonly onProblem: (error: unknown) => void
}

const cooldownMs = 30_000
const timeoutMs = 5_000
const freshMs = 600_000
const maxStaleMs = 24 * 3_600_000
const maxBytes = 512 * 1024

export function createKeys({ issuer, jwksUrl, onProblem }: KeysOptions): JWTVerifyGetKey {
  let hadAt = -Infinity
  let failedAt = -Infinity
  const get = async (_: string, { signal, headers }: Parameters<FetchKeys>[1]) => {
    if (Date.now() - failedAt < cooldownMs) throw new TypeError('its keys were asked for just now')
    try {
      const fetchJson = (url: string) => boundedJson(url, { signal, headers, redirect: 'error' })
      const keys = await fetchJson(jwksUrl ?? (await discovered(issuer, fetchJson)))
      checkKeys(keys)
      hadAt = Date.now()
      return Response.json(keys)
    } catch (error) {
      failedAt = Date.now()
      onProblem(error)
      throw error
    }
  }
  const keys = createRemoteJWKSet(new URL(jwksUrl ?? discoveryUrl(issuer)), {
    cooldownDuration: cooldownMs,
    timeoutDuration: timeoutMs,
    cacheMaxAge: Infinity, // for how long is decided here
    [customFetch]: get,
  })
  return async (header, token) => {
    const age = Date.now() - hadAt
    if (age > maxStaleMs) await keys.reload()
    else if (age > freshMs) keys.reload().catch(() => undefined) // told by `get`
    return keys(header, token)
  }
}

type FetchKeys = NonNullable<
  NonNullable<Parameters<typeof createRemoteJWKSet>[1]>[typeof customFetch]
>

/** OpenID Connect Discovery 1.0, section 4. */
const discoveryUrl = (issuer: string): string =>
  `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`

async function discovered(
  issuer: string,
  fetchJson: (url: string) => Promise<unknown>,
): Promise<string> {
  const found = (await fetchJson(discoveryUrl(issuer))) as Readonly<Record<string, unknown>> | null // checked below
  // Section 4.3: a document about another issuer is none of ours.
  if (found?.['issuer'] !== issuer) throw new TypeError(`${issuer} describes another issuer`)
  const address = found['jwks_uri']
  if (typeof address !== 'string' || !isSafeUrl(address))
    throw new TypeError(`${issuer} names no safe address of its keys`)
  return address
}

function checkKeys(value: unknown): void {
  createLocalJWKSet(value as JSONWebKeySet) // throws when it is none
  if ((value as JSONWebKeySet).keys.length === 0) throw new TypeError('there is no key')
}

export async function boundedJson(url: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, init)
  if (!response.ok) throw new TypeError(`${url} answers ${response.status}`)
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    if (text.length > maxBytes) throw new TypeError(`${url} answers more than any keys`)
  }
  return JSON.parse(text)
}
