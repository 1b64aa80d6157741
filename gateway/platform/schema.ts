/** The schema of the gateway's own small subgraph, for whoever composes it with those of the systems. */
import { readFileSync } from 'node:fs'
import type { OwnSubgraph } from '../supergraph/compose.ts'
import { isBare } from '../supergraph/read.ts'

export const platformName = 'platform'

export const platformSchema = new URL('./schema.graphql', import.meta.url)

export const platformSdl = (): string => readFileSync(platformSchema, 'utf8')

/** What is composed with the systems of a file: nothing where it is a supergraph already. */
export const ownSubgraphs = (supergraph: string): readonly OwnSubgraph[] =>
  isBare(supergraph) ? [] : [{ name: platformName, sdl: platformSdl() }]
