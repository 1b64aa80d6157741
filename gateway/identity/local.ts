/**
 * The crosswalk of this installation for commands: its database in the data folder, the rules of the
 * policy folder, and the graph to read the systems by.
 */
import { AppError } from '#shared/errors.ts'
import type { Principal } from '#shared/principal.ts'
import type { Config } from '../config.ts'
import { ensureDemo } from '../demo.ts'
import { openLimits } from '../limits/limits.ts'
import { noLog } from '../log.ts'
import { loadDefinition } from '../sources/in-process.ts'
import { readSupergraphFile } from '../supergraph/compose.ts'
import { openCrosswalk, type Crosswalk } from './crosswalk.ts'
import { readingScopes, type Ask } from './records.ts'

/** The subgraph that reads the crosswalk and declares its tables. */
export const owner = 'crm'

/** For a command: without demo data a demo would match nothing with nothing. */
export async function openLocalCrosswalk(config: Config): Promise<Crosswalk> {
  const unusable = await ensureDemo(config)
  if (unusable !== null) throw unusable
  return await openConfigured(config)
}

/** The crosswalk where configuration says that it is. */
export async function openConfigured(config: Config): Promise<Crosswalk> {
  const entry = readSupergraphFile(config.supergraph).find(({ name }) => name === owner)
  if (entry === undefined) {
    throw new AppError(
      'CONFIGURATION_INVALID',
      `${config.supergraph} has no subgraph "${owner}", which the crosswalk belongs to.`,
    )
  }
  const { databases } = await loadDefinition(owner, entry.schemaFile)
  const identity = databases['identity']
  if (identity === undefined) throw new TypeError(`${owner} declares no crosswalk`)
  return await openCrosswalk(config.crosswalk, identity.relations)
}

export interface Reader extends AsyncDisposable {
  readonly ask: Ask
}

/** The graph in this process, with the rights that reading customer records needs and no more. */
export async function openReader(config: Config, subject: string): Promise<Reader> {
  const { createApp } = await import('../app.ts')
  const app = await createApp(config, { log: noLog })
  const principal: Principal = {
    subject,
    audience: 'EMPLOYEE',
    scopes: readingScopes,
    facts: {},
    rows: null,
  }
  return {
    ask: (document, variables) =>
      app.execute({ document, variables }, principal, {
        limits: openLimits,
        requestId: 'identity',
      }),
    [Symbol.asyncDispose]: () => app[Symbol.asyncDispose](),
  }
}
