/**
 * Loads a supergraph from the configured file: supergraph.yaml is composed, with the gateway's own
 * schema added, unless the committed supergraph was made from just that; a `.graphql` file is a
 * supergraph already and is taken as it is.
 */
import { readFileSync } from 'node:fs'
import { AppError } from '#shared/errors.ts'
import type { Place } from '../sources/connect.ts'
import { committedOrComposed, type OwnSubgraph } from './compose.ts'
import { createGeneration, type Generation } from './generation.ts'

export interface Loaded {
  readonly generation: Generation
  readonly places: readonly Place[]
}

export function loadSupergraph(path: string, own: readonly OwnSubgraph[]): Loaded {
  if (path.endsWith('.graphql')) {
    const generation = createGeneration(readSdl(path))
    return { generation, places: generation.services }
  }
  const { supergraphSdl, subgraphs } = committedOrComposed(path, own)
  return { generation: createGeneration(supergraphSdl), places: subgraphs }
}

function readSdl(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new AppError('SUPERGRAPH_INVALID', `${path}: the file cannot be read.`, { cause })
  }
}
