/**
 * Changes that may be sent twice: the first one with a key is done, a later one with the same key
 * answers what the first one did. To be called inside the transaction of the change.
 */
import { expectKey, keepMs, keyReused, requestHash } from '../idempotency-key.ts'
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

/** What was done, and whether that was now. */
export async function once(
  inside: Statements,
  { subject, key, request, now }: IdempotentRequest,
  work: () => Promise<string>,
): Promise<{ readonly result: string; readonly isNew: boolean }> {
  expectKey(key)
  await inside.run('DELETE FROM idempotent_request WHERE created_at < ?', [now - keepMs])
  const hash = requestHash(request)
  const [known] = await inside.rows(
    'SELECT request_hash, result FROM idempotent_request WHERE subject = ? AND key = ?',
    [subject, key],
  )
  if (known !== undefined) {
    if (textOf(known, 'request_hash') === hash)
      return { result: textOf(known, 'result'), isNew: false }
    throw keyReused()
  }
  const result = await work()
  await inside.run(
    'INSERT INTO idempotent_request (subject, key, request_hash, result, created_at) VALUES (?, ?, ?, ?, ?)',
    [subject, key, hash, result, now],
  )
  return { result, isNew: true }
}
