/** The four systems over HTTP in one process: what every contestant that asks over HTTP asks. */
import { openSubgraph } from '#shared/open.ts'
import { serveSubgraph } from '#shared/serve.ts'
import { loadDefinition } from '../../../gateway/sources/in-process.ts'
import { readSupergraphFile } from '../../../gateway/supergraph/compose.ts'

const [, , supergraph = '', data = '', secret = ''] = process.argv
const urls: Record<string, string> = {}
for (const { name, schemaFile } of readSupergraphFile(supergraph)) {
  const subgraph = openSubgraph(await loadDefinition(name, schemaFile), {
    data,
    timeZone: 'Asia/Taipei',
    fiscalYearStartMonth: 1,
  })
  urls[name] =
    `${(await serveSubgraph(subgraph, { host: '127.0.0.1', port: 0, secret })).url}/graphql`
}
console.log(JSON.stringify(urls))
