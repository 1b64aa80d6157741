/**
 * How the gateway asks a subgraph, whatever carries the question. Both ways behave alike: an answer
 * is data and errors with codes; a failure is an error with a code, never an exception of the carrier.
 */
import type { DocumentNode, ExecutionResult } from 'graphql'
import type { StatementEvent } from '#shared/select-only.ts'
import type { Principal } from '#shared/principal.ts'

export interface SourceRequest {
  readonly query: string
  /** The query parsed: the same object each time the same question is asked. */
  readonly document: DocumentNode
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
  /** The whole request as JSON: query, operationName, variables. */
  readonly body: string
  readonly principal: Principal
  /** The scopes that some rule of what is asked names; null when nobody has looked. */
  readonly scopes: readonly string[] | null
  /** Aborted when the client goes away or the time is over. */
  readonly signal: AbortSignal
  /** The same for who needs no signal: called at most once, with an AppError. */
  onStop(listener: (reason: Error) => void): void
  /** `performance.now()` by which the answer is wanted. */
  readonly deadlineAt: number
  /** The request's place in a trace (W3C Trace Context), when there is one. */
  readonly traceparent?: string | undefined
  readonly onStatement: (event: StatementEvent) => void
}

export interface SourceAnswer extends ExecutionResult {
  /** The answer's `cache-control` header, '' when it had none; absent when nothing carried headers. */
  readonly cacheControl?: string | undefined
}

export interface Source extends AsyncDisposable {
  readonly name: string
  /** Throws AppError: SOURCE_UNAVAILABLE, SOURCE_TIMEOUT, SOURCE_DATA_INVALID, CANCELLED. */
  send(request: SourceRequest): Promise<SourceAnswer>
}
