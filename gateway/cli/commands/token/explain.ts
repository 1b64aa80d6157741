/** `isthmus token explain`: what a plan, a token or a role may read, and what is refused. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { AppError } from '#shared/errors.ts'
import { maxFirst } from '#shared/limits.ts'
import { readConfig, type Config, type Environment } from '../../../config.ts'
import type { Caller } from '../../../policy/explain.ts'
import { grantedOf } from '../../../policy/granted.ts'
import type { Policy } from '../../../policy/policy.ts'
import type { Limits } from '../../../limits/limits.ts'
import { readWithPlatform } from '../../../platform/schema.ts'
import type { IssuedToken } from '../../../store/tokens.ts'
import { isBare } from '../../../supergraph/read.ts'
import { tokenPattern } from '../../../tokens/format.ts'
import { findPlan, localIdentities } from '../../identities.ts'
import { printDifference, printExplanation, printRefused } from './explained.ts'

interface Options {
  readonly operation?: string
  readonly diff?: string
  readonly json?: boolean
}

export const explainTokenCommand = (env: Environment): Command =>
  new Command('explain')
    .description('Say what somebody may read: every field, the row rule, and what is refused.')
    .argument(
      '<who>',
      'a partner plan, the id of a token, an employee’s subject, or - for a token on standard input',
    )
    .option('--operation <file>', 'say what of this GraphQL operation would be refused')
    .option('--diff <other>', 'say what differs from somebody else')
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      `
A token itself is a secret: give it on standard input, not as an argument that other programs can see.

Examples:
  npm run --silent isthmus -- token explain harbour-distribution
  npm run --silent isthmus -- token explain harbour-distribution --operation gateway/reports/library/customer-360/operation.graphql
  npm run --silent isthmus -- token explain harbour-distribution --diff north-agency
  npm run --silent isthmus -- token explain - < token.txt`,
    )
    .action(async (who: string, { operation, diff, json }: Options) => {
      const [
        { explain, explainOperation, difference },
        { generationForReading },
        { readPolicy },
        { scopesFor },
        { shownRows },
        { shownKeys },
      ] = await Promise.all([
        import('../../../policy/explain.ts'),
        import('../../../supergraph/load.ts'),
        import('../../../policy/policy.ts'),
        import('../../../supergraph/contracts.ts'),
        import('../../../policy/shown-rows.ts'),
        import('../../../policy/shown-keys.ts'),
      ])
      const config = readConfig(env)
      const { sdl, places } = readWithPlatform(config.supergraph)
      const generation = generationForReading(sdl)
      const policy = readPolicy(config.policy, generation.policies.scopes, {
        isForeign: isBare(config.supergraph),
        partnerLimits: config.limits.partner,
        scopesFor: (...contract) => scopesFor(generation, ...contract),
        tags: new Set([...generation.tags.values()].flat()),
      })
      const found = async (named: string) =>
        explain(await callerNamed(env, named, policy), generation)
      const one = await found(who)
      if (diff !== undefined) {
        const { only, onlyOther } = difference(one, await found(diff))
        if (json === true) console.log(JSON.stringify({ only, onlyOther }, null, 2))
        else printDifference({ who, diff, only, onlyOther })
        return
      }
      if (operation !== undefined) {
        const refused = explainOperation(readOperation(operation), one, generation)
        if (json === true) console.log(JSON.stringify({ refused }, null, 2))
        else printRefused(refused)
        return
      }
      const shows = await shownRows(one.rows?.rule ?? null, places ?? [])
      const partner = policy.partner(one.subject)
      const limits = limitsOf(config, partner?.limits ?? config.limits.employee)
      const keys = partner === undefined ? null : shownKeys(partner)
      if (json === true) console.log(JSON.stringify({ ...one, ...keys, shows, limits }, null, 2))
      else printExplanation(one, { shows, limits, keys })
    })

/** What bounds every question of this caller. */
const limitsOf = ({ requestTimeoutMs }: Config, limits: Limits) => ({
  requestTimeoutMs,
  rowsOfAPage: maxFirst,
  ...limits,
})

async function callerNamed(env: Environment, named: string, policy: Policy): Promise<Caller> {
  if (tokenPattern.test(named)) {
    throw new AppError('BAD_USER_INPUT', 'A token is given on standard input: token explain -')
  }
  const token = await tokenNamed(env, named)
  const subject = findPlan(policy, named)?.subject ?? token?.subject ?? named
  const partner = policy.partner(subject)
  if (partner !== undefined) return { ...partner, scopes: grantedOf(partner, token?.scopes) }
  const scopes = policy.scopesOf(subject, [])
  if (scopes.length === 0) {
    throw new AppError(
      'NOT_FOUND',
      `There is no partner plan, no token and no subject with a role called "${named}".`,
    )
  }
  return { subject, audience: 'EMPLOYEE', scopes, rows: null }
}

async function tokenNamed(env: Environment, named: string): Promise<IssuedToken | null> {
  if (named !== '-' && !named.startsWith('tok_')) return null
  await using identities = await localIdentities(env)
  const { administration } = identities
  if (named !== '-') return await administration.find(named)
  const [token] = tokenPattern.exec(readFileSync(0, 'utf8')) ?? []
  const found = token === undefined ? null : await administration.findBySecret(token)
  if (found !== null) return found
  throw new AppError('NOT_FOUND', 'There is no such token.')
}

function readOperation(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new AppError('BAD_USER_INPUT', `--operation: ${file} cannot be read.`, { cause })
  }
}
