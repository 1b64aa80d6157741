/** The statements of the audit. How entries are linked, and what they mean, is not known here. */
import { numberOf, numberOrNull, textOf, type Row } from './rows.ts'
import type { Store } from './store.ts'

/** A place in the chain. */
export interface Link {
  readonly number: number
  readonly hash: string
}

export interface StoredEntry extends Link {
  /** JSON. */
  readonly entry: string
}

export interface FoundEntry extends StoredEntry {
  /** JSON; null where nothing was read. */
  readonly coordinates: string | null
}

/** Null: any. Moments are milliseconds since 1970. */
export interface AuditFilter {
  readonly subject: string | null
  /** `Type.field`, read or refused. */
  readonly coordinate: string | null
  /** `Type:key=value`. */
  readonly record: string | null
  readonly since: number | null
  readonly until: number | null
}

export interface AuditPage {
  readonly filter: AuditFilter
  readonly limit: number
  /** The entry before the page, the newest first. */
  readonly before: number | null
}

/** One statement each; those that change something belong into a transaction. */
export interface AuditStatements {
  head(): Link
  /** The last entry that was removed. */
  anchor(): Link
  insert(entry: StoredEntry): void
  insertReading(hash: string, coordinates: string): void
  moveHead(head: Link): void
  /** The last entry of the beginning that is older throughout; null when there is none. */
  lastBefore(at: number): Link | null
  /** Removes the entries up to and with this one, and what only they read. */
  removeThrough(anchor: Link): void
  /** All of them, in their order. */
  entries(): Iterable<StoredEntry>
  reading(hash: string): string | null
  page(page: AuditPage): readonly FoundEntry[]
  count(filter: AuditFilter): number
}

const matches = `(:subject IS NULL OR e.subject = :subject)
  AND (:since IS NULL OR e.at >= :since) AND (:until IS NULL OR e.at < :until)
  AND (:coordinate IS NULL OR e.reading IN (
    SELECT r.hash FROM audit_reading r, json_tree(r.coordinates) c WHERE c.atom = :coordinate))
  AND (:record IS NULL OR EXISTS (
    SELECT 1 FROM json_each(e.entry, '$.records') t, json_each(t.value, '$.keys') k
    WHERE (t.value ->> '$.type') || ':' || k.value = :record))`

export function auditStatements({ database }: Store): AuditStatements {
  const chain = database.prepare('SELECT * FROM audit_chain')
  const insert = database.prepare('INSERT INTO audit_entry (number, entry, hash) VALUES (?, ?, ?)')
  const insertReading = database.prepare(
    'INSERT INTO audit_reading (hash, coordinates) VALUES (?, ?) ON CONFLICT DO NOTHING',
  )
  const moveHead = database.prepare('UPDATE audit_chain SET head_number = ?, head_hash = ?')
  const moveAnchor = database.prepare('UPDATE audit_chain SET anchor_number = ?, anchor_hash = ?')
  const lastOld = database.prepare(
    `SELECT number, hash FROM audit_entry
     WHERE number < ifnull((SELECT min(number) FROM audit_entry WHERE at >= ?), 9223372036854775807)
     ORDER BY number DESC LIMIT 1`,
  )
  const remove = database.prepare('DELETE FROM audit_entry WHERE number <= ?')
  const removeReadings = database.prepare(
    `DELETE FROM audit_reading
     WHERE NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.reading = audit_reading.hash)`,
  )
  const all = database.prepare('SELECT number, entry, hash FROM audit_entry ORDER BY number')
  const reading = database.prepare('SELECT coordinates FROM audit_reading WHERE hash = ?')
  const page = database.prepare(
    `SELECT e.number, e.entry, e.hash, r.coordinates
     FROM audit_entry e LEFT JOIN audit_reading r ON r.hash = e.reading
     WHERE (:before IS NULL OR e.number < :before) AND e.subject IS NOT NULL AND ${matches}
     ORDER BY e.number DESC LIMIT :limit`,
  )
  const count = database.prepare(
    `SELECT count(*) AS found FROM audit_entry e WHERE e.subject IS NOT NULL AND ${matches}`,
  )
  const place = (which: 'head' | 'anchor'): Link => {
    const row = chain.get() ?? {}
    return { number: numberOf(row, `${which}_number`), hash: textOf(row, `${which}_hash`) }
  }
  return {
    head: () => place('head'),
    anchor: () => place('anchor'),
    insert: ({ number, entry, hash }) => void insert.run(number, entry, hash),
    insertReading: (hash, coordinates) => void insertReading.run(hash, coordinates),
    moveHead: ({ number, hash }) => void moveHead.run(number, hash),
    lastBefore: (at) => {
      const row = lastOld.get(at)
      return row === undefined ? null : linkOf(row)
    },
    removeThrough: ({ number, hash }) => {
      moveAnchor.run(number, hash)
      remove.run(number)
      removeReadings.run()
    },
    entries: function* () {
      for (const row of all.iterate()) yield { ...linkOf(row), entry: textOf(row, 'entry') }
    },
    reading: (hash) => {
      const row = reading.get(hash)
      return row === undefined ? null : textOf(row, 'coordinates')
    },
    page: ({ filter, limit, before }) =>
      page.all({ ...named(filter), limit, before }).map((row) => ({
        ...linkOf(row),
        entry: textOf(row, 'entry'),
        coordinates: row['coordinates'] === null ? null : textOf(row, 'coordinates'),
      })),
    count: (filter) => numberOrNull(count.get(named(filter)) ?? {}, 'found') ?? 0,
  }
}

const named = ({ subject, coordinate, record, since, until }: AuditFilter) => ({
  subject,
  coordinate,
  record,
  since,
  until,
})

const linkOf = (row: Row): Link => ({ number: numberOf(row, 'number'), hash: textOf(row, 'hash') })
