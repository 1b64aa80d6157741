/** What the commands that work on a mapping set need: the system, the set, and its database. */
import { AppError } from '#shared/errors.ts'
import { catalogueOf, type Catalogue } from '#shared/sources/catalogue.ts'
import type { SourceConnection, StatementLimits } from '#shared/sources/connection.ts'
import { mappingFolder } from '#shared/sources/mapping-place.ts'
import { mappingsInvalid, readMappingSet, type MappingSet } from '#shared/sources/mapping-set.ts'
import { openConnection } from '#shared/sources/open-connection.ts'
import type { Problem } from '#shared/sources/yaml-file.ts'
import { readConfig, type Config, type Environment } from '../../../config.ts'
import { declaredSystem, type DeclaredSystem } from '../../systems.ts'

export interface Named {
  readonly system: string
  readonly mapping?: string
}

export interface OpenedSource extends AsyncDisposable {
  readonly config: Config
  readonly system: DeclaredSystem
  readonly set: MappingSet
  /** Of the files of the set, without the database. */
  readonly problems: readonly Problem[]
  readonly timeZone: string
  readonly connection: SourceConnection
  readonly catalogue: Catalogue
  readonly limits: StatementLimits
}

/** Looking into a database and counting its rows take longer than a statement of a request may. */
export const statementTimeoutMs = 60_000

/** Whoever runs a command ends it. */
export const endless: StatementLimits = {
  signal: new AbortController().signal,
  deadlineAt: Infinity,
}

/** Throws what makes it impossible to begin: no such system, mapping, or no source.yaml. */
export async function openMapping(named: Named, env: Environment): Promise<OpenedSource> {
  const config = readConfig(env)
  const system = await declaredSystem(named.system, config)
  const [mapping, ...more] = [named.mapping ?? config.system(named.system).mapping ?? []].flat()
  if (mapping === undefined || more.length > 0) {
    const which = mapping === undefined ? 'no mapping' : 'several mappings'
    throw new AppError(
      'BAD_USER_INPUT',
      `The configuration names ${which} for "${system.name}": give --mapping, a name or a folder.`,
    )
  }
  const folder = mappingFolder(mapping, system.folder)
  const { set, problems } = readMappingSet(folder, { relations: system.relations, env })
  if (set === null) throw mappingsInvalid(problems)
  const timeZone = set.timeZone ?? config.timeZone
  const connection = await openConnection(
    { ...set, statementTimeoutMs, pool: { max: 2 } },
    { system: system.name, timeZone },
  )
  return {
    config,
    system,
    set,
    problems,
    timeZone,
    connection,
    catalogue: catalogueOf(connection, endless),
    limits: endless,
    [Symbol.asyncDispose]: () => connection[Symbol.asyncDispose](),
  }
}

/** What a database said of a failure, for whoever runs the command; never for a client. */
export function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause !== undefined ? error.cause : error
  return inner instanceof Error ? inner.message.replaceAll(/\s+/g, ' ') : String(inner)
}
