/** What an idempotency key is, and what is remembered under one, whichever database keeps it. */
import { createHash } from 'node:crypto'
import { AppError } from '#shared/errors.ts'

/** How long a key is remembered, in milliseconds. */
export const keepMs = 7 * 24 * 3_600_000
const maxKeyLength = 200

/** Throws BAD_USER_INPUT. */
export function expectKey(key: string): void {
  if (key !== '' && key.length <= maxKeyLength) return
  throw new AppError(
    'BAD_USER_INPUT',
    `An idempotency key is a text of 1 to ${maxKeyLength} characters.`,
  )
}

/** By which a repetition is known from another request. */
export const requestHash = (request: unknown): string =>
  createHash('sha256').update(JSON.stringify(request)).digest('base64url')

export const keyReused = (): AppError =>
  new AppError(
    'IDEMPOTENCY_KEY_REUSED',
    'This idempotency key was used for another change: take a new one for each change.',
  )
