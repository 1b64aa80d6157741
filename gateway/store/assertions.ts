/** Client assertions that were used. To be called inside a transaction. */
import type { Statements } from './statements.ts'

export interface UsedAssertion {
  readonly subject: string
  readonly jti: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** Notes an assertion; false when it was used before. `now` is milliseconds since 1970. */
export async function useAssertion(
  inside: Statements,
  { subject, jti, expiresAt }: UsedAssertion,
  now: number,
): Promise<boolean> {
  await inside.run('DELETE FROM used_assertion WHERE expires_at < ?', [now])
  const added = await inside.run(
    'INSERT INTO used_assertion (subject, jti, expires_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    [subject, jti, expiresAt],
  )
  return added === 1
}
