/** `isthmus subgraph <name>`: serves one system alone over HTTP. */
import { Command } from 'commander'
import { AppError } from '#shared/errors.ts'
import { readConfig, type Environment } from '../../config.ts'
import { demoSecret } from '../../tokens/demo.ts'

export const subgraphCommand = (env: Environment): Command =>
  new Command('subgraph')
    .description('Serve one system alone over HTTP; it answers only its gateway.')
    .argument('<name>', 'the name in supergraph.yaml')
    .option('--port <number>', 'the port to listen on')
    .addHelpText('after', '\nExample:\n  npm run --silent isthmus -- subgraph crm --port 4001')
    .action(async (name: string, { port }: { port?: string }) => {
      const config = readConfig(env)
      const [{ runSubgraph }, { loadDefinition }, { readSupergraphFile }] = await Promise.all([
        import('#shared/run.ts'),
        import('../../sources/in-process.ts'),
        import('../../supergraph/compose.ts'),
      ])
      const entries = readSupergraphFile(config.supergraph)
      const entry = entries.find((each) => each.name === name)
      if (entry === undefined) {
        const known = entries.map((each) => each.name).join(', ')
        throw new AppError('NOT_FOUND', `There is no system "${name}"; there are ${known}.`)
      }
      await runSubgraph(await loadDefinition(name, entry.schemaFile), {
        ...env,
        ISTHMUS_DATA: config.data,
        ISTHMUS_TIME_ZONE: config.timeZone,
        ISTHMUS_FISCAL_YEAR_START_MONTH: String(config.fiscalYearStartMonth),
        ISTHMUS_INTERNAL_SECRET:
          config.internalSecret ?? (config.mode === 'demo' ? demoSecret(config.data) : undefined),
        PORT: port ?? env['PORT'],
      })
    })
