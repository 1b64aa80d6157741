/**
 * The databases of a subgraph, opened when they are first needed and again after a failure: the
 * embedded files, or a company's own database through its mappings. Must not know a business noun.
 */
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { createCalendar, dateIn, type Calendar } from './calendar.ts'
import { openEmbedded, type DatabaseDeclaration, type EmbeddedDatabase } from './embedded.ts'
import { AppError } from './errors.ts'
import type { OwnAddresses } from './own/address.ts'
import { openOwnSource } from './own/reading.ts'
import type { AnyDatabase, Relations } from './relations.ts'
import { selectOnly, type StatementScope } from './select-only.ts'
import { mappingSetIn, type MappingSet } from './sources/mapping-set.ts'
import { openSource, type OpenSource } from './sources/open-source.ts'
import type { Environment } from './sources/yaml-file.ts'

/** Where the mappings of a system are, and what `${NAME}` in them means. */
export interface MappingPlace {
  /** The folder with `source.yaml`. */
  readonly folder: string
  readonly env: Environment
}

export interface DatabasesOptions {
  /** The folder of the embedded database files. */
  readonly data: string
  readonly timeZone: string
  /** 1 to 12. */
  readonly fiscalYearStartMonth: number
  readonly today?: (() => string) | undefined
  readonly mapping?: MappingPlace | undefined
  /** Where databases of Isthmus's own are; of those left out, in the data folder. */
  readonly own?: OwnAddresses | undefined
  readonly onError?: ((error: unknown) => void) | undefined
}

interface LimitedDatabase {
  limitedTo(scope: StatementScope): Kysely<AnyDatabase>
}

export interface OpenDatabases {
  readonly databases: Readonly<Record<string, LimitedDatabase>>
  readonly calendar: Calendar
}

export interface LazyDatabases extends Disposable {
  /** Throws an AppError that says what is wrong with an embedded one. */
  open(): OpenDatabases
}

type Declarations = Readonly<Record<string, DatabaseDeclaration>>

/** Throws MAPPING_INVALID where the mappings themselves are wrong. */
export function lazyDatabases(
  { name, databases }: { readonly name: string; readonly databases: Declarations },
  options: DatabasesOptions,
): LazyDatabases {
  const { mapping } = options
  return mapping === undefined
    ? embedded(databases, options)
    : mapped(name, databases, { ...options, mapping })
}

interface Opened extends OpenDatabases {
  readonly files: readonly EmbeddedDatabase<Relations>[]
}

function embedded(declarations: Declarations, options: DatabasesOptions): LazyDatabases {
  const shared = sharedDatabases(declarations, options)
  let opened: Opened | null = null
  const open = (): Opened => {
    if (opened !== null) return opened
    const files: Record<string, EmbeddedDatabase<Relations>> = {}
    try {
      for (const [name, declaration] of Object.entries(declarations)) {
        if (shared.databases.has(name)) continue
        files[name] = openEmbedded(name, fileOf(options, name), declaration)
      }
    } catch (error) {
      for (const file of Object.values(files)) file[Symbol.dispose]()
      throw error
    }
    const [first] = Object.values(files)
    const today = options.today ?? (() => first?.meta.asOf ?? '')
    opened = {
      files: Object.values(files),
      databases: { ...files, ...Object.fromEntries(shared.databases) },
      calendar: calendarOf(options, today()),
    }
    return opened
  }
  return {
    // Without a stored business date, today moves on while the files stay open.
    open: () => {
      const current = open()
      if (options.today === undefined || options.today() === current.calendar.today) return current
      opened = { ...current, calendar: calendarOf(options, options.today()) }
      return opened
    },
    [Symbol.dispose]: () => {
      shared[Symbol.dispose]()
      for (const file of opened?.files ?? []) file[Symbol.dispose]()
      opened = null
    },
  }
}

