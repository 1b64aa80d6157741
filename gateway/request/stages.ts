/**
 * The types of the pipeline: each stage's answer extends the one before, so that leaving a stage out
 * does not compile.
 */
import type { OperationDefinitionNode } from 'graphql'
import type { Principal } from '#shared/principal.ts'
import type { Program } from '../engine/program.ts'
import type { Run } from '../engine/run.ts'
import type { Limits } from '../limits/limits.ts'
import type { Generation } from '../supergraph/generation.ts'
import type { Denied } from './denied.ts'
import type { Observer } from './observer.ts'

/** A question as it came, with the limits it runs under. */
export interface Received {
  readonly document: string
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
  /** Whether it may only read. */
  readonly isSafe: boolean
  readonly signal: AbortSignal
  /** `performance.now()` at which the answer is no longer waited for. */
  readonly deadlineAt: number
  /** Of the caller. */
  readonly limits: Limits
  readonly requestId: string
  readonly observer: Observer
}

/** The signal of who never leaves. */
export const neverAborted: AbortSignal = new AbortController().signal

export interface Authenticated extends Received {
  readonly principal: Principal
}

const checked = Symbol('checked')

/** Only `authorise` makes one. */
export interface Authorised extends Authenticated {
  readonly [checked]: true
  readonly generation: Generation
  /** Without fragment spreads, and without what the caller may not read. */
  readonly operation: OperationDefinitionNode
  readonly denied: readonly Denied[]
  /** Whether `data` as a whole is denied, because a root field that may not be null was. */
  readonly nothingLeft: boolean
}

export const markAuthorised = (request: Omit<Authorised, typeof checked>): Authorised => ({
  ...request,
  [checked]: true,
})

export interface Planned extends Authorised {
  readonly program: Program
  /** The variables, checked and with their defaults. */
  readonly values: Readonly<Record<string, unknown>>
}

export interface Fetched extends Planned {
  /** What the systems answered; null when none was asked, because nothing may be read. */
  readonly run: Run | null
}
