/** `isthmus token create`: a new token of a partner, shown once. */
import { Command } from 'commander'
import type { Environment } from '../../../config.ts'
import { tokenLimits } from '../../../tokens/administration.ts'
import { localIdentities, planNamed, wholeNumber } from '../../identities.ts'
import { printShown } from './print.ts'

interface Options {
  readonly name: string
  readonly days: number
  readonly address?: readonly string[]
  readonly scope?: readonly string[]
  readonly json?: boolean
}

export const createTokenCommand = (env: Environment): Command =>
  new Command('create')
    .description('Issue a token to a partner. It is printed once and cannot be shown again.')
    .argument(
      '<plan>',
      'the partner plan: its file in policy/partners/ without .yaml, or its subject',
    )
    .requiredOption('--name <text>', 'what it is for, as the list shows it')
    .option('--days <number>', `how long it is good, 1 to ${tokenLimits.days}`, wholeNumber, 90)
    .option('--address <ip or range...>', 'where it may be used from; left out, from anywhere')
    .option('--scope <scopes...>', 'the only scopes of the plan it grants; left out, all of them')
    .option('--json', 'print the token and what is known of it as JSON')
    .addHelpText(
      'after',
      `
Examples:
  npm run --silent isthmus -- token create harbour-distribution --name "ERP sync"
  npm run --silent isthmus -- token create harbour-distribution --name "ERP sync" --days 30 --address 192.0.2.0/24 2001:db8::1`,
    )
    .action(async (named: string, { name, days, address, scope, json }: Options) => {
      await using identities = await localIdentities(env)
      const { subject } = planNamed(identities.policy, named)
      const request = { subject, name, days, addresses: address ?? null, scopes: scope ?? null }
      const shown = await identities.audited({
        command: 'token create',
        about: [`Subject:subject=${subject}`],
        work: () => identities.administration.create(request, identities.by),
        changed: ({ token }) => [`Token:id=${token.id}`],
      })
      printShown(shown, json === true)
    })
