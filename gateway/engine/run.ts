/**
 * What one question has gathered so far: the raw data of all systems in one tree, by the names that
 * were planned, and the errors with their paths in it. Fetches write here, the shape reads it.
 */
import { GraphQLError } from 'graphql'
import type { AppError } from '#shared/errors.ts'
import type { Principal } from '#shared/principal.ts'
import type { Observer } from '../request/observer.ts'
import type { Source } from '../sources/source.ts'

/** An object as a system answered it. Names are the planned operation's response names. */
export type Raw = Record<string, unknown>

export type Path = readonly (string | number)[]

export interface RunLimits {
  /** Milliseconds that one system may take. */
  timeoutOf(system: string): number
}

/** What a run is given. */
export interface RunInput {
  readonly principal: Principal
  readonly signal: AbortSignal
  /** `performance.now()` at which the answer is no longer waited for. */
  readonly deadlineAt: number
  readonly observer: Observer
  readonly sources: ReadonlyMap<string, Source>
  readonly limits: RunLimits
  /** The variables, checked and with their defaults, by the planned operation's names. */
  readonly values: Readonly<Record<string, unknown>>
}

export interface Run extends RunInput {
  readonly data: Raw
  readonly errors: GraphQLError[]
  /** Fields that a failed fetch owed, by the path of their objects with `@` for each index. */
  readonly owed: Map<string, Set<string>>
  /** Fields that nobody was asked for because an input was missing, likewise, with what is to blame. */
  readonly lacking: Map<string, GraphQLError>
  /** Fetches that came before their inputs: each tells whether it could ask this time. */
  readonly postponed: (() => Promise<boolean>)[]
  /** What is under way: each is told when the client leaves. */
  readonly underWay: Set<(reason: unknown) => void>
}

export const startRun = (input: RunInput): Run => ({
  ...input,
  data: {},
  errors: [],
  owed: new Map(),
  lacking: new Map(),
  postponed: [],
  underWay: new Set(),
})

/** Notes that nobody needs to wonder why these fields are missing: their error is reported. */
export function owe(run: Run, path: readonly string[], names: Iterable<string>): void {
  const key = path.join('.')
  const known = run.owed.get(key)
  if (known === undefined) run.owed.set(key, new Set(names))
  else for (const name of names) known.add(name)
}

/** Notes that these fields cannot be had; whether anybody misses them, the answer's shape knows. */
export function lack(
  run: Run,
  {
    path,
    names,
    error,
  }: { path: readonly string[]; names: readonly string[]; error: GraphQLError },
): void {
  for (const name of names) run.lacking.set([...path, name].join('.'), error)
}

/**
 * Notes an error with its place. A null there is none that the system means: it is unsaid, so that
 * nothing is computed from it.
 */
export function raise(run: Run, error: GraphQLError, path: Path): void {
  run.errors.push(withPath(error, path))
  unsay(run.data, path)
}

/** Takes away the null at or above the end of a path. */
export function unsay(data: Raw, path: Path): void {
  let at: unknown = data
  for (const part of path) {
    if (typeof at !== 'object' || at === null) return
    const holder = at as Record<string | number, unknown> // an object or a list
    if (holder[part] === null) holder[part] = undefined
    at = holder[part]
  }
}

export const isRaw = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const toGraphql = (error: AppError): GraphQLError =>
  new GraphQLError(error.message, {
    extensions: { code: error.code, ...error.details },
    originalError: error,
  })

export const withPath = (error: GraphQLError, path: Path): GraphQLError =>
  new GraphQLError(error.message, {
    path,
    extensions: error.extensions,
    originalError: error.originalError ?? null,
  })
