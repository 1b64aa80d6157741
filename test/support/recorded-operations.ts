/**
 * What the gateway asks its systems: real questions through the whole gateway, with systems that write
 * down each operation before they answer it. Knows nothing of how the gateway plans and fetches.
 */
import { createServer } from 'node:http'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { json } from 'node:stream/consumers'
import { join } from 'node:path'
import { parse } from 'graphql'
import { stringify } from 'yaml'
import { openSubgraph, type OpenSubgraph } from '#shared/open.ts'
import { createApp } from '../../gateway/app.ts'
import { readConfig } from '../../gateway/config.ts'
import { noLog } from '../../gateway/log.ts'
import { demoIdentities } from '../../gateway/tokens/demo.ts'
import { definitionOf, systems } from '../subgraphs/systems.ts'
import { anyone } from './subgraph-fixture.ts'

export interface Question {
  readonly name: string
  readonly document: string
  readonly variables: Readonly<Record<string, unknown>>
}

export interface RecordedOperation {
  readonly question: string
  readonly system: string
  readonly document: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** Every system over the demo data, by name. */
export async function openSystems(data: string): Promise<ReadonlyMap<string, OpenSubgraph>> {
  const opened = systems.map(async (system): Promise<[string, OpenSubgraph]> => {
    const definition = await definitionOf(system)
    const options = { data, timeZone: 'Asia/Taipei', fiscalYearStartMonth: 1 }
    return [system.name, openSubgraph(definition, options)]
  })
  return new Map(await Promise.all(opened))
}

export async function recordOperations(
  data: string,
  opened: ReadonlyMap<string, OpenSubgraph>,
  questions: readonly Question[],
): Promise<readonly RecordedOperation[]> {
  const recorded: RecordedOperation[] = []
  let asking = ''
  const server = createServer((request, response) => {
    void (async () => {
      const { query, variables = {} } = (await json(request)) as {
        query: string
        variables?: Record<string, unknown>
      } // the gateway speaks GraphQL over HTTP
      const system = (request.url ?? '').slice(1)
      recorded.push({ question: asking, system, document: query, variables })
      const result = await opened.get(system)?.execute({
        document: parse(query),
        variables,
        principal: anyone,
        signal: new AbortController().signal,
      })
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(result))
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server has an address once it listens
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-test-'))
  const at = (name: string) => ({ source: 'http', url: `http://127.0.0.1:${port}/${name}` })
  const names = [...opened.keys()]
  const config = join(folder, 'config.yaml')
  writeFileSync(
    config,
    stringify({ systems: Object.fromEntries(names.map((name) => [name, at(name)])) }),
  )
  symlinkSync(join(import.meta.dirname, '../../gateway/policy'), join(folder, 'policy'))
  cpSync(data, join(folder, 'data'), { recursive: true })
  try {
    await using app = await createApp(
      readConfig({ ISTHMUS_DATA: join(folder, 'data'), ISTHMUS_CONFIG: config }),
      { log: noLog },
    )
    const subject = demoIdentities.admin.subject
    const principal = await app.principalFor({ subject, groups: [] })
    for (const { name, document, variables } of questions) {
      asking = name
      await app.execute({ document, variables }, principal)
    }
  } finally {
    server.closeAllConnections()
    server.close()
    rmSync(folder, { recursive: true })
  }
  return recorded.filter(({ question }) => question !== '')
}
