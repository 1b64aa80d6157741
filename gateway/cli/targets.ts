/**
 * Exports for a partner: signed by this gateway's key and encrypted for the partner's, or delivered to
 * its webhook.
 */
import { AppError } from '#shared/errors.ts'
import { readConfig, type Environment } from '../config.ts'
import type { Partner } from '../policy/policy.ts'
import { subjectStatements } from '../store/subjects.ts'
import { configuredAnswerKeys, issuerOf } from '../tokens/answer-keys.ts'
import { createEncryptionKeys, type FindEncryptionKey } from '../tokens/encryption-keys.ts'
import { createSealFor, type Seal, type SealedType } from '../tokens/seal.ts'
import type { Endpoint } from '../webhooks/deliver.ts'
import { readSecrets } from '../webhooks/secrets.ts'
import { localIdentities, planNamed, type LocalIdentities } from './identities.ts'

export interface Target {
  readonly subject: string
  readonly seal: Seal
}

export interface DeliveryTarget {
  readonly subject: string
  /** Null where it goes out in clear, as the partner has no key that it could be encrypted for. */
  readonly seal: Seal | null
  readonly endpoint: Endpoint
}

/** Throws what is missing: the plan, its key or ours. Who is disabled gets nothing. */
export async function targetNamed(
  name: string,
  type: SealedType,
  env: Environment,
): Promise<Target> {
  await using identities = await localIdentities(env)
  const { subject } = await enabledPlan(identities, name)
  const { sealFor } = await sealing(identities, env)
  return { subject, seal: await sealFor(subject, type) }
}

/** As `targetNamed`, and its webhook; what can be encrypted for the partner does not go in clear. */
export async function deliveryTargetNamed(
  name: string,
  type: SealedType,
  env: Environment,
): Promise<DeliveryTarget> {
  await using identities = await localIdentities(env)
  const plan = await enabledPlan(identities, name)
  const { subject } = plan
  const endpoint = endpointOf(plan, env)
  const { sealFor, encryptionKey } = await sealing(identities, env)
  const seal = (await isSealed(plan, encryptionKey)) ? await sealFor(subject, type) : null
  return { subject, seal, endpoint }
}

/** The webhook alone, for what holds nothing of anybody. */
export async function endpointNamed(
  name: string,
  env: Environment,
): Promise<Endpoint & { readonly partner: string }> {
  await using identities = await localIdentities(env)
  const plan = await enabledPlan(identities, name)
  return { partner: plan.subject, ...endpointOf(plan, env) }
}

async function enabledPlan({ policy, store }: LocalIdentities, name: string): Promise<Partner> {
  const plan = planNamed(policy, name)
  const found = await subjectStatements(store).find(plan.subject)
  if (found !== null && found.disabledAt !== null)
    throw new AppError('SUBJECT_DISABLED', `The subject "${plan.subject}" is disabled.`)
  return plan
}

function endpointOf({ name, webhook }: Partner, env: Environment): Endpoint {
  if (webhook === null) {
    throw new AppError(
      'NOT_FOUND',
      `The partner "${name}" has no webhook: "webhook", with "url" and "secrets", in its partner file.`,
    )
  }
  return { url: webhook.url, secrets: readSecrets(webhook.secrets, env) }
}

/** Keys under `export` are asked for even when they do not answer: what was to be sealed stays here. */
const isSealed = async ({ exportKeys }: Partner, encryptionKey: FindEncryptionKey) =>
  exportKeys !== null && (!exportKeys.mustSayEnc || (await encryptionKey(exportKeys)) !== null)

async function sealing({ policy }: LocalIdentities, env: Environment) {
  const config = readConfig(env)
  const encryptionKey = createEncryptionKeys({
    onProblem: () => undefined, // told by the error, as no key was known before
    now: Date.now,
  })
  const sealFor = createSealFor({
    keys: await configuredAnswerKeys(config, config.mode === 'demo'),
    policy: () => policy,
    encryptionKey,
    issuer: issuerOf(config),
  })
  return { sealFor, encryptionKey }
}
