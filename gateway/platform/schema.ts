/** The schema of the gateway's own small subgraph, for whoever composes it with those of the systems. */
import { readFileSync } from 'node:fs'
import type { OwnSubgraph } from '../supergraph/compose.ts'
import { isBare, readSupergraph, type SupergraphText } from '../supergraph/read.ts'

export const platformName = 'platform'

export const platformSchema = new URL('./schema.graphql', import.meta.url)

export const platformSdl = (): string => readFileSync(platformSchema, 'utf8')

/** The supergraph of a file, with our own schema in it: not where it is a supergraph already. */
export const readWithPlatform = (path: string): SupergraphText =>
  readSupergraph(path, ownSubgraphs(path))

const ownSubgraphs = (path: string): readonly OwnSubgraph[] =>
  isBare(path) ? [] : [{ name: platformName, sdl: platformSdl() }]
