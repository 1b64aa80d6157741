/** `isthmus source sample`: some rows of a relation as the graph would see them. */
import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { AppError } from '#shared/errors.ts'
import { looksSecret } from '#shared/sources/secrets.ts'
import type { Environment } from '../../../config.ts'
import type { Named } from './opened.ts'

const sampledRows = 10

export const sampleSourceCommand = (env: Environment): Command =>
  new Command('sample')
    .description(
      'Print ten rows of a relation as the graph would see them; sensitive values are masked.',
    )
    .argument('<relation>', 'the relation')
    .requiredOption('--system <name>', 'the system of supergraph.yaml')
    .option('--mapping <name>', 'the mapping set, or its folder; left out, the configured one')
    .addHelpText(
      'after',
      '\nExample:\n  npm run --silent isthmus -- source sample sales_order --system erp --mapping shop',
    )
    .action(async (name: string, options: Named) => {
      const [{ openMapping }, { openSource }, { asGraph, readRows }, { sensitiveColumns }] =
        await Promise.all([
          import('./opened.ts'),
          import('#shared/sources/open-source.ts'),
          import('./check/reading.ts'),
          import('./sensitive.ts'),
        ])
      await using opened = await openMapping(options, env)
      const { system, set, timeZone, connection } = opened
      const relation = system.relations[name]
      if (relation === undefined) {
        const known = Object.keys(system.relations).join(', ')
        throw new AppError(
          'NOT_FOUND',
          `"${name}" is no relation of ${system.name}; there are ${known}.`,
        )
      }
      await using source = openSource({
        system: system.name,
        set,
        timeZone,
        connect: () =>
          Promise.resolve({ ...connection, [Symbol.asyncDispose]: () => Promise.resolve() }),
      })
      const masked = sensitiveColumns(name, relation, readFileSync(system.schemaFile, 'utf8'))
      const rows = await readRows(asGraph(source, opened), name, relation, sampledRows)
      for (const row of rows) {
        const shown = [...row]
          .filter(([column]) => !looksSecret(column))
          .map(([column, read]) => [
            column,
            'error' in read
              ? `ERROR: ${read.error}`
              : masked.has(column) && read.value !== null
                ? '•••'
                : read.value,
          ])
        console.log(JSON.stringify(Object.fromEntries(shown)))
      }
      if (rows.length === 0) console.error(`${name} has no rows.`)
    })
