/** `isthmus compose`: writes the two committed supergraphs, or says that they are stale. */
import { readFileSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { AppError } from '#shared/errors.ts'
import { readConfig, type Environment } from '../../config.ts'

export const composeCommand = (env: Environment): Command =>
  new Command('compose')
    .description('Compose the systems of supergraph.yaml and write the committed supergraphs.')
    .option('--check', 'write nothing; exit with 1 when a committed supergraph is stale')
    .addHelpText('after', '\nExample:\n  npm run --silent isthmus -- compose --check')
    .action(async ({ check }: { check?: boolean }) => {
      const { supergraph } = readConfig(env)
      const [
        { composeSupergraph, supergraphFiles, supergraphHeader },
        { platformName, platformSdl },
      ] = await Promise.all([
        import('../../supergraph/compose.ts'),
        import('../../platform/schema.ts'),
      ])
      const own = [{ name: platformName, sdl: platformSdl() }]
      const composed = [
        [supergraphFiles.systems, [], composeSupergraph(supergraph)] as const,
        [supergraphFiles.isthmus, own, composeSupergraph(supergraph, own)] as const,
      ]
      for (const hint of new Set(composed.flatMap(([, , { hints }]) => hints)))
        console.error(`hint: ${hint}`)
      for (const [file, added, { supergraphSdl, subgraphs }] of composed) {
        const sdl = `${supergraphHeader(subgraphs, added)}${supergraphSdl}\n`
        if (check !== true) writeFileSync(file, sdl)
        else if (contentOf(file) !== sdl) {
          throw new AppError(
            'SUPERGRAPH_INVALID',
            'A committed supergraph is stale. Run: npm run compose',
          )
        }
      }
      console.log(check === true ? 'The committed supergraphs are fresh.' : 'Composed.')
    })

function contentOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null // not there is as stale as different
  }
}
