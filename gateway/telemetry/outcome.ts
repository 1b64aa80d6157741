/** What became of a question, in one word: for metrics and traces, which count no messages. */
import type { ExecutionResult } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { InvalidVariables } from '../request/execute.ts'
import { Unauthorized } from '../request/denied.ts'
import { InvalidDocument } from '../request/receive.ts'

/** `ok`, `partial` where some of the answer is missing, or the code by which it was refused. */
export const outcomeOf = ({ errors }: ExecutionResult): string =>
  errors === undefined || errors.length === 0 ? 'ok' : 'partial'

export function refusedAs(error: unknown): string {
  if (error instanceof AppError) return error.code
  const said =
    error instanceof InvalidDocument ||
    error instanceof InvalidVariables ||
    error instanceof Unauthorized
      ? error.errors[0]?.extensions['code']
      : undefined
  return typeof said === 'string' ? said : 'INTERNAL'
}
