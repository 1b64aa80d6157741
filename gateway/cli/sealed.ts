/** Exports for a partner: signed by this gateway's key, encrypted for the partner's. */
import { AppError } from '#shared/errors.ts'
import { readConfig, type Environment } from '../config.ts'
import { subjectStatements } from '../store/subjects.ts'
import { configuredAnswerKeys, issuerOf } from '../tokens/answer-keys.ts'
import { createEncryptionKeys } from '../tokens/encryption-keys.ts'
import { createSealFor, type Seal, type SealedType } from '../tokens/seal.ts'
import { localIdentities, planNamed } from './identities.ts'

export interface Target {
  readonly subject: string
  readonly seal: Seal
}

/** Throws what is missing: the plan, its key or ours. Who is disabled gets nothing. */
export async function targetNamed(
  name: string,
  type: SealedType,
  env: Environment,
): Promise<Target> {
  await using identities = await localIdentities(env)
  const { policy, store } = identities
  const { subject } = planNamed(policy, name)
  const found = await subjectStatements(store).find(subject)
  if (found !== null && found.disabledAt !== null)
    throw new AppError('SUBJECT_DISABLED', `The subject "${subject}" is disabled.`)
  const config = readConfig(env)
  const sealFor = createSealFor({
    keys: await configuredAnswerKeys(config, config.mode === 'demo'),
    policy: () => policy,
    encryptionKey: createEncryptionKeys({
      onProblem: () => undefined, // told by the error, as no key was known before
      now: Date.now,
    }),
    issuer: issuerOf(config),
  })
  return { subject, seal: await sealFor(subject, type) }
}
