/**
 * The databases of a subgraph that reads a company's own database through mappings. One of which the
 * mappings have nothing stays an embedded file. Must not know a business noun.
 */
import type { Kysely } from 'kysely'
import { dateIn } from './calendar.ts'
import {
  calendarOf,
  openFile,
  type DatabasesOptions,
  type Declarations,
  type LazyDatabases,
  type LimitedDatabase,
} from './databases.ts'
import type { DatabaseDeclaration, EmbeddedDatabase } from './embedded.ts'
import type { AnyDatabase, Relations } from './relations.ts'
import { selectOnly } from './select-only.ts'
import type { MappingPlace } from './sources/mapping-place.ts'
import { mappingSetIn, type MappingSet } from './sources/mapping-set.ts'
import { openSource } from './sources/open-source.ts'

export interface MappedOptions extends DatabasesOptions {
  readonly mapping: MappingPlace
  readonly onError?: ((error: unknown) => void) | undefined
}

/** Throws MAPPING_INVALID where the mappings themselves are wrong. */
export function mappedDatabases(
  { name: system, databases: declarations }: { name: string; databases: Declarations },
  options: MappedOptions,
): LazyDatabases {
  const { mapping, timeZone, onError } = options
  const relations = Object.assign(
    {},
    ...Object.values(declarations).map((each) => each.relations),
  ) as Relations
  const set = mappingSetIn(mapping.folder, { relations, env: mapping.env })
  const source = openSource({ system, set, timeZone })
  const kept = keptFiles(options)
  const databases = Object.fromEntries(
    Object.entries(declarations).map(([name, declaration]): [string, LimitedDatabase] => [
      name,
      isMapped(declaration, set, declarations)
        ? {
            limitedTo: (scope) =>
              source.limitedTo({ name, relations: declaration.relations }, scope),
          }
        : kept.database(name, declaration),
    ]),
  )
  const today = () => set.asOf ?? options.today?.() ?? dateIn(timeZone, new Date())
  return {
    open: () => ({ databases, calendar: calendarOf(options, today()) }),
    [Symbol.dispose]: () => {
      kept[Symbol.dispose]()
      source[Symbol.asyncDispose]().then(undefined, (error: unknown) => onError?.(error))
    },
  }
}

/** A database of which the mappings have nothing stays ours, such as the crosswalk. */
const isMapped = (
  { relations }: DatabaseDeclaration,
  { mappings }: MappingSet,
  all: Declarations,
) => Object.keys(all).length === 1 || Object.keys(relations).some((name) => mappings.has(name))

/** A file that could not be opened is tried again after this, in milliseconds. */
const openAgainAfterMs = 1_000

/** The embedded files that a mapped system still has: one that is missing fails only what reads it. */
function keptFiles(options: DatabasesOptions) {
  const files: EmbeddedDatabase<Relations>[] = []

  function database(name: string, declaration: DatabaseDeclaration): LimitedDatabase {
    let file: EmbeddedDatabase<Relations> | null = null
    let [failure, failedAt]: [unknown, number] = [null, -Infinity]
    const open = (): EmbeddedDatabase<Relations> => {
      if (file !== null) return file
      if (performance.now() - failedAt < openAgainAfterMs) throw failure
      try {
        file = openFile(name, declaration, options)
      } catch (error) {
        ;[failure, failedAt] = [error, performance.now()]
        throw error
      }
      files.push(file)
      return file
    }
    return {
      limitedTo: (scope) => {
        try {
          return open().limitedTo(scope)
        } catch (error) {
          return failing(error)
        }
      },
    }
  }

  return {
    database,
    [Symbol.dispose]: () => {
      for (const file of files) file[Symbol.dispose]()
    },
  }
}

/** Every statement fails. */
const failing = (error: unknown): Kysely<AnyDatabase> =>
  selectOnly({
    compile: (query, queryId) => ({ query, queryId, sql: '', parameters: [] }),
    run: async () => {
      throw error
    },
  })
