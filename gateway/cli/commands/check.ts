/** `isthmus check`: what changed in the API since the committed supergraph. */
import { readFileSync } from 'node:fs'
import type { Change } from '@graphql-inspector/core'
import { Command } from 'commander'
import { parse } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { readConfig, type Environment } from '../../config.ts'
import { supergraphFiles } from '../../supergraph/compose.ts'

/** The words of the inspector → ours, the worst first. */
const levels = [
  ['BREAKING', 'breaking'],
  ['DANGEROUS', 'dangerous'],
  ['NON_BREAKING', 'safe'],
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
      const [{ diff }, { composeSupergraph }, { apiSchemaOf }, { platformName, platformSdl }] =
        await Promise.all([
          import('@graphql-inspector/core'),
          import('../../supergraph/compose.ts'),
          import('../../supergraph/api-schema.ts'),
          import('../../platform/schema.ts'),
        ])
      const own = [{ name: platformName, sdl: platformSdl() }]
      const changes = await diff(
        apiSchemaOf(parse(committed())),
        apiSchemaOf(parse(composeSupergraph(supergraph, own).supergraphSdl)),
      )
      if (json === true) console.log(JSON.stringify(changes.map(lineOf), null, 2))
      else printChanges(changes)
      if (changes.some(({ criticality }) => criticality.level === 'BREAKING')) {
        process.exitCode = 1
      }
    })

function committed(): string {
  try {
    return readFileSync(supergraphFiles.isthmus, 'utf8')
  } catch (cause) {
    throw new AppError(
      'SUPERGRAPH_INVALID',
      'There is no committed supergraph to compare with. Run: npm run compose',
      { cause },
    )
  }
}

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
