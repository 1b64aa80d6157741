/**
 * Decisions that may be sent twice: the first one with a key is made, a later one with the same key
 * answers what the first one did. Within the transaction of the decision.
 */
import type { OwnRows } from '#shared/own/writing.ts'
import { expectKey, keepMs, keyReused, requestHash } from '../idempotency-key.ts'
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

/** The result as JSON has it. */
export async function once<Result>(
  { db, insert }: OwnRows<IdentityTables>,
  { subject, key, request, at }: KeyedRequest,
  work: () => Promise<Result>,
): Promise<Result> {
  if (key === undefined) return await work()
  expectKey(key)
  const oldest = `${new Date(Date.parse(at) - keepMs).toISOString().slice(0, 19)}Z`
  await db.deleteFrom('identity_request').where('doneAt', '<', oldest).execute()
  const hash = requestHash(request)
  const known = await db
    .selectFrom('identity_request')
    .select(['requestHash', 'result'])
    .where('subject', '=', subject)
    .where('key', '=', key)
    .executeTakeFirst()
  if (known !== undefined) {
    if (known.requestHash === hash) return JSON.parse(known.result) as Result // of the same request
    throw keyReused()
  }
  const result = await work()
  await insert('identity_request', [
    { subject, key, requestHash: hash, result: JSON.stringify(result), doneAt: at },
  ])
  return result
}
