/**
 * The keys by which this gateway signs what it encrypts, and the public set where partners find them
 * (RFC 7517). The first one signs; others are those of before or after, which partners may know.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, type JWK } from 'jose'
import { privateKeyFrom } from '#shared/internal-token.ts'
import type { Config } from '../config.ts'
import { dataSecret } from '../data-secret.ts'

export interface AnswerKeys {
  readonly privateKey: KeyObject
  readonly kid: string
  readonly jwks: { readonly keys: readonly JWK[] }
}

/** Null when there is none. */
export async function answerKeysOf(pems: readonly string[]): Promise<AnswerKeys | null> {
  const privateKeys = pems.map(privateKeyFrom)
  const [privateKey] = privateKeys
  if (privateKey === undefined) return null
  const keys = await Promise.all(
    privateKeys.map(async (each): Promise<JWK & { kid: string }> => {
      const jwk = await exportJWK(createPublicKey(each))
      return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' }
    }),
  )
  return { privateKey, kid: keys[0]?.kid ?? '', jwks: { keys } }
}

/** Those of the configuration; in demo mode, without them, the one of the data folder. */
export const configuredAnswerKeys = (
  { answerKeys, data }: Pick<Config, 'answerKeys' | 'data'>,
  isDemo: boolean,
): Promise<AnswerKeys | null> =>
  answerKeysOf(answerKeys.length === 0 && isDemo ? [demoAnswerKey(data)] : answerKeys)

/** The name under which this gateway signs. */
export const issuerOf = ({ publicUrl }: Pick<Config, 'publicUrl'>): string => publicUrl ?? 'isthmus'

/** The key of a data folder in demo mode; made when there is none. */
export const demoAnswerKey = (data: string): string =>
  dataSecret(data, 'answer-key.pem', () =>
    generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  )
