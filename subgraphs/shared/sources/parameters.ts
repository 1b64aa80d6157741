/**
 * What may be bound in a statement to a database server.
 */
import { AppError } from '../errors.ts'

/**
 * Refuses text that the server would refuse or silently change: with a NUL character, or with half of
 * a surrogate pair. No row can hold it.
 */
export function expectBindable(parameters: readonly unknown[]): void {
  for (const value of parameters) {
    if (Array.isArray(value)) expectBindable(value)
    else if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) {
      throw new AppError(
        'BAD_USER_INPUT',
        'A text to look for has a character that no database holds: NUL, or half of a surrogate pair.',
      )
    }
  }
}
