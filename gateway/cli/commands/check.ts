/** `isthmus check`: what changed in the API since the committed supergraph. */
import { readFileSync } from 'node:fs'
import { CriticalityLevel, diff, type Change } from '@graphql-inspector/core'
import { Command } from 'commander'
import { readConfig, type Environment } from '../../config.ts'
import { platformName, platformSdl } from '../../platform/platform.ts'
import { composeSupergraph } from '../../supergraph/compose.ts'
import { createGeneration } from '../../supergraph/generation.ts'
import { supergraphFiles } from './compose.ts'

const levels = [
  [CriticalityLevel.Breaking, 'breaking'],
  [CriticalityLevel.Dangerous, 'dangerous'],
  [CriticalityLevel.NonBreaking, 'safe'],
] as const

export const checkCommand = (env: Environment): Command =>
  new Command('check')
    .description('Compare the composed schema with the committed one: breaking, dangerous, safe.')
    .option('--json', 'print the changes as JSON')
    .addHelpText(
      'after',
      '\nExits with 1 when a change is breaking.\n\nExample:\n  npm run --silent isthmus -- check --json',
    )
    .action(async ({ json }: { json?: boolean }) => {
      const { supergraph } = readConfig(env)
      const own = [{ name: platformName, sdl: platformSdl() }]
      const changes = await diff(
        createGeneration(readFileSync(supergraphFiles.isthmus, 'utf8')).apiSchema,
        createGeneration(composeSupergraph(supergraph, own).supergraphSdl).apiSchema,
      )
      if (json === true) console.log(JSON.stringify(changes.map(lineOf), null, 2))
      else printChanges(changes)
      if (changes.some(({ criticality }) => criticality.level === CriticalityLevel.Breaking)) {
        process.exitCode = 1
      }
    })

const lineOf = ({ criticality, message, path }: Change) => ({
  level: levels.find(([level]) => level === criticality.level)?.[1] ?? 'safe',
  message,
  path: path ?? null,
})

function printChanges(changes: readonly Change[]): void {
  if (changes.length === 0) console.log('Nothing changed.')
  for (const [level, name] of levels) {
    const found = changes.filter(({ criticality }) => criticality.level === level)
    if (found.length > 0) console.log(`${name}: ${found.length}`)
    for (const { message } of found) console.log(`  ${message}`)
  }
}
