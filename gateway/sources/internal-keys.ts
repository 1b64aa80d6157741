/**
 * The key that signs the internal tokens of one system, by configuration: its own secret, the
 * gateway's private key, or a secret made for it from the gateway's.
 */
import { AppError } from '#shared/errors.ts'
import {
  privateKeyFrom,
  sharedKey,
  subgraphSecret,
  type SigningKey,
} from '#shared/internal-token.ts'
import type { Config } from '../config.ts'

/** `secret` is the gateway's own; undefined when nothing was agreed with the system. */
export function signingKey(
  name: string,
  config: Pick<Config, 'system' | 'internalKey'>,
  secret: string | undefined,
): SigningKey | undefined {
  const own = config.system(name).secret
  if (own !== undefined) return sharedKey(own)
  if (config.internalKey !== undefined) {
    return { algorithm: 'ES256', privateKey: privateKeyFrom(config.internalKey) }
  }
  return secret === undefined ? undefined : sharedKey(subgraphSecret(secret, name))
}

export const keyMissing = (name: string): AppError =>
  new AppError(
    'CONFIGURATION_INVALID',
    `systems.${name}: it is reached over HTTP and has no key: give it a "secret", or the gateway an "internalSecret" or "internalKey".`,
  )
