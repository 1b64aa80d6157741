/**
 * Plain Apollo Gateway with the subgraphs in its own process, by its own `LocalGraphQLDataSource`.
 * Arguments: port, supergraph, the folder of the databases.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ApolloGateway, LocalGraphQLDataSource } from '@apollo/gateway'
import { loadDefinition } from '../../../gateway/sources/in-process.ts'
import { readSupergraphFile } from '../../../gateway/supergraph/compose.ts'
import { openSubgraph, type OpenSubgraph } from '../../../subgraphs/shared/open.ts'
import { everybody } from '../everybody.ts'
import { root } from '../process.ts'
import { host } from './apollo-host.ts'

const [, , port = '', supergraph = '', data = ''] = process.argv
const entries = readSupergraphFile(join(root, 'supergraph.yaml'))
const principal = everybody(entries.map(({ sdl }) => sdl))

/** Each call gets the context that the resolvers of its subgraph need. */
class InProcess extends LocalGraphQLDataSource {
  readonly #subgraph: OpenSubgraph

  constructor(subgraph: OpenSubgraph) {
    super(subgraph.schema)
    this.#subgraph = subgraph
  }

  override process(options: Parameters<LocalGraphQLDataSource['process']>[0]) {
    const { signal } = new AbortController()
    const context = this.#subgraph.contextFor({ principal, signal })
    return super.process({ ...options, context })
  }
}

const sources = new Map<string, InProcess>()
for (const { name, schemaFile } of entries) {
  const options = { data, timeZone: 'Asia/Taipei', fiscalYearStartMonth: 1 }
  const subgraph = openSubgraph(await loadDefinition(name, schemaFile), options)
  sources.set(name, new InProcess(subgraph))
}

const gateway = new ApolloGateway({
  supergraphSdl: readFileSync(supergraph, 'utf8'),
  buildService: ({ name }) => {
    const source = sources.get(name)
    if (source === undefined) throw new Error(`there is no system ${name}`)
    return source
  },
})
await host(gateway, Number(port))
