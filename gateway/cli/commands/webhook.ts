/** `isthmus webhook ping|secret`: to connect the webhook of a partner, and to see whether it works. */
import { Command } from 'commander'
import type { Environment } from '../../config.ts'

export const webhookCommand = (env: Environment): Command =>
  new Command('webhook')
    .description('Webhooks of partners: where reports are delivered to.')
    .addCommand(
      new Command('ping')
        .description('Send a signed event of the type ping, once, and say what came back.')
        .argument('<partner>', 'its plan, or its subject')
        .addHelpText(
          'after',
          `
Its address and the variables with its secrets are "webhook" in its partner file.

Example:
  npm run --silent isthmus -- webhook ping harbour-distribution`,
        )
        .action(async (named: string) => {
          const [{ endpointNamed }, { delivered }] = await Promise.all([
            import('../targets.ts'),
            import('../delivered.ts'),
          ])
          const { partner, ...endpoint } = await endpointNamed(named, env)
          const event = { type: 'ping', data: { partner } } as const
          const { id, status, tookMs } = await delivered({ event, endpoint, partner }, env, {
            maxTries: 1,
          })
          console.log(`${partner}: status ${status} in ${tookMs} ms (webhook-id ${id})`)
        }),
    )
    .addCommand(
      new Command('secret')
        .description('Print a new secret, for the partner and for the environment of this command.')
        .addHelpText('after', '\nExample:\n  npm run --silent isthmus -- webhook secret')
        .action(async () => {
          const { freshSecret } = await import('../../webhooks/secrets.ts')
          console.log(freshSecret())
        }),
    )
