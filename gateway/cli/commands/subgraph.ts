/** `isthmus subgraph <name>`: serves one system alone over HTTP. */
import { createPublicKey } from 'node:crypto'
import { Command } from 'commander'
import { onServers } from '#shared/own/address.ts'
import { readConfig, type Config, type Environment } from '../../config.ts'
import { keyMissing, signingKey } from '../../sources/internal-keys.ts'
import { demoSecret } from '../../tokens/demo.ts'
import { systemNamed } from '../systems.ts'

export const subgraphCommand = (env: Environment): Command =>
  new Command('subgraph')
    .description('Serve one system alone over HTTP; it answers only its gateway.')
    .argument('<name>', 'the name in supergraph.yaml')
    .option('--port <number>', 'the port to listen on')
    .option('--key', 'print the key that it needs where it stands alone, and serve nothing')
    .addHelpText('after', '\nExample:\n  npm run --silent isthmus -- subgraph crm --port 4001')
    .action(async (name: string, { port, key = false }: { port?: string; key?: boolean }) => {
      const config = readConfig(env)
      const [{ runSubgraph }, { loadDefinition }, entry] = await Promise.all([
        import('#shared/run.ts'),
        import('../../sources/in-process.ts'),
        systemNamed(name, config),
      ])
      const keys = keysOf(name, config)
      if (key) {
        for (const [variable, value] of Object.entries(keys)) {
          if (value !== undefined) console.log(`${variable}=${JSON.stringify(value)}`)
        }
        return
      }
      const environment = {
        ...env,
        ISTHMUS_DATA: config.data,
        ISTHMUS_TIME_ZONE: config.timeZone,
        ISTHMUS_FISCAL_YEAR_START_MONTH: String(config.fiscalYearStartMonth),
        ...keys,
        ISTHMUS_MAPPING: config.system(name).mapping?.toString() ?? env['ISTHMUS_MAPPING'],
        ISTHMUS_SUBGRAPH_BOUND: String(config.system(name).bindRequests ?? false),
        PORT: port ?? env['PORT'],
      }
      await runSubgraph(
        await loadDefinition(name, entry.schemaFile),
        environment,
        onServers({ crosswalk: config.crosswalk }),
      )
    })

/** The subgraph's end of its key, as its environment names it. */
function keysOf(name: string, config: Config) {
  const secret =
    config.internalSecret ?? (config.mode === 'demo' ? demoSecret(config.data) : undefined)
  const key = signingKey(name, config, secret)
  if (key === undefined) throw keyMissing(name)
  return {
    ISTHMUS_SUBGRAPH_SECRET: key.algorithm === 'HS256' ? key.secret : undefined,
    ISTHMUS_SUBGRAPH_PUBLIC_KEY:
      key.algorithm === 'ES256'
        ? createPublicKey(key.privateKey).export({ type: 'spki', format: 'pem' }).toString()
        : undefined,
  }
}
