/** `isthmus token`: tokens of partners, and those of the demo identities. */
import { Command, Option } from 'commander'
import { AppError } from '#shared/errors.ts'
import { readConfig, type Environment } from '../../config.ts'
import { demoIdentities, demoSecret, demoToken, type DemoIdentity } from '../../tokens/demo.ts'
import { createTokenCommand } from './token/create.ts'
import { explainTokenCommand } from './token/explain.ts'
import { listTokensCommand } from './token/list.ts'
import { revokeTokenCommand } from './token/revoke.ts'
import { rotateTokenCommand } from './token/rotate.ts'

export const tokenCommand = (env: Environment): Command =>
  new Command('token')
    .description('Tokens: issue, list, rotate and revoke those of partners; print a demo token.')
    .addCommand(demoTokenCommand(env))
    .addCommand(createTokenCommand(env))
    .addCommand(listTokensCommand(env))
    .addCommand(rotateTokenCommand(env))
    .addCommand(revokeTokenCommand(env))
    .addCommand(explainTokenCommand(env))

const demoTokenCommand = (env: Environment): Command =>
  new Command('demo')
    .description('Print a bearer token of a demo identity, good for eight hours. Demo mode only.')
    .addOption(
      new Option('--as <identity>', 'who it speaks for')
        .choices(Object.keys(demoIdentities))
        .makeOptionMandatory(),
    )
    .addHelpText('after', '\nExample:\n  npm run --silent isthmus -- token demo --as sales')
    .action(({ as }: { as: DemoIdentity }) => {
      const { mode, data } = readConfig(env)
      if (mode !== 'demo') {
        throw new AppError('FORBIDDEN', 'Demo tokens exist in demo mode only.')
      }
      console.log(demoToken(as, demoSecret(data)))
    })
