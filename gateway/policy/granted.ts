import type { Partner } from './policy.ts'

/** What of a plan a token grants: all of it, or the scopes that the token has. */
export const grantedOf = (
  { scopes }: Pick<Partner, 'scopes'>,
  granted: readonly string[] | null | undefined,
): readonly string[] => (granted ? scopes.filter((scope) => granted.includes(scope)) : scopes)
