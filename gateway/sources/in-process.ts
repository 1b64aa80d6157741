/**
 * A subgraph in this process: its code is loaded from the folder of its schema file. The only place
 * of the gateway that loads subgraph code.
 */
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { AppError } from '#shared/errors.ts'
import { openSubgraph, type OpenSubgraph, type SubgraphOptions } from '#shared/open.ts'
import type { SubgraphDefinition } from '#shared/subgraph.ts'
import { moduleExtension } from '../module-extension.ts'
import type { Source } from './source.ts'

export interface InProcessOptions extends SubgraphOptions {
  readonly name: string
  /** The SDL file of the entry in supergraph.yaml. */
  readonly schemaFile: string
}

export async function inProcessSource({
  name,
  schemaFile,
  ...options
}: InProcessOptions): Promise<Source> {
  return sourceOf(name, openSubgraph(await loadDefinition(name, schemaFile), options))
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

/** An open subgraph as a source. */
export function sourceOf(name: string, subgraph: OpenSubgraph): Source {
  return {
    name,
    send: ({ document, operationName, variables, principal, signal, deadlineAt, onStatement }) =>
      subgraph.execute({
        document,
        operationName,
        variables,
        principal,
        signal,
        deadlineAt,
        onStatement,
      }),
    [Symbol.asyncDispose]: () => {
      subgraph[Symbol.dispose]()
      return Promise.resolve()
    },
  }
}
