/** How commands print tokens: for programs on standard output, for people beside it. */
import { AppError } from '#shared/errors.ts'
import type { IssuedToken } from '../../../store/tokens.ts'
import { statusOf, type Shown } from '../../../tokens/administration.ts'
import { moment } from '../../identities.ts'

const momentOrNull = (at: number | null): string | null => (at === null ? null : moment(at))

export const tokenJson = (token: IssuedToken) => ({
  id: token.id,
  status: statusOf(token, Date.now()),
  subject: token.subject,
  name: token.name,
  lastFour: token.lastFour,
  addresses: token.addresses,
  scopes: token.scopes,
  createdAt: moment(token.createdAt),
  createdBy: token.createdBy,
  expiresAt: moment(token.expiresAt),
  replacedBy: token.replacedBy,
  revokedAt: momentOrNull(token.revokedAt),
  revokedBy: token.revokedBy,
  lastUsedAt: momentOrNull(token.lastUsedAt),
  uses: token.uses,
})

/** The token alone on standard output, so that a shell can take it from there. */
export function printShown({ token, secret }: Shown, isJson: boolean): void {
  if (secret === null) throw new AppError('INTERNAL', 'This token was shown before.')
  if (isJson) {
    console.log(JSON.stringify({ secret, token: tokenJson(token) }, null, 2))
    return
  }
  console.log(secret)
  console.error(
    `This is ${token.id} of ${token.subject}, good until ${moment(token.expiresAt)}. It is not shown again.`,
  )
}
