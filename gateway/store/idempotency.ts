/**
 * Changes that may be sent twice: the first one with a key is done, a later one with the same key
 * answers what the first one did. To be called inside the transaction of the change.
 */
import { createHash } from 'node:crypto'
import { AppError } from '#shared/errors.ts'
import { textOf } from './rows.ts'
import type { Statements } from './statements.ts'

export interface IdempotentRequest {
  /** Who asks: keys of others mean nothing to it. */
  readonly subject: string
  readonly key: string
  /** All that decides what is done. */
  readonly request: unknown
  /** Milliseconds since 1970. */
  readonly now: number
}

/** How long a key is remembered, in milliseconds. */
const keepMs = 7 * 24 * 3_600_000
const maxKeyLength = 200

/** What was done, and whether that was now. */
export async function once(
  inside: Statements,
  { subject, key, request, now }: IdempotentRequest,
  work: () => Promise<string>,
): Promise<{ readonly result: string; readonly isNew: boolean }> {
  if (key === '' || key.length > maxKeyLength) {
    throw new AppError(
      'BAD_USER_INPUT',
      `An idempotency key is a text of 1 to ${maxKeyLength} characters.`,
    )
  }
  await inside.run('DELETE FROM idempotent_request WHERE created_at < ?', [now - keepMs])
  const hash = createHash('sha256').update(JSON.stringify(request)).digest('base64url')
  const [known] = await inside.rows(
    'SELECT request_hash, result FROM idempotent_request WHERE subject = ? AND key = ?',
    [subject, key],
  )
  if (known !== undefined) {
    if (textOf(known, 'request_hash') === hash)
      return { result: textOf(known, 'result'), isNew: false }
    throw new AppError(
      'IDEMPOTENCY_KEY_REUSED',
      'This idempotency key was used for another change: take a new one for each change.',
    )
  }
  const result = await work()
  await inside.run(
    'INSERT INTO idempotent_request (subject, key, request_hash, result, created_at) VALUES (?, ?, ?, ?, ?)',
    [subject, key, hash, result, now],
  )
  return { result, isNew: true }
}
