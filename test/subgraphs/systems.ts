/**
 * The systems as they lie in the repository: every folder of `subgraphs/` but the shared part and
 * the generator. Nothing here names one, so a fifth system is covered as soon as its folder exists.
 */
import { readdirSync, readFileSync } from 'node:fs'
import type { SubgraphDefinition } from '#shared/subgraph.ts'

const root = new URL('../../subgraphs/', import.meta.url)
const notSystems = new Set(['shared', 'demo'])

export interface System {
  readonly name: string
  readonly folder: URL
  readonly files: readonly string[]
}

export const systems: readonly System[] = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !notSystems.has(entry.name))
  .map(({ name }) => {
    const folder = new URL(`${name}/`, root)
    return { name, folder, files: readdirSync(folder).toSorted() }
  })

export const readShared = (file: string): string =>
  readFileSync(new URL(`shared/${file}`, root), 'utf8')

export const readFrom = (system: System, file: string): string =>
  readFileSync(new URL(file, system.folder), 'utf8')

/** What a module of a system exports, by name. */
export const exportsOf = async (
  system: System,
  file: string,
): Promise<Readonly<Record<string, unknown>>> => import(new URL(file, system.folder).href)

/** The definition that subgraph.ts exports. */
export async function definitionOf(system: System): Promise<SubgraphDefinition> {
  const { subgraph } = await exportsOf(system, 'subgraph.ts')
  return subgraph as SubgraphDefinition // asserted by shape.test.ts
}
