/** An issuer of tokens with its own address, for tests: its keys can be changed, late, wrong or gone. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { exportJWK, type JWK } from 'jose'
import jwt from 'jsonwebtoken'
import { listen, sendJson } from '#shared/http-server.ts'
import type { Issuer } from '../../gateway/config/issuers.ts'

/** What configuration says of an issuer when it says nothing special. */
export const plainIssuer: Omit<Issuer, 'issuer' | 'jwksUrl'> = {
  audience: 'isthmus',
  algorithms: ['RS256'],
  clockToleranceSeconds: 30,
  maxLifetimeSeconds: 86_400,
  groupsClaim: 'groups',
  clientIdClaim: 'client_id',
  scopeClaim: 'scope',
  partnerScopes: 'required',
  callers: 'all',
}

export interface TestIssuer extends AsyncDisposable {
  /** Its `iss`, which is its address. */
  readonly url: string
  readonly jwksUrl: string
  /** How often its keys, and its discovery document, were asked for. */
  readonly asked: { keys: number; discovery: number }
  /** What it answers when it is asked for its keys. */
  answer: {
    keys: readonly JWK[]
    status: number
    /** Sent instead of the keys. */
    text: string | null
    delayMs: number
  }
  /** The `issuer` of its discovery document. */
  describes: string
  /** The address of its keys in that document, when it is not the real one. */
  names: string | null
}

export async function startIssuer(keys: readonly JWK[]): Promise<TestIssuer> {
  const asked = { keys: 0, discovery: 0 }
  const listening = await listen(
    async (request, response) => {
      if (request.url === '/.well-known/openid-configuration') {
        asked.discovery += 1
        sendJson(response, 200, {
          issuer: issuer.describes,
          jwks_uri: issuer.names ?? issuer.jwksUrl,
        })
        return
      }
      asked.keys += 1
      const { status, text, delayMs, keys: known } = issuer.answer
      if (delayMs > 0) await wait(delayMs)
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(text ?? JSON.stringify({ keys: known }))
    },
    { host: '127.0.0.1', port: 0 },
  )
  const issuer: TestIssuer = {
    url: listening.url,
    jwksUrl: `${listening.url}/keys`,
    asked,
    answer: { keys, status: 200, text: null, delayMs: 0 },
    describes: listening.url,
    names: null,
    [Symbol.asyncDispose]: () => listening.close(100),
  }
  return issuer
}

export interface SigningKey {
  readonly kid: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** The public one. */
  readonly jwk: JWK
}

export async function signingKey(kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  return { kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256' } }
}

export const signed = (
  { kid, privateKey }: SigningKey,
  options: jwt.SignOptions,
  claims: object = {},
): string =>
  jwt.sign(claims, privateKey, {
    algorithm: 'RS256',
    keyid: kid,
    audience: 'isthmus',
    subject: 'mei.lin',
    expiresIn: 600,
    ...options,
  })
