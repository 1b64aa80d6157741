/** Parts of the engine without a gateway around them: single fetches, systems that answer as told. */
import type { FetchNode } from '@apollo/query-planner'
import { OperationTypeNode } from 'graphql'
import { startRun, type Run, type RunInput } from '../../gateway/engine/run.ts'
import { silent } from '../../gateway/request/observer.ts'
import { neverAborted } from '../../gateway/request/stages.ts'
import type { Source, SourceAnswer, SourceRequest } from '../../gateway/sources/source.ts'
import { anyone } from './subgraph-fixture.ts'

export type System = (request: SourceRequest) => SourceAnswer | Promise<SourceAnswer>

export const runOver = (
  systems: Readonly<Record<string, System>> = {},
  input: Partial<RunInput> = {},
): Run =>
  startRun({
    principal: anyone,
    signal: neverAborted,
    deadlineAt: performance.now() + 60_000,
    observer: silent,
    sources: new Map(
      Object.entries(systems).map(([name, answer]): [string, Source] => [
        name,
        {
          name,
          send: async (request) => answer(request),
          [Symbol.asyncDispose]: () => Promise.resolve(),
        },
      ]),
    ),
    limits: { timeoutOf: () => 60_000 },
    values: {},
    ...input,
  })

/** A fetch at the root, unless it has `requires`. */
export const fetchOf = (
  operation: string,
  node: Partial<FetchNode> = {},
  serviceName = 'shop',
): FetchNode => ({
  kind: 'Fetch',
  serviceName,
  operation,
  operationName: undefined,
  operationKind: OperationTypeNode.QUERY,
  ...node,
})

/** The operation of a fetch of entities. */
export const entitiesOf = (selections: string): string =>
  `query($representations:[_Any!]!){_entities(representations:$representations){${selections}}}`
