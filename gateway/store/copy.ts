/**
 * Everything of one store into another one, table by table, as it is. What the rows mean is not known
 * here; that every table and column is named is tested.
 */
import { AppError } from '#shared/errors.ts'
import { numberOf, type Row } from './rows.ts'
import type { Statements, Value } from './statements.ts'

interface Table {
  readonly name: string
  /** By which rows are read in pages. */
  readonly key: readonly [string, ...string[]]
  readonly others: readonly string[]
}

/** A token may name the one that takes its place, which must be there before: see `linkTokens`. */
const callers: readonly Table[] = [
  {
    name: 'issued_token',
    key: ['id'],
    others: [
      ...['hash', 'last_four', 'kind', 'name', 'subject', 'addresses', 'scopes', 'created_at'],
      ...['created_by', 'expires_at', 'revoked_at', 'revoked_by', 'last_used_at', 'uses'],
    ],
  },
  {
    name: 'subject',
    key: ['subject'],
    others: ['kind', 'groups', 'first_seen_at', 'last_seen_at', 'disabled_at', 'disabled_by'],
  },
  {
    name: 'idempotent_request',
    key: ['subject', 'key'],
    others: ['request_hash', 'result', 'created_at'],
  },
  { name: 'used_assertion', key: ['subject', 'jti'], others: ['expires_at'] },
]

const audit: readonly Table[] = [
  { name: 'audit_reading', key: ['hash'], others: ['coordinates'] },
  { name: 'audit_entry', key: ['number'], others: ['entry', 'hash'] },
]

/** Rows that are read and written at once. */
const pageSize = 1_000

/** How many rows there were, by the name of the table. */
export type Copied = Readonly<Record<string, number>>

/** Throws STORE_NOT_EMPTY. */
export async function expectEmpty(store: Statements): Promise<void> {
  const filled: string[] = []
  for (const { name } of [...callers, ...audit]) {
    const rows = await store.rows(`SELECT 1 AS one FROM ${name} LIMIT 1`)
    if (rows.length > 0) filled.push(name)
  }
  // Where all entries were removed by their age, only the ends of the chain tell of them.
  const [row = {}] = await store.rows('SELECT head_number FROM audit_chain')
  if (numberOf(row, 'head_number') > 0 && filled.length === 0) filled.push('audit_chain')
  if (filled.length === 0) return
  throw new AppError(
    'STORE_NOT_EMPTY',
    `The store is not empty: it has rows in ${filled.join(', ')}. Nothing was changed.`,
  )
}

/** To be called within a snapshot of the one and a transaction of the other, which is empty. */
export async function copyCallers(from: Statements, to: Statements): Promise<Copied> {
  const copied = await copyTables(callers, from, to)
  await linkTokens(from, to)
  return copied
}

/** The same for the audit: its entries, what they read, and where the chain begins and ends. */
export async function copyAudit(from: Statements, to: Statements): Promise<Copied> {
  const copied = await copyTables(audit, from, to)
  const ends = ['anchor_number', 'anchor_hash', 'head_number', 'head_hash']
  const [row = {}] = await from.rows(`SELECT ${ends.join()} FROM audit_chain`)
  await to.run(
    `UPDATE audit_chain SET ${ends.map((end) => `${end} = ?`).join()}`,
    ends.map((end) => valueOf(row, end)),
  )
  return copied
}

async function copyTables(
  tables: readonly Table[],
  from: Statements,
  to: Statements,
): Promise<Copied> {
  const copied: Record<string, number> = {}
  for (const table of tables) copied[table.name] = await copyTable(table, from, to)
  return copied
}

async function copyTable(
  { name, key, others }: Table,
  from: Statements,
  to: Statements,
): Promise<number> {
  const columns = [...key, ...others]
  const marks = (of: readonly string[]) => `(${of.map(() => '?').join()})`
  let copied = 0
  let last: readonly Value[] = []
  for (;;) {
    const rows = await from.rows(
      `SELECT ${columns.join()} FROM ${name}
       ${last.length === 0 ? '' : `WHERE (${key.join()}) > ${marks(key)}`}
       ORDER BY ${key.join()} LIMIT ${pageSize}`,
      last,
    )
    const end = rows.at(-1)
    if (end === undefined) return copied
    await to.run(
      `INSERT INTO ${name} (${columns.join()}) VALUES ${rows.map(() => marks(columns)).join()}`,
      rows.flatMap((row) => columns.map((column) => valueOf(row, column))),
    )
    copied += rows.length
    last = key.map((column) => valueOf(end, column))
  }
}

async function linkTokens(from: Statements, to: Statements): Promise<void> {
  const rotated = await from.rows(
    'SELECT id, replaced_by FROM issued_token WHERE replaced_by IS NOT NULL ORDER BY id',
  )
  for (const row of rotated) {
    await to.run('UPDATE issued_token SET replaced_by = ? WHERE id = ?', [
      valueOf(row, 'replaced_by'),
      valueOf(row, 'id'),
    ])
  }
}

function valueOf(row: Row, column: string): Value {
  const value = row[column]
  if (typeof value === 'string' || typeof value === 'number' || value === null) return value
  throw new AppError('DATABASE_INVALID', `The gateway's own database has no usable "${column}".`)
}
