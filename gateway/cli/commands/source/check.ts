/** `isthmus source check`: every mapping of a set beside the database that it reads. */
import { Command, InvalidArgumentError } from 'commander'
import type { Environment } from '../../../config.ts'
import type { Named } from './opened.ts'

interface Options extends Named {
  readonly json?: boolean
  readonly minReferences: number
}

function percent(text: string): number {
  const value = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || value > 100)
    throw new InvalidArgumentError(`"${text}" is no number from 0 to 100.`)
  return value
}

export const checkSourceCommand = (env: Environment): Command =>
  new Command('check')
    .description(
      'Check a mapping set with its database: columns, types, keys, codes, references, plans, and that the account cannot write.',
    )
    .requiredOption('--system <name>', 'the system of supergraph.yaml')
    .option('--mapping <name>', 'the mapping set, or its folder; left out, the configured one')
    .option(
      '--min-references <percent>',
      'the least share of keys of other rows, in this and other systems, that must lead to one',
      percent,
      80,
    )
    .option('--json', 'print what was found as JSON')
    .addHelpText(
      'after',
      '\nExits with 1 when there is a problem. What was seen is kept for `source diff`.\n\nExample:\n  npm run --silent isthmus -- source check --system erp --mapping shop',
    )
    .action(async ({ json, minReferences, ...named }: Options) => {
      const [
        { openMapping },
        { openOtherSystems },
        { checkSource },
        { printReport, problemsIn },
        snapshots,
      ] = await Promise.all([
        import('./opened.ts'),
        import('./check/others.ts'),
        import('./check/run.ts'),
        import('./check/report.ts'),
        import('./snapshot.ts'),
      ])
      await using opened = await openMapping(named, env)
      await using others = await openOtherSystems(opened.config, env)
      const { report, tables, codes } = await checkSource(opened, {
        onProgress: (text) => {
          console.error(text)
        },
        others,
        leastPercent: minReferences,
      })
      if (json === true)
        console.log(JSON.stringify({ ...report, problems: problemsIn(report) }, null, 2))
      else printReport(report)
      if (problemsIn(report) > 0) process.exitCode = 1
      const file = snapshots.snapshotFile(opened.config.data, report.system, report.mapping)
      snapshots.writeSnapshot(file, snapshots.takeSnapshot(tables, codes))
    })
