/** The statements of issued tokens. What a token may do is not known here. */
import { numberOf, numberOrNull, textOf, textOrNull, textsOf, type Row } from './rows.ts'
import type { Statements } from './statements.ts'

/** Moments are milliseconds since 1970. */
export interface IssuedToken {
  readonly id: string
  readonly lastFour: string
  readonly kind: 'ISSUED' | 'ACCESS'
  readonly name: string
  readonly subject: string
  /** Addresses and CIDR ranges it may be used from; null: from anywhere. */
  readonly addresses: readonly string[] | null
  /** Those of the plan's that it grants; null: all of them. */
  readonly scopes: readonly string[] | null
  readonly createdAt: number
  readonly createdBy: string
  readonly expiresAt: number
  /** The token that takes its place, when it was rotated. */
  readonly replacedBy: string | null
  readonly revokedAt: number | null
  readonly revokedBy: string | null
  readonly lastUsedAt: number | null
  readonly uses: number
}

export type NewToken = Pick<
  IssuedToken,
  | 'id'
  | 'lastFour'
  | 'kind'
  | 'name'
  | 'subject'
  | 'addresses'
  | 'scopes'
  | 'createdAt'
  | 'createdBy'
  | 'expiresAt'
> & { readonly hash: string }

export interface TokenPage {
  /** Null: of everybody. */
  readonly subject: string | null
  readonly limit: number
  /** The last row before the page. */
  readonly after: Pick<IssuedToken, 'createdAt' | 'id'> | null
}

/** One statement each; those that change something belong into a transaction. */
export interface TokenStatements {
  insert(token: NewToken): Promise<void>
  byId(id: string): Promise<IssuedToken | null>
  byHash(hash: string): Promise<IssuedToken | null>
  /** Tokens that administrators issued, the newest first. */
  page(page: TokenPage): Promise<readonly IssuedToken[]>
  count(subject: string | null): Promise<number>
  replace(id: string, by: string, expiresAt: number): Promise<void>
  revoke(id: string, by: string, at: number): Promise<void>
  use(id: string, at: number, times: number): Promise<void>
  removeExpiredAccess(before: number): Promise<void>
}

const columns = `id, last_four, kind, name, subject, addresses, scopes, created_at, created_by, expires_at,
  replaced_by, revoked_at, revoked_by, last_used_at, uses`

export function tokenStatements(on: Statements): TokenStatements {
  const oneBy = async (column: 'id' | 'hash', value: string) => {
    const [row] = await on.rows(`SELECT ${columns} FROM issued_token WHERE ${column} = ?`, [value])
    return row === undefined ? null : tokenOf(row)
  }
  return {
    insert: async (token) => {
      const { id, hash, lastFour, kind, name, subject } = token
      const { createdAt, createdBy, expiresAt } = token
      await on.run(
        `INSERT INTO issued_token (id, hash, last_four, kind, name, subject, addresses, scopes, created_at, created_by, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          ...[id, hash, lastFour, kind, name, subject],
          ...[listed(token.addresses), listed(token.scopes), createdAt, createdBy, expiresAt],
        ],
      )
    },
    byId: (id) => oneBy('id', id),
    byHash: (hash) => oneBy('hash', hash),
    page: async ({ subject, limit, after }) => {
      const rows = await on.rows(
        `SELECT ${columns} FROM issued_token
         WHERE ${subject === null ? '' : 'subject = ? AND'} kind = 'ISSUED' AND (created_at, id) < (?, ?)
         ORDER BY created_at DESC, id DESC LIMIT ?`,
        [
          ...(subject === null ? [] : [subject]),
          ...[after?.createdAt ?? Number.MAX_SAFE_INTEGER, after?.id ?? '', limit],
        ],
      )
      return rows.map(tokenOf)
    },
    count: async (subject) => {
      const [row = {}] = await on.rows(
        `SELECT count(*) AS found FROM issued_token
         WHERE ${subject === null ? '' : 'subject = ? AND'} kind = 'ISSUED'`,
        subject === null ? [] : [subject],
      )
      return numberOf(row, 'found')
    },
    replace: async (id, by, expiresAt) => {
      const values = [by, expiresAt, id]
      await on.run('UPDATE issued_token SET replaced_by = ?, expires_at = ? WHERE id = ?', values)
    },
    revoke: async (id, by, at) => {
      await on.run(
        'UPDATE issued_token SET revoked_at = ?, revoked_by = ? WHERE id = ? AND revoked_at IS NULL',
        [at, by, id],
      )
    },
    use: async (id, at, times) => {
      await on.run(
        `UPDATE issued_token SET uses = uses + ?, last_used_at =
           CASE WHEN last_used_at > ? THEN last_used_at ELSE ? END
         WHERE id = ?`,
        [times, at, at, id],
      )
    },
    removeExpiredAccess: async (before) => {
      await on.run(`DELETE FROM issued_token WHERE kind = 'ACCESS' AND expires_at < ?`, [before])
    },
  }
}

const listed = (texts: readonly string[] | null): string | null =>
  texts === null ? null : JSON.stringify(texts)

const tokenOf = (row: Row): IssuedToken => ({
  id: textOf(row, 'id'),
  lastFour: textOf(row, 'last_four'),
  kind: textOf(row, 'kind') === 'ACCESS' ? 'ACCESS' : 'ISSUED',
  name: textOf(row, 'name'),
  subject: textOf(row, 'subject'),
  addresses: row['addresses'] === null ? null : textsOf(row, 'addresses'),
  scopes: row['scopes'] === null ? null : textsOf(row, 'scopes'),
  createdAt: numberOf(row, 'created_at'),
  createdBy: textOf(row, 'created_by'),
  expiresAt: numberOf(row, 'expires_at'),
  replacedBy: textOrNull(row, 'replaced_by'),
  revokedAt: numberOrNull(row, 'revoked_at'),
  revokedBy: textOrNull(row, 'revoked_by'),
  lastUsedAt: numberOrNull(row, 'last_used_at'),
  uses: numberOf(row, 'uses'),
})
