/**
 * The identities of this installation for commands that change or read them: the store that a
 * running gateway has open as well, and the plans of the policy folder.
 */
import { userInfo } from 'node:os'
import { InvalidArgumentError } from 'commander'
import { AppError } from '#shared/errors.ts'
import { readConfig, type Environment } from '../config.ts'
import { noLog } from '../log.ts'
import { readPolicy, type Partner, type Policy } from '../policy/policy.ts'
import type { By } from '../tokens/administration.ts'
import { openIdentities, type Identities } from '../tokens/identities.ts'
import { createAudited, type Audited } from './audited.ts'

export interface LocalIdentities extends Identities {
  readonly policy: Policy
  /** Who types the command. */
  readonly by: By
  /** Makes a change with its entries in the audit. */
  readonly audited: Audited
}

export async function localIdentities(env: Environment): Promise<LocalIdentities> {
  const config = readConfig(env)
  // Which scopes the schema names is not asked here: the gateway refuses what is wrong at its start.
  const policy = readPolicy(config.policy, null)
  const identities = await openIdentities({
    config,
    log: noLog,
    demoSecret: undefined,
    policy: () => policy,
  })
  const by = typist()
  const audited = createAudited(config, identities.store, by)
  return { ...identities, policy, by: { subject: by }, audited }
}

/** Who types the command, as decisions and the audit name it. */
export const typist = (): string => `cli:${userInfo().username}`

/** The plan of this name, or of this subject. */
export const findPlan = ({ partners }: Policy, named: string): Partner | undefined =>
  partners.find(({ name, subject }) => name === named || subject === named)

export function planNamed(policy: Policy, named: string): Partner {
  const plan = findPlan(policy, named)
  if (plan !== undefined) return plan
  const names = policy.partners.map(({ name }) => name).join(', ')
  throw new AppError('NOT_FOUND', `There is no partner plan "${named}"; there are ${names}.`)
}

export const wholeNumber = (text: string): number => {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Expected a whole number.')
}

/** A moment as people read it. */
export const moment = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace('.000Z', 'Z')
