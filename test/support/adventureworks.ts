/**
 * The whole graph in this process over AdventureWorks, by its mapping sets:
 * `await using graph = await openAdventureWorks()`.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { ExecutionResult } from 'graphql'
import { parse } from 'yaml'
import { createApp, type App } from '../../gateway/app.ts'
import { readConfig } from '../../gateway/config.ts'
import { noLog } from '../../gateway/log.ts'
import { readLibrary } from '../../gateway/reports/library.ts'
import { demoIdentities } from '../../gateway/tokens/demo.ts'
import { systems, unpack, variableOf, type System } from '../fixtures/adventureworks/unpack.ts'

export type SqlRow = Readonly<Record<string, string | number | null>>

export interface AdventureWorks extends AsyncDisposable {
  readonly app: App
  /** By default an administrator asks. */
  ask(document: string, options?: AskOptions): Promise<ExecutionResult>
  /** Plain SQL over the original tables of a system, past everything of ours. */
  readonly sql: (
    system: System,
    statement: string,
    ...parameters: SQLInputValue[]
  ) => readonly SqlRow[]
}

export interface AskOptions {
  readonly variables?: Readonly<Record<string, unknown>>
  readonly subject?: string
}

export interface AdventureWorksOptions {
  /** Where the files are unpacked. */
  readonly folder?: string
  /** Instead of the SQLite file: the mapping set of a system, and the address of its database. */
  readonly servers?: Partial<Record<System, { readonly set: string; readonly url: string }>>
}

const fixture = join(import.meta.dirname, '../fixtures/adventureworks')

export async function openAdventureWorks({
  folder = join(tmpdir(), 'isthmus-adventureworks'),
  servers = {},
}: AdventureWorksOptions = {}): Promise<AdventureWorks> {
  const files = unpack(folder)
  const data = mkdtempSync(join(tmpdir(), 'isthmus-adventureworks-data-'))
  const mappings = systems.map((system) => {
    const set = join(fixture, 'mappings', system, servers[system]?.set ?? 'sqlite')
    return `  ${system}: { mapping: ${relative(data, set)} }`
  })
  const config = join(data, 'config.yaml')
  writeFileSync(
    config,
    `timeZone: America/Los_Angeles\nfiscalYearStartMonth: 1\nsystems:\n${mappings.join('\n')}\n`,
  )
  const environment = Object.fromEntries(
    systems.flatMap((system) => [
      [variableOf(system, 'FILE'), files[system]],
      [variableOf(system, 'URL'), servers[system]?.url],
    ]),
  )
  const read = readConfig({
    ...environment,
    ISTHMUS_DATA: data,
    ISTHMUS_CONFIG: config,
    PORT: '0',
  })
  const app = await createApp({ ...read, policy: readConfig({}).policy }, { log: noLog })
  const open = new Map<System, DatabaseSync>()
  return {
    app,
    ask: async (document, { variables = {}, subject = demoIdentities.admin.subject } = {}) => {
      const principal = await app.principalFor({ subject, groups: ['isthmus-sales'] })
      const result = await app.execute({ document, variables }, principal)
      return JSON.parse(JSON.stringify(result)) as ExecutionResult // as a client gets it
    },
    sql: (system, statement, ...parameters) => {
      const database = open.get(system) ?? new DatabaseSync(files[system], { readOnly: true })
      open.set(system, database)
      return database.prepare(statement).all(...parameters) as unknown as readonly SqlRow[] // no blobs
    },
    [Symbol.asyncDispose]: async () => {
      for (const database of open.values()) database.close()
      await app[Symbol.asyncDispose]()
      rmSync(data, { recursive: true })
    },
  }
}

export interface AskedQuestion extends AskOptions {
  readonly name: string
  readonly title: string
  readonly operation: string
}

/** The twenty questions as they are asked of AdventureWorks. */
export function adventureWorksQuestions(): readonly AskedQuestion[] {
  const asked = parse(readFileSync(join(fixture, 'questions.yaml'), 'utf8')) as Readonly<
    Record<string, AskOptions>
  > // our own file; a name that is missing is told below
  return readLibrary().map(({ name, title, operation }) => {
    const options = asked[name]
    if (options === undefined) throw new Error(`questions.yaml has no "${name}"`)
    return { name, title, operation, ...options }
  })
}
