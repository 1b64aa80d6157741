/** Client assertions that were used. To be called inside a transaction. */
import type { Store } from './store.ts'

/** Notes an assertion; false when it was used before. Moments are milliseconds since 1970. */
export type UseAssertion = (
  assertion: { readonly subject: string; readonly jti: string; readonly expiresAt: number },
  now: number,
) => boolean

export function createUseAssertion({ database }: Store): UseAssertion {
  const removeOld = database.prepare('DELETE FROM used_assertion WHERE expires_at < ?')
  const insert = database.prepare(
    'INSERT INTO used_assertion (subject, jti, expires_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  )
  return ({ subject, jti, expiresAt }, now) => {
    removeOld.run(now)
    return insert.run(subject, jti, expiresAt).changes === 1
  }
}
