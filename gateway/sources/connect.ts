/**
 * Connects the subgraphs of a generation: in this process or over HTTP, by configuration alone.
 */
import { dirname } from 'node:path'
import { dateIn } from '#shared/calendar.ts'
import type { MappableOptions } from '#shared/open.ts'
import { onServers } from '#shared/own/address.ts'
import { mappingFolder, type MappingPlace } from '#shared/sources/mapping-place.ts'
import type { Config, Environment } from '../config.ts'
import type { Log } from '../log.ts'
import type { SubgraphEntry } from '../supergraph/compose.ts'
import { httpSource } from './http.ts'
import { inProcessSource } from './in-process.ts'
import { keyMissing, signingKey } from './internal-keys.ts'
import type { Source } from './source.ts'

/** Where a subgraph is: supergraph.yaml knows its schema file, a bare supergraph only its address. */
export type Place = Pick<SubgraphEntry, 'name' | 'url'> & { readonly schemaFile?: string }

export interface ConnectOptions {
  readonly config: Config
  /** The gateway's secret, from which those of the systems are made. */
  readonly secret: string | undefined
  readonly log: Log
}

export async function connect(
  { name, url, schemaFile }: Place,
  { config, secret, log }: ConnectOptions,
): Promise<Source> {
  const system = config.system(name)
  if (schemaFile !== undefined && system.source === 'in-process') {
    const mappings = [system.mapping ?? []]
      .flat()
      .map((each) => mappingPlace(each, schemaFile, config.env))
    return inProcessSource({ ...subgraphOptions(config, log), name, schemaFile, mappings })
  }
  const key = signingKey(name, config, secret)
  const isOurs = schemaFile !== undefined
  if (key === undefined && isOurs && config.mode === 'production' && !config.noAuth)
    throw keyMissing(name)
  const { bindRequests = false, url: address = url } = system
  return httpSource({ name, url: address, key, bindRequests, speaks: isOurs })
}

const mappingPlace = (mapping: string, schemaFile: string, env: Environment): MappingPlace => ({
  folder: mappingFolder(mapping, dirname(schemaFile)),
  env,
})

const subgraphOptions = (config: Config, log: Log): MappableOptions => ({
  data: config.data,
  timeZone: config.timeZone,
  fiscalYearStartMonth: config.fiscalYearStartMonth,
  own: onServers({ crosswalk: config.crosswalk }),
  onError: (error) => log.error({ err: error }, 'subgraph'),
  ...(config.mode === 'production' ? { today: () => dateIn(config.timeZone, new Date()) } : {}),
})
