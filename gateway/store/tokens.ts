/** The statements of issued tokens. What a token may do is not known here. */
import { numberOf, numberOrNull, textOf, textOrNull, textsOf, type Row } from './rows.ts'
import type { Store } from './store.ts'

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
  insert(token: NewToken): void
  byId(id: string): IssuedToken | null
  byHash(hash: string): IssuedToken | null
  /** Tokens that administrators issued, the newest first. */
  page(page: TokenPage): readonly IssuedToken[]
  count(subject: string | null): number
  replace(id: string, by: string, expiresAt: number): void
  revoke(id: string, by: string, at: number): void
  use(id: string, at: number, times: number): void
  removeExpiredAccess(before: number): void
}

const columns = `id, last_four, kind, name, subject, addresses, scopes, created_at, created_by, expires_at,
  replaced_by, revoked_at, revoked_by, last_used_at, uses`

export function tokenStatements({ database }: Store): TokenStatements {
  const insert = database.prepare(
    `INSERT INTO issued_token (id, hash, last_four, kind, name, subject, addresses, scopes, created_at, created_by, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const byId = database.prepare(`SELECT ${columns} FROM issued_token WHERE id = ?`)
  const byHash = database.prepare(`SELECT ${columns} FROM issued_token WHERE hash = ?`)
  const page = (where: string) =>
    database.prepare(
      `SELECT ${columns} FROM issued_token
       WHERE ${where} kind = 'ISSUED' AND (created_at, id) < (?, ?)
       ORDER BY created_at DESC, id DESC LIMIT ?`,
    )
  const pageOfAll = page('')
  const pageOfOne = page('subject = ? AND')
  const countAll = database.prepare(
    `SELECT count(*) AS found FROM issued_token WHERE kind = 'ISSUED'`,
  )
  const countOne = database.prepare(
    `SELECT count(*) AS found FROM issued_token WHERE subject = ? AND kind = 'ISSUED'`,
  )
  const replace = database.prepare(
    'UPDATE issued_token SET replaced_by = ?, expires_at = ? WHERE id = ?',
  )
  const revoke = database.prepare(
    'UPDATE issued_token SET revoked_at = ?, revoked_by = ? WHERE id = ? AND revoked_at IS NULL',
  )
  const use = database.prepare(
    'UPDATE issued_token SET last_used_at = max(ifnull(last_used_at, 0), ?), uses = uses + ? WHERE id = ?',
  )
  const removeExpired = database.prepare(
    `DELETE FROM issued_token WHERE kind = 'ACCESS' AND expires_at < ?`,
  )
  const one = (row: Row | undefined) => (row === undefined ? null : tokenOf(row))
  return {
    insert: (token) => {
      const { id, hash, lastFour, kind, name, subject } = token
      const { createdAt, createdBy, expiresAt } = token
      insert.run(
        ...[id, hash, lastFour, kind, name, subject],
        ...[listed(token.addresses), listed(token.scopes), createdAt, createdBy, expiresAt],
      )
    },
    byId: (id) => one(byId.get(id)),
    byHash: (hash) => one(byHash.get(hash)),
    page: ({ subject, limit, after }) => {
      const position = [after?.createdAt ?? Number.MAX_SAFE_INTEGER, after?.id ?? '', limit]
      const rows =
        subject === null ? pageOfAll.all(...position) : pageOfOne.all(subject, ...position)
      return rows.map(tokenOf)
    },
    count: (subject) =>
      numberOf((subject === null ? countAll.get() : countOne.get(subject)) ?? {}, 'found'),
    replace: (id, by, expiresAt) => void replace.run(by, expiresAt, id),
    revoke: (id, by, at) => void revoke.run(at, by, id),
    use: (id, at, times) => void use.run(at, times, id),
    removeExpiredAccess: (before) => void removeExpired.run(before),
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