/** Isthmus's own databases that several machines share, by name: connected when they are first asked. */
function sharedDatabases(declarations: Declarations, { own = {}, onError }: DatabasesOptions) {
  const sources = new Map<string, OpenSource>()
  const databases = new Map<string, LimitedDatabase>()
  for (const [name, declaration] of Object.entries(declarations)) {
    const address = declaration.own === undefined ? undefined : own[declaration.own]
    if (declaration.own === undefined || address === undefined) continue
    const source = openOwnSource(address, { ...declaration, name: declaration.own })
    sources.set(name, source)
    databases.set(name, mappedDatabase(source, name, declaration))
  }
  return {
    databases,
    [Symbol.dispose]: () => {
      for (const source of sources.values())
        source[Symbol.asyncDispose]().then(undefined, (error: unknown) => onError?.(error))
    },
  }
}

function mapped(
  system: string,
  declarations: Declarations,
  options: DatabasesOptions & { readonly mapping: MappingPlace },
): LazyDatabases {
  const { mapping, timeZone, onError } = options
  const relations = Object.assign(
    {},
    ...Object.values(declarations).map((each) => each.relations),
  ) as Relations
  const set = mappingSetIn(mapping.folder, { relations, env: mapping.env })
  const source = openSource({ system, set, timeZone })
  const kept = keptFiles(declarations, options)
  const shared = sharedDatabases(declarations, options)
  const databases = Object.fromEntries(
    Object.entries(declarations).map(([name, declaration]): [string, LimitedDatabase] => [
      name,
      isMapped(declaration, set, declarations)
        ? mappedDatabase(source, name, declaration)
        : (shared.databases.get(name) ?? {
            limitedTo: (scope) => kept.limitedTo(name, scope),
          }),
    ]),
  )
  const today = () => set.asOf ?? options.today?.() ?? dateIn(timeZone, new Date())
  return {
    open: () => ({ databases, calendar: calendarOf(options, today()) }),
    [Symbol.dispose]: () => {
      kept[Symbol.dispose]()
      shared[Symbol.dispose]()
      source[Symbol.asyncDispose]().then(undefined, (error: unknown) => onError?.(error))
    },
  }
}

const mappedDatabase = (
  source: OpenSource,
  name: string,
  { relations }: DatabaseDeclaration,
): LimitedDatabase => ({
  limitedTo: (scope) => source.limitedTo({ name, relations }, scope),
})

/** A database of which the mappings have nothing stays ours, such as the crosswalk. */
const isMapped = (
  { relations }: DatabaseDeclaration,
  { mappings }: MappingSet,
  all: Declarations,
) => Object.keys(all).length === 1 || Object.keys(relations).some((name) => mappings.has(name))

/** The embedded files that a mapped system still has: one that is missing fails only what reads it. */
function keptFiles(declarations: Declarations, options: DatabasesOptions) {
  const files = new Map<string, EmbeddedDatabase<Relations>>()
  const fileFor = (name: string): EmbeddedDatabase<Relations> => {
    const known = files.get(name)
    if (known !== undefined) return known
    const declaration = declarations[name]
    if (declaration === undefined) throw new AppError('INTERNAL', `There is no database "${name}".`)
    const file = openEmbedded(name, fileOf(options, name), declaration)
    files.set(name, file)
    return file
  }
  return {
    limitedTo: (name: string, scope: StatementScope): Kysely<AnyDatabase> => {
      try {
        return fileFor(name).limitedTo(scope)
      } catch (error) {
        const fail = async (): Promise<never> => {
          throw error
        }
        return selectOnly({
          compile: (query, queryId) => ({ query, queryId, sql: '', parameters: [] }),
          run: fail,
        })
      }
    },
    [Symbol.dispose]: () => {
      for (const file of files.values()) file[Symbol.dispose]()
      files.clear()
    },
  }
}

const fileOf = ({ data }: DatabasesOptions, name: string): string => join(data, `${name}.sqlite`)

const calendarOf = (
  { timeZone, fiscalYearStartMonth }: DatabasesOptions,
  today: string,
): Calendar => createCalendar({ today, timeZone, fiscalYearStartMonth })
