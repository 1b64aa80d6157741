/** `isthmus token demo`: one bearer token of a demo identity, and nothing else. */
import { Command, Option } from 'commander'
import { AppError } from '#shared/errors.ts'
import { readConfig, type Environment } from '../../config.ts'
import { demoIdentities, demoSecret, demoToken, type DemoIdentity } from '../../tokens/demo.ts'

export const tokenCommand = (env: Environment): Command =>
  new Command('token').description('Tokens.').addCommand(
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
      }),
  )
