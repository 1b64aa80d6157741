/** `isthmus identity accept|reject`: somebody decides about a candidate. */
import { Command } from 'commander'
import { readConfig, type Environment } from '../../../config.ts'
import { typist } from '../../identities.ts'

interface Options {
  readonly reason?: string
}

export const acceptCommand = (env: Environment): Command =>
  new Command('accept')
    .description(
      'A candidate is the customer: it is linked, and every other claim on it is dropped.',
    )
    .argument('<candidate>', 'its id, from: isthmus identity candidates')
    .option('--reason <text>', 'why, for whoever asks later')
    .addHelpText(
      'after',
      '\nExample:\n  npm run --silent isthmus -- identity accept K0123456789ab --reason "asked the customer"',
    )
    .action(async (id: string, { reason }: Options) => {
      await using deciding = await openDecisions(env)
      const customerId = await deciding.decisions.accept(id, deciding.decision(reason))
      console.log(`${id} is ${customerId} from now on.`)
    })

export const rejectCommand = (env: Environment): Command =>
  new Command('reject')
    .description('A candidate is not the customer: no match proposes it again.')
    .argument('<candidate>', 'its id, from: isthmus identity candidates')
    .option('--reason <text>', 'why, for whoever asks later')
    .addHelpText(
      'after',
      '\nExample:\n  npm run --silent isthmus -- identity reject K0123456789ab --reason "another branch"',
    )
    .action(async (id: string, { reason }: Options) => {
      await using deciding = await openDecisions(env)
      const { system, value, crmAccountId } = await deciding.decisions.reject(
        id,
        deciding.decision(reason),
      )
      console.log(`${system}:${value} is not the customer of ${crmAccountId}.`)
    })

export async function openDecisions(env: Environment) {
  const config = readConfig(env)
  const [{ openLocalCrosswalk }, { createDecisions }] = await Promise.all([
    import('../../../identity/local.ts'),
    import('../../../identity/decisions.ts'),
  ])
  const crosswalk = await openLocalCrosswalk(config)
  return {
    decisions: createDecisions({ crosswalk, timeZone: config.timeZone }),
    decision: (reason: string | undefined) => ({
      by: typist(),
      reason: reason ?? null,
      now: new Date(),
    }),
    [Symbol.asyncDispose]: () => crosswalk[Symbol.asyncDispose](),
  }
}
