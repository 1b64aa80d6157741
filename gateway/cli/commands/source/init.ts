/** `isthmus source init`: looks into a database and proposes a mapping set for it. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { Command } from 'commander'
import { AppError } from '#shared/errors.ts'
import { openConnection } from '#shared/sources/open-connection.ts'
import { readConfig, type Environment } from '../../../config.ts'
import { declaredSystem } from '../../systems.ts'
import { addressGiven, databaseName, type GivenAddress } from './address.ts'

interface Options {
  readonly url: string
  readonly system: string
  readonly name?: string
  readonly out?: string
  readonly force?: boolean
}

export const initSourceCommand = (env: Environment): Command =>
  new Command('init')
    .description(
      'Look into a database and propose mappings for a system. Only reads; columns that look like secrets are left out.',
    )
    .requiredOption('--url <address>', 'postgresql://…, mysql://… or the path of a SQLite file')
    .requiredOption('--system <name>', 'the system of supergraph.yaml that it is')
    .option('--name <name>', 'what the mapping set is called; left out, as the database')
    .option('--out <folder>', 'where the files go, instead of mappings/<name>/ of the system')
    .option('--force', 'write over files that are there')
    .addHelpText(
      'after',
      '\nExample:\n  npm run --silent isthmus -- source init --url postgresql://reader:secret@db.example.com/shop --system erp',
    )
    .action(async (options: Options) => {
      const config = readConfig(env)
      const system = await declaredSystem(options.system, config)
      const given = addressGiven(options.url)
      const name = options.name ?? databaseName(given)
      const folder =
        options.out === undefined ? join(system.folder, 'mappings', name) : resolve(options.out)
      const [
        { catalogueOf },
        { endless, statementTimeoutMs },
        { propose },
        { filesOf, summaryOf },
      ] = await Promise.all([
        import('#shared/sources/catalogue.ts'),
        import('./opened.ts'),
        import('./propose/propose.ts'),
        import('./propose/files.ts'),
      ])
      await using connection = await openConnection(
        { ...given, csvFolder: null, statementTimeoutMs, pool: { max: 1 }, tls: undefined },
        { system: system.name, timeZone: config.timeZone },
      )
      const { kind } = connection
      const proposal = await propose({
        system: system.name,
        relations: system.relations,
        kind,
        catalogue: catalogueOf(connection, endless),
        onProgress: (text) => {
          console.error(text)
        },
      })
      const variable = `${system.name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}_DATABASE_URL`
      const address = given.file === null ? `\${${variable}}` : pathFrom(folder, given.file)
      const files = filesOf(proposal, { system: system.name, name, kind, address })
      write(folder, files, options.force === true)
      for (const line of summaryOf(proposal)) console.log(line)
      console.error(
        nextSteps({ folder, given, variable, system: system.name, systemFolder: system.folder }),
      )
    })

/** All or nothing: a file that somebody wrote is not lost. */
function write(folder: string, files: ReadonlyMap<string, string>, isForced: boolean): void {
  const there = [...files.keys()].filter((file) => existsSync(join(folder, file)))
  if (there.length > 0 && !isForced) {
    throw new AppError(
      'BAD_USER_INPUT',
      `There are files already in ${folder}: ${there.join(', ')}. Give another --out or --name, or --force to write over them.`,
    )
  }
  mkdirSync(folder, { recursive: true })
  for (const [file, content] of files) writeFileSync(join(folder, file), content)
}

/** As YAML: quoted, since a path may hold anything. */
const pathFrom = (folder: string, file: string): string => JSON.stringify(relative(folder, file))

interface Next {
  readonly folder: string
  readonly given: GivenAddress
  readonly variable: string
  readonly system: string
  readonly systemFolder: string
}

function nextSteps({ folder, given, variable, system, systemFolder }: Next): string {
  const isOwn = dirname(folder) === join(systemFolder, 'mappings')
  const mapping = isOwn ? basename(folder) : folder
  return [
    '',
    `Written to ${folder}. What is commented out was not sure: decide, then look at it with`,
    ...(given.url === null ? [] : [`  export ${variable}='the address again'`]),
    `  npm run --silent isthmus -- source check --system ${system} --mapping ${mapping}`,
  ].join('\n')
}
