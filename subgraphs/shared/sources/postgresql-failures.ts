/**
 * Which failure an error of `pg` is, by its SQLSTATE.
 */
import { networkFailure, type FailureKind } from './failures.ts'

const states: Readonly<Record<string, FailureKind>> = {
  '22021': 'encoding',
  '22P05': 'encoding',
  '25006': 'writes',
  '3F000': 'table',
  '42501': 'privilege',
  '42703': 'column',
  '42P01': 'table',
  '53300': 'full',
  '55P03': 'locked',
  '57014': 'timeout',
  '57P01': 'starting',
  '57P02': 'starting',
  '57P03': 'starting',
  '57P05': 'lost',
}

/** By the first two characters. */
const classes: Readonly<Record<string, FailureKind>> = {
  '08': 'lost',
  '0A': 'statement',
  '22': 'data',
  '28': 'account',
  '3D': 'absent',
  '40': 'conflict',
  '42': 'statement',
  '54': 'statement',
}

/** What `pg` itself says, without a code. */
const messages: readonly (readonly [RegExp, FailureKind])[] = [
  [/^timeout expired$/, 'unreachable'],
  [/^Connection terminated|not queryable$/, 'lost'],
  [/SSL connection/, 'tls'],
  [/^SASL: /, 'account'],
]

export function failureKind(error: unknown): FailureKind {
  const network = networkFailure(error)
  if (network !== null) return network
  if (!(error instanceof Error)) return 'unable'
  if ('code' in error && typeof error.code === 'string') {
    return states[error.code] ?? classes[error.code.slice(0, 2)] ?? 'unable'
  }
  return messages.find(([pattern]) => pattern.test(error.message))?.[1] ?? 'unable'
}
