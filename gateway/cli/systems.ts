/** The systems of supergraph.yaml for commands that work on one of them. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import type { Relations } from '#shared/relations.ts'
import type { Config } from '../config.ts'
import { moduleExtension } from '../module-extension.ts'
import type { SubgraphEntry } from '../supergraph/compose.ts'

/** The entry of that name; throws NOT_FOUND with those that there are. */
export async function systemNamed(
  name: string,
  { supergraph }: Pick<Config, 'supergraph'>,
): Promise<SubgraphEntry> {
  const { readSupergraphFile } = await import('../supergraph/compose.ts')
  const entries = readSupergraphFile(supergraph)
  const entry = entries.find((each) => each.name === name)
  if (entry !== undefined) return entry
  const known = entries.map((each) => each.name).join(', ')
  throw new AppError('NOT_FOUND', `There is no system "${name}"; there are ${known}.`)
}

export interface DeclaredSystem {
  readonly name: string
  /** Where its schema and its mappings are. */
  readonly folder: string
  readonly schemaFile: string
  /** Of all its databases. */
  readonly relations: Relations
}

/** All systems that run in this process: what another one declares is known to nobody here. */
export async function declaredSystems(config: Config): Promise<readonly DeclaredSystem[]> {
  const { readSupergraphFile } = await import('../supergraph/compose.ts')
  const inProcess = readSupergraphFile(config.supergraph).filter(({ schemaFile }) =>
    existsSync(join(dirname(schemaFile), `subgraph${moduleExtension}`)),
  )
  return Promise.all(inProcess.map(({ name }) => declaredSystem(name, config)))
}

/** What a system declares that its mappings must yield. */
export async function declaredSystem(name: string, config: Config): Promise<DeclaredSystem> {
  const { schemaFile } = await systemNamed(name, config)
  const { loadDefinition } = await import('../sources/in-process.ts')
  const { databases } = await loadDefinition(name, schemaFile)
  const relations: Relations = Object.fromEntries(
    Object.values(databases).flatMap((database) => Object.entries(database.relations)),
  )
  return { name, folder: dirname(schemaFile), schemaFile, relations }
}
