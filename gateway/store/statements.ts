/** How statements of the gateway's own database are run, whichever kind it is. Types only. */
import type { Row } from './rows.ts'

export type StoreKind = 'sqlite' | 'postgresql'

export type Value = string | number | null

/** In a text of SQL `?` stands for a value, in their order. Failures are STORE_UNAVAILABLE. */
export interface Statements {
  /** For the few places where the two kinds have different words. */
  readonly kind: StoreKind
  rows(sql: string, values?: readonly Value[]): Promise<readonly Row[]>
  /** How many rows were changed. */
  run(sql: string, values?: readonly Value[]): Promise<number>
  /** Several statements without values. */
  script(sql: string): Promise<void>
}

/**
 * What a transaction changes: those that change the same wait for each other, in all processes.
 * `everything` is the callers and the audit.
 */
export type Changing = 'callers' | 'audit' | 'everything' | 'migrations'

export interface Database extends Statements, AsyncDisposable {
  /** The work as one transaction; only `inside` is part of it. Not to be nested. */
  transaction<Result>(
    changing: Changing,
    work: (inside: Statements) => Promise<Result>,
  ): Promise<Result>
  /** The work on what there is now, whatever is written meanwhile. It changes nothing. */
  snapshot<Result>(work: (inside: Statements) => Promise<Result>): Promise<Result>
  /** A number of the table `revision`, by a read that began after this was called. */
  revision(): Promise<number>
}
