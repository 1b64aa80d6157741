/**
 * The databases of a subgraph as its requests get them, and the embedded ones: opened when they are
 * first needed and again after a failure. Must not know a business noun, nor load what only a company's
 * own database needs: that is `mapped-databases.ts`.
 */
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { createCalendar, type Calendar } from './calendar.ts'
import { openEmbedded, type DatabaseDeclaration, type EmbeddedDatabase } from './embedded.ts'
import type { AnyDatabase, Relations } from './relations.ts'
import type { StatementScope } from './select-only.ts'

export interface DatabasesOptions {
  /** The folder of the embedded database files. */
  readonly data: string
  readonly timeZone: string
  /** 1 to 12. */
  readonly fiscalYearStartMonth: number
  readonly today?: (() => string) | undefined
}

export interface LimitedDatabase {
  /** `source` is one of the names of `OpenDatabases`, or null for all of them. */
  limitedTo(scope: StatementScope, source: string | null): Kysely<AnyDatabase>
}

export interface OpenDatabases {
  readonly databases: Readonly<Record<string, LimitedDatabase>>
  /** The names of the system's sources; none where it has one without a name. */
  readonly sources: readonly string[]
  readonly calendar: Calendar
}

export interface LazyDatabases extends Disposable {
  /** Throws an AppError that says what is wrong with an embedded one. */
  open(): OpenDatabases
}

export type Declarations = Readonly<Record<string, DatabaseDeclaration>>

type Embedded = Readonly<Record<string, EmbeddedDatabase<Relations>>>

interface OpenEmbedded extends OpenDatabases {
  readonly databases: Embedded
}

export function embeddedDatabases(
  declarations: Declarations,
  options: DatabasesOptions,
): LazyDatabases {
  let opened: OpenEmbedded | null = null
  const open = (): OpenEmbedded => {
    if (opened !== null) return opened
    const databases = openAll(declarations, options)
    const [first] = Object.values(databases)
    const today = options.today ?? (() => first?.meta.asOf ?? '')
    opened = { databases, sources: [], calendar: calendarOf(options, today()) }
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
      closeAll(opened?.databases ?? {})
      opened = null
    },
  }
}

function openAll(declarations: Declarations, options: DatabasesOptions): Embedded {
  const files: Record<string, EmbeddedDatabase<Relations>> = {}
  try {
    for (const [name, declaration] of Object.entries(declarations)) {
      files[name] = openFile(name, declaration, options)
    }
    return files
  } catch (error) {
    closeAll(files)
    throw error
  }
}

function closeAll(files: Embedded): void {
  for (const file of Object.values(files)) file[Symbol.dispose]()
}

/** An embedded database of the data folder; each way it can be wrong has its own code. */
export const openFile = (
  name: string,
  declaration: DatabaseDeclaration,
  { data }: Pick<DatabasesOptions, 'data'>,
): EmbeddedDatabase<Relations> => openEmbedded(name, join(data, `${name}.sqlite`), declaration)

export const calendarOf = (
  { timeZone, fiscalYearStartMonth }: DatabasesOptions,
  today: string,
): Calendar => createCalendar({ today, timeZone, fiscalYearStartMonth })
