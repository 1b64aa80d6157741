/** What every request is looked at for, and what every answer says, whatever it asks. */
import { AppError } from '#shared/errors.ts'

/** For answers that are no page; the pages have a policy of their own. */
export const securityHeaders: readonly (readonly [string, string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['cache-control', 'no-store'],
]

/** Names under which tokens are sent in addresses. */
const tokenParameters = ['access_token', 'token', 'id_token', 'authorization', 'api_key', 'apikey']

/**
 * An address is kept in logs, histories and proxies: a token in it is refused, so that nobody gets used
 * to it. It is not said which one it was.
 */
export function refuseTokenIn(url: string): void {
  const at = url.indexOf('?')
  if (at === -1) return
  for (const name of new URLSearchParams(url.slice(at + 1)).keys()) {
    if (tokenParameters.includes(name.toLowerCase())) {
      throw new AppError(
        'BAD_REQUEST',
        'An address may not carry a token: send it in the Authorization header.',
      )
    }
  }
}

/** A path as a log line may have it: what is no printable ASCII would be free to draw lines. */
export const printable = (path: string): string =>
  path.slice(0, 200).replaceAll(/[^\u0021-\u007e]/g, '?')
