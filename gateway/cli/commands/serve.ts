/** `isthmus serve`: serves any Federation 2 supergraph over its HTTP subgraphs. */
import { Command } from 'commander'
import { readConfig, type Environment } from '../../config.ts'

interface Options {
  readonly supergraph: string
  readonly port?: string
  readonly auth: boolean
}

export const serveCommand = (env: Environment): Command =>
  new Command('serve')
    .description(
      'Serve a supergraph given as SDL over its HTTP subgraphs, without the platform schema.',
    )
    .requiredOption('--supergraph <file>', 'the supergraph, a .graphql file')
    .option('--port <number>', 'the port to listen on')
    .option('--no-auth', 'take every caller as one with all rights; loopback only')
    .addHelpText(
      'after',
      '\nExample:\n  npm run --silent isthmus -- serve --supergraph supergraph.graphql --port 4100 --no-auth',
    )
    .action(async ({ supergraph, port, auth }: Options) => {
      const config = readConfig(env, { supergraph, port, noAuth: !auth })
      const { start } = await import('../../start.ts')
      await start(config, env['LOG_LEVEL'] ?? 'warn')
    })
