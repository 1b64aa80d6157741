/** What the primary process and its workers tell each other. Plain data: it goes through a pipe. */
import { appErrorIn, AppError, errorCodes, type ErrorCode } from '#shared/errors.ts'
import type { SupergraphText } from '../supergraph/read.ts'

/** What a worker is told. */
export type Order =
  | {
      readonly kind: 'START'
      /** Names the worker in the log; a worker that takes another one's place takes its number. */
      readonly number: number
      readonly supergraph: SupergraphText
    }
  | { readonly kind: 'RELOAD'; readonly supergraph: SupergraphText }
  /** The Playground's bundle is made, or cannot be. */
  | { readonly kind: 'BUNDLE_OVER'; readonly problem: string }
  | { readonly kind: 'STOP' }

/** What a worker tells. */
export type Report =
  /** It hears orders. */
  | { readonly kind: 'HERE' }
  | { readonly kind: 'LISTENING'; readonly url: string; readonly generation: string }
  | { readonly kind: 'RELOADED'; readonly generation: string }
  | { readonly kind: 'NOT_RELOADED'; readonly problem: Problem }
  | { readonly kind: 'NOT_STARTED'; readonly problem: Problem }

export interface Problem {
  readonly code: ErrorCode
  readonly message: string
}

export function problemOf(error: unknown): Problem {
  const ours = appErrorIn(error)
  if (ours !== null) return { code: ours.code, message: ours.message }
  return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) }
}

export const errorOf = ({ code, message }: Problem): AppError =>
  new AppError(code in errorCodes ? code : 'INTERNAL', message)
