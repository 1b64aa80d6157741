/**
 * The types of the pipeline: each stage's answer holds the one before, so that leaving a stage out
 * does not compile.
 */
import type { Principal } from '#shared/principal.ts'
import type { Program } from '../engine/program.ts'
import type { Run } from '../engine/run.ts'
import type { Limits } from '../limits/limits.ts'
import type { Observer } from './observer.ts'
import type { Prepared } from './prepare.ts'

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
export interface Authorised {
  readonly [checked]: true
  readonly request: Authenticated
  /** Without fragment spreads, and without what the caller may not read. */
  readonly prepared: Prepared
  /** The variables, checked and with their defaults, and the values that stood in the operation. */
  readonly values: Readonly<Record<string, unknown>>
}

export const markAuthorised = (parts: Omit<Authorised, typeof checked>): Authorised => ({
  ...parts,
  [checked]: true,
})

export interface Planned {
  readonly authorised: Authorised
  readonly program: Program
}

export interface Fetched {
  readonly planned: Planned
  /** What the systems answered; null when none was asked, because nothing may be read. */
  readonly run: Run | null
}
