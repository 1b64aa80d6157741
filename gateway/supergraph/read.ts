/**
 * Reads a supergraph from the configured file: supergraph.yaml is composed, with the gateway's own
 * schema added, unless the committed supergraph was made from just that; a `.graphql` file is a
 * supergraph already and is taken as it is.
 */
import { readFileSync } from 'node:fs'
import { AppError } from '#shared/errors.ts'
import type { Place } from '../sources/connect.ts'
import { committedOrComposed, type OwnSubgraph } from './compose.ts'

/** A supergraph before anything is made of it: plain data, which processes can hand to each other. */
export interface SupergraphText {
  readonly sdl: string
  /** Where the systems are; left out, where the supergraph says. */
  readonly places?: readonly Place[]
}

/** Whether the file is a supergraph already: another company's, without our own schema. */
export const isBare = (path: string): boolean => path.endsWith('.graphql')

export function readSupergraph(path: string, own: readonly OwnSubgraph[]): SupergraphText {
  if (isBare(path)) return { sdl: readSdl(path) }
  const { supergraphSdl, subgraphs } = committedOrComposed(path, own)
  return { sdl: supergraphSdl, places: subgraphs }
}

function readSdl(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new AppError('SUPERGRAPH_INVALID', `${path}: the file cannot be read.`, { cause })
  }
}
