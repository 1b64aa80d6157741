/**
 * Answers and exports that only their target can read: a JWE (RFC 7516) for the partner's public key,
 * with a JWS (RFC 7515) of this gateway inside. The signature names whom it is for, so that nobody can
 * pass it on to another as if it were for them.
 */
import { CompactEncrypt, CompactSign } from 'jose'
import { AppError } from '#shared/errors.ts'
import type { Policy } from '../policy/policy.ts'
import type { AnswerKeys } from './answer-keys.ts'
import type { FindEncryptionKey } from './encryption-keys.ts'

/** Makes a text one that its target alone can read. */
export type Seal = (text: string) => Promise<string>

/** What the text is, as `cty` says it (RFC 7515, section 4.1.10). */
export type SealedType = 'json' | 'text/csv'

/** Throws NOT_ACCEPTABLE when there is no key for the subject. */
export type SealFor = (subject: string, type: SealedType) => Promise<Seal>

export interface SealOptions {
  readonly keys: AnswerKeys | null
  readonly policy: () => Policy
  readonly encryptionKey: FindEncryptionKey
  /** Under which partners know this gateway. */
  readonly issuer: string
}

export const createSealFor =
  ({ keys, policy, encryptionKey, issuer }: SealOptions): SealFor =>
  async (subject, type) => {
    if (keys === null) {
      throw new AppError(
        'NOT_ACCEPTABLE',
        'This gateway has no key that signs what it encrypts: answerKeys in config.yaml.',
      )
    }
    const registered = policy().partner(subject)?.exportKeys ?? null
    const target = registered === null ? null : await encryptionKey(registered)
    if (target === null) {
      throw new AppError(
        'NOT_ACCEPTABLE',
        `Nothing can be encrypted for "${subject}": that needs a registered public key, RSA of 2048 bits or more, or EC P-256, P-384, P-521 or X25519, under "export" of its partner file, or with "use": "enc" among its other keys.`,
      )
    }
    const { key, algorithm, kid } = target
    return async (text) => {
      const signed = await new CompactSign(Buffer.from(text))
        .setProtectedHeader({
          alg: 'ES256',
          kid: keys.kid,
          cty: type,
          iss: issuer,
          aud: subject,
          iat: Math.floor(Date.now() / 1_000),
        })
        .sign(keys.privateKey)
      return await new CompactEncrypt(Buffer.from(signed))
        .setProtectedHeader({
          alg: algorithm,
          enc: 'A256GCM',
          cty: 'JOSE',
          ...(kid === undefined ? {} : { kid }),
        })
        .encrypt(key)
    }
  }
