/** Where the mappings of a system are. Loads nothing, so that who has none pays for none. */
import { join, resolve } from 'node:path'

export interface MappingPlace {
  /** The folder with `source.yaml`. */
  readonly folder: string
  /** What `${NAME}` in its files means. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The folder of a mapping that is named: in the system's own folder, or a path where it has a slash. */
export const mappingFolder = (mapping: string, system: string): string =>
  mapping.includes('/') ? resolve(mapping) : join(system, 'mappings', mapping)
