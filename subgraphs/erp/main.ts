/**
 * Serves this subgraph alone over HTTP, beside its system.
 */
import { runSubgraph } from '#shared/run.ts'
import { subgraph } from './subgraph.ts'

await runSubgraph(subgraph, process.env)
