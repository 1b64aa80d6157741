/**
 * The databases of the gateway's own that configuration may move: each is a file of the data folder, or
 * the PostgreSQL of the key of its name.
 */
import { join } from 'node:path'
import { readOwnAddress, type OwnPlace } from '#shared/own/address.ts'
import type { Yaml } from './reader.ts'

const files = { store: 'isthmus.sqlite', crosswalk: 'identity.sqlite' } as const

export type OwnName = keyof typeof files

export const ownFile = (name: OwnName, data: string): string => join(data, files[name])

export interface OwnFolders {
  readonly data: string
  /** What the path of a certificate is relative to. */
  readonly config: string
}

/** A key that names a variable without a value is a problem, and does not mean the file. */
export function readOwnPlace(
  name: OwnName,
  yaml: Yaml,
  { data, config }: OwnFolders,
  problems: string[],
): OwnPlace {
  const file = { kind: 'sqlite', file: ownFile(name, data) } as const
  if (!Object.hasOwn(yaml, name)) return file
  return readOwnAddress({ name, value: yaml[name], folder: config }, problems) ?? file
}
