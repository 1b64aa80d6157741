/**
 * How the gateway asks a subgraph, whatever carries the question. Both ways behave alike: an answer
 * is data and errors with codes; a failure is an error with a code, never an exception of the carrier.
 */
import type { DocumentNode, ExecutionResult } from 'graphql'
import type { StatementEvent } from '#shared/embedded.ts'
import type { Principal } from '#shared/principal.ts'

export interface SourceRequest {
  readonly query: string
  readonly document: DocumentNode | undefined
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
  readonly principal: Principal
  /** Aborted when the client goes away or the time is over. */
  readonly signal: AbortSignal
  /** `performance.now()` by which the answer is wanted. */
  readonly deadlineAt: number
  readonly onStatement: (event: StatementEvent) => void
}

export interface Source extends AsyncDisposable {
  readonly name: string
  /** Throws AppError: SOURCE_UNAVAILABLE, SOURCE_TIMEOUT, SOURCE_DATA_INVALID, CANCELLED. */
  send(request: SourceRequest): Promise<ExecutionResult>
}
