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
import { mappingSetIn, mappingsInvalid, type MappingSet } from './sources/mapping-set.ts'
import { openSource, type NamedRelations } from './sources/open-source.ts'
import { overSeveral, type OneOfSeveral } from './sources/several-sources.ts'
import type { Problem } from './sources/yaml-file.ts'

export interface MappedOptions extends DatabasesOptions {
  /** One for each source; several have names, which are the prefixes of their ids. */
  readonly mappings: readonly MappingPlace[]
  readonly onError?: ((error: unknown) => void) | undefined
}

/** Throws MAPPING_INVALID where the mappings themselves are wrong. */
export function mappedDatabases(
  { name: system, databases: declarations }: { name: string; databases: Declarations },
  options: MappedOptions,
): LazyDatabases {
  const { timeZone, onError } = options
  const sets = mappingSets(declarations, options)
  const names = sets.flatMap(({ prefix }) => (prefix === null ? [] : [prefix]))
  const sources = sets.map((set): OneOfSeveral => {
    const called = sets.length === 1 ? system : `${system} ${set.prefix}`
    const source = openSource({ system: called, set, timeZone, names })
    return { name: set.prefix ?? '', set, source }
  })
  const limitedTo = (database: NamedRelations): LimitedDatabase['limitedTo'] => {
    const [only] = sources
    return only !== undefined && sources.length === 1
      ? (scope) => only.source.limitedTo(database, scope)
      : overSeveral(system, sources, database)
  }
  const kept = keptFiles(options)
  const databases = Object.fromEntries(
    Object.entries(declarations).map(([name, declaration]): [string, LimitedDatabase] => [
      name,
      isMapped(declaration, sets, declarations)
        ? { limitedTo: limitedTo({ name, relations: declaration.relations }) }
        : kept.database(name, declaration),
    ]),
  )
  const [{ asOf } = { asOf: null }] = sets
  const today = () => asOf ?? options.today?.() ?? dateIn(timeZone, new Date())
  return {
    open: () => ({ databases, sources: names, calendar: calendarOf(options, today()) }),
    [Symbol.dispose]: () => {
      kept[Symbol.dispose]()
      for (const { source } of sources) {
        source[Symbol.asyncDispose]().then(undefined, (error: unknown) => onError?.(error))
      }
    },
  }
}

function mappingSets(
  declarations: Declarations,
  { mappings }: Pick<MappedOptions, 'mappings'>,
): readonly MappingSet[] {
  const relations = Object.assign(
    {},
    ...Object.values(declarations).map((each) => each.relations),
  ) as Relations
  const sets = mappings.map(({ folder, env }) => mappingSetIn(folder, { relations, env }))
  const problems = sets.length > 1 ? problemsOfSeveral(sets) : []
  if (problems.length > 0) throw mappingsInvalid(problems)
  return sets
}

/** What several sources have to agree on, and in what they must differ. */
function problemsOfSeveral(sets: readonly MappingSet[]): readonly Problem[] {
  const problem = ({ name }: MappingSet, message: string): Problem => ({
    file: `${name}/source.yaml`,
    line: 1,
    message,
  })
  return sets.flatMap((set, at) => [
    ...(set.prefix === null
      ? [problem(set, 'prefix: a system with several sources needs one in each of them')]
      : sets.findIndex(({ prefix }) => prefix === set.prefix) < at
        ? [problem(set, `prefix: another source of the system is called "${set.prefix}"`)]
        : []),
    ...(set.asOf === sets[0]?.asOf
      ? []
      : [problem(set, 'asOf: the sources of a system have one business date')]),
  ])
}

/** A database of which the mappings have nothing stays ours, such as the crosswalk. */
const isMapped = (
  { relations }: DatabaseDeclaration,
  sets: readonly MappingSet[],
  all: Declarations,
) =>
  Object.keys(all).length === 1 ||
  Object.keys(relations).some((name) => sets.some(({ mappings }) => mappings.has(name)))

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
