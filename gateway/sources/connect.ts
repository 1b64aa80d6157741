/**
 * Connects the subgraphs of a generation: in this process or over HTTP, by configuration alone.
 */
import type { SubgraphOptions } from '#shared/open.ts'
import type { Config } from '../config.ts'
import type { SubgraphEntry } from '../supergraph/compose.ts'
import { httpSource } from './http.ts'
import { inProcessSource } from './in-process.ts'
import type { Source } from './source.ts'

/** Where a subgraph is: supergraph.yaml knows its schema file, a bare supergraph only its address. */
export type Place = Pick<SubgraphEntry, 'name' | 'url'> & { readonly schemaFile?: string }

export interface ConnectOptions {
  readonly config: Config
  readonly secret: string | undefined
  readonly subgraphOptions: SubgraphOptions
}

export async function connect(
  { name, url, schemaFile }: Place,
  { config, secret, subgraphOptions }: ConnectOptions,
): Promise<Source> {
  const system = config.system(name)
  if (schemaFile !== undefined && system.source === 'in-process') {
    return inProcessSource({ ...subgraphOptions, name, schemaFile })
  }
  return httpSource({ name, url: system.url ?? url, secret, speaks: schemaFile !== undefined })
}
