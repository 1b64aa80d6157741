/** `isthmus token rotate`: a new token in the place of an old one, which stays good for a while. */
import { Command } from 'commander'
import type { Environment } from '../../../config.ts'
import { tokenLimits } from '../../../tokens/administration.ts'
import { localIdentities, moment, wholeNumber } from '../../identities.ts'
import { printShown } from './print.ts'

interface Options {
  readonly overlap: number
  readonly days?: number
  readonly json?: boolean
}

export const rotateTokenCommand = (env: Environment): Command =>
  new Command('rotate')
    .description('Issue a token that takes the place of another one; both are good for a while.')
    .argument('<id>', 'the id of the old token, as the list shows it')
    .option(
      '--overlap <hours>',
      `how long the old one stays good, 0 to ${tokenLimits.overlapHours}`,
      wholeNumber,
      24,
    )
    .option(
      '--days <number>',
      'how long the new one is good; left out, as the old one',
      wholeNumber,
    )
    .option('--json', 'print the token and what is known of both as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  npm run --silent isthmus -- token rotate tok_k3J9x0Qe71LmZtRw --overlap 48',
    )
    .action(async (id: string, { overlap, days, json }: Options) => {
      await using identities = await localIdentities(env)
      const request = { id, days: days ?? null, overlapHours: overlap }
      const shown = await identities.audited({
        command: 'token rotate',
        about: [`Token:id=${id}`],
        work: () => identities.administration.rotate(request, identities.by),
        changed: ({ token }) => [`Token:id=${token.id}`],
      })
      printShown(shown, json === true)
      if (json !== true) console.error(`${id} is good until ${moment(shown.replaced.expiresAt)}.`)
    })
