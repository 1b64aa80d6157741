/**
 * A subgraph in this process: its code is loaded from the folder of its schema file. The only place
 * of the gateway that loads subgraph code.
 */
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AppError } from '#shared/errors.ts'
import { openMappableSubgraph, type MappableOptions, type OpenSubgraph } from '#shared/open.ts'
import type { SubgraphDefinition } from '#shared/subgraph.ts'
import { moduleExtension } from '../module-extension.ts'
import { createReduce, type Reduce } from './reduced.ts'
import type { Source } from './source.ts'

export interface InProcessOptions extends MappableOptions {
  readonly name: string
  /** The SDL file of the entry in supergraph.yaml. */
  readonly schemaFile: string
}

export async function inProcessSource({
  name,
  schemaFile,
  ...options
}: InProcessOptions): Promise<Source> {
  const subgraph = await openMappableSubgraph(await loadDefinition(name, schemaFile), options)
  return sourceOf(name, subgraph, createReduce())
}

/** The definition that `subgraph.ts` beside a schema file exports. */
export async function loadDefinition(
  name: string,
  schemaFile: string,
): Promise<SubgraphDefinition> {
  const path = join(dirname(schemaFile), `subgraph${moduleExtension}`)
  try {
    const module: unknown = await import(pathToFileURL(path).href)
    const { subgraph } = module as { subgraph?: SubgraphDefinition } // checked below
    if (subgraph?.name === name) return subgraph
  } catch (cause) {
    throw new AppError(
      'CONFIGURATION_INVALID',
      `The system "${name}" cannot run in this process: there is no subgraph.ts that loads beside its schema. Give it a URL instead.`,
      { cause },
    )
  }
  throw new AppError(
    'CONFIGURATION_INVALID',
    `The subgraph.ts beside the schema of "${name}" exports no subgraph of that name.`,
  )
}

/** An open subgraph as a source; without `reduce` it is told of the caller as it is. */
export function sourceOf(name: string, subgraph: OpenSubgraph, reduce?: Reduce): Source {
  return {
    name,
    send: (request) => {
      const { document, operationName, variables, signal, deadlineAt, onStatement } = request
      const { principal, scopes } = request
      return subgraph.execute({
        document,
        operationName,
        variables,
        principal: reduce === undefined ? principal : reduce(principal, scopes),
        signal,
        deadlineAt,
        onStatement,
      })
    },
    [Symbol.asyncDispose]: () => {
      subgraph[Symbol.dispose]()
      return Promise.resolve()
    },
  }
}
