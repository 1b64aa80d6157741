/**
 * Decisions that may be sent twice: the first one with a key is made, a later one with the same key
 * answers what the first one did. Within the transaction of the decision.
 */
import { createHash } from 'node:crypto'
import { AppError } from '#shared/errors.ts'
import type { OwnRows } from '#shared/own/writing.ts'
import type { IdentityTables } from './rows.ts'

export interface KeyedRequest {
  /** Who asks: keys of others mean nothing to it. */
  readonly subject: string
  /** Left out, a repetition is another change. */
  readonly key: string | undefined
  /** All that decides what is done. */
  readonly request: unknown
  /** ISO 8601 */
  readonly at: string
}

/** How long a key is remembered, in milliseconds. */
const keepMs = 7 * 24 * 3_600_000
const maxKeyLength = 200

/** The result as JSON has it. */
export async function once<Result>(
  { db, insert }: OwnRows<IdentityTables>,
  { subject, key, request, at }: KeyedRequest,
  work: () => Promise<Result>,
): Promise<Result> {
  if (key === undefined) return await work()
  if (key === '' || key.length > maxKeyLength) {
    throw new AppError(
      'BAD_USER_INPUT',
      `An idempotency key is a text of 1 to ${maxKeyLength} characters.`,
    )
  }
  const oldest = `${new Date(Date.parse(at) - keepMs).toISOString().slice(0, 19)}Z`
  await db.deleteFrom('identity_request').where('doneAt', '<', oldest).execute()
  const requestHash = createHash('sha256').update(JSON.stringify(request)).digest('base64url')
  const known = await db
    .selectFrom('identity_request')
    .select(['requestHash', 'result'])
    .where('subject', '=', subject)
    .where('key', '=', key)
    .executeTakeFirst()
  if (known !== undefined) {
    if (known.requestHash === requestHash) return JSON.parse(known.result) as Result // of the same request
    throw new AppError(
      'IDEMPOTENCY_KEY_REUSED',
      'This idempotency key was used for another change: take a new one for each change.',
    )
  }
  const result = await work()
  await insert('identity_request', [
    { subject, key, requestHash, result: JSON.stringify(result), doneAt: at },
  ])
  return result
}
