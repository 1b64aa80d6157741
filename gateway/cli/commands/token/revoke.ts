/** `isthmus token revoke`: a token that is good for nothing from the next request on. */
import { Command } from 'commander'
import type { Environment } from '../../../config.ts'
import { localIdentities } from '../../identities.ts'
import { tokenJson } from './print.ts'

export const revokeTokenCommand = (env: Environment): Command =>
  new Command('revoke')
    .description('Revoke a token: from the next request on nobody comes in with it.')
    .argument('<id>', 'the id of the token, as the list shows it')
    .option('--json', 'print what is known of it as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  npm run --silent isthmus -- token revoke tok_k3J9x0Qe71LmZtRw',
    )
    .action(async (id: string, { json }: { json?: boolean }) => {
      await using identities = await localIdentities(env)
      const token = await identities.audited({
        command: 'token revoke',
        about: [`Token:id=${id}`],
        work: () => identities.administration.revoke(id, identities.by),
      })
      console.log(json === true ? JSON.stringify(tokenJson(token), null, 2) : `${id} is revoked.`)
    })
