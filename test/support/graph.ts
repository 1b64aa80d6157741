/**
 * The whole graph in this process over the demo data: every fetch and statement is counted.
 * `await using graph = await startGraph()`.
 */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { ExecutionResult } from 'graphql'
import type { Principal } from '#shared/principal.ts'
import { createApp, type App } from '../../gateway/app.ts'
import { readConfig, type Config } from '../../gateway/config.ts'
import { openLimits, type Limits } from '../../gateway/limits/limits.ts'
import { noLog } from '../../gateway/log.ts'
import { demoIdentities, type DemoIdentity } from '../../gateway/tokens/demo.ts'
import { demoData } from './demo-data.ts'

export interface GraphAnswer extends ExecutionResult {
  /** The systems asked, in the order their answers came. */
  readonly fetches: readonly string[]
  /** The statements that were run. */
  readonly statements: readonly string[]
}

export interface Graph extends AsyncDisposable {
  readonly app: App
  /** The folder of the databases; its own copy. */
  readonly data: string
  ask(
    document: string,
    options?: {
      variables?: Readonly<Record<string, unknown>>
      as?: DemoIdentity
      limits?: Limits
    },
  ): Promise<GraphAnswer>
  /** Plain SQL over one database, past everything of ours: what a test compares with. */
  sql(database: string, statement: string, ...parameters: SQLInputValue[]): readonly SqlRow[]
}

export type SqlRow = Readonly<Record<string, string | number | null>>

/** What somebody is answered whom no limit of questions stops, as a client gets it. */
export async function answerFor(
  { app }: Graph,
  principal: Principal,
  document: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<ExecutionResult> {
  const result = await app.execute({ document, variables }, principal, { limits: openLimits })
  return JSON.parse(JSON.stringify(result)) as ExecutionResult // as a client gets it
}

export interface GraphOptions {
  /** What differs from the configuration as it comes. */
  readonly config?: Partial<Config>
}

export async function startGraph({ config = {} }: GraphOptions = {}): Promise<Graph> {
  const data = mkdtempSync(join(tmpdir(), 'isthmus-test-'))
  cpSync(demoData(), data, { recursive: true })
  const app = await createApp(
    { ...readConfig({ ISTHMUS_DATA: data, PORT: '0' }), ...config },
    { log: noLog },
  )
  const files = new Map<string, DatabaseSync>()
  const open = (name: string) => {
    const known =
      files.get(name) ?? new DatabaseSync(join(data, `${name}.sqlite`), { readOnly: true })
    files.set(name, known)
    return known
  }
  return {
    app,
    data,
    ask: async (document, { variables = {}, as = 'admin', limits } = {}) => {
      const principal = await app.principalFor({ subject: demoIdentities[as].subject, groups: [] })
      const fetches: string[] = []
      const statements: string[] = []
      const result = await app.execute({ document, variables }, principal, {
        ...(limits === undefined ? {} : { limits }),
        observer: {
          stage: () => undefined,
          fetch: ({ system }) => fetches.push(system),
          statement: ({ sql }) => statements.push(sql),
        },
      })
      const { data: answer, errors } = JSON.parse(JSON.stringify(result)) as ExecutionResult // as a client gets it
      return { data: answer ?? null, ...(errors ? { errors } : {}), fetches, statements }
    },
    sql: (database, statement, ...parameters) =>
      open(database)
        .prepare(statement)
        .all(...parameters) as unknown as readonly SqlRow[], // no blobs and no big integers in the demo data
    [Symbol.asyncDispose]: async () => {
      for (const file of files.values()) file.close()
      await app[Symbol.asyncDispose]()
      rmSync(data, { recursive: true })
    },
  }
}
