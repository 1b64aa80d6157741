/** The statements of the audit. How entries are linked, and what they mean, is not known here. */
import { numberOf, textOf, textOrNull, type Row } from './rows.ts'
import type { Statements, Value } from './statements.ts'

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
  /** Whether it was known who asked. */
  readonly isKnown: boolean | null
  /** Those of nobody known: the client's address, and why it was refused. */
  readonly address: string | null
  readonly reason: string | null
  readonly since: number | null
  readonly until: number | null
}

export interface AuditPage {
  readonly filter: AuditFilter
  readonly limit: number
  /** The entry before the page, the newest first. */
  readonly before: number | null
}

/** Those that change something belong into a transaction, `entries` into a snapshot. */
export interface AuditStatements {
  head(): Promise<Link>
  /** The last entry that was removed. */
  anchor(): Promise<Link>
  insert(entries: readonly StoredEntry[]): Promise<void>
  insertReading(hash: string, coordinates: string): Promise<void>
  moveHead(head: Link): Promise<void>
  /** The last entry of the beginning that is older throughout, of so many; null when there is none. */
  lastBefore(at: number, most: number): Promise<Link | null>
  /** Removes the entries up to and with this one, and what only they read. */
  removeThrough(anchor: Link): Promise<void>
  /** All of them, in their order. */
  entries(): AsyncIterable<StoredEntry>
  reading(hash: string): Promise<string | null>
  page(page: AuditPage): Promise<readonly FoundEntry[]>
  count(filter: AuditFilter): Promise<number>
}

/** Entries that are read at once. */
const pageSize = 1_000
/** Rows of one statement: a server far away answers once for all of them. */
const rowsAtOnce: Readonly<Record<Statements['kind'], number>> = { sqlite: 1, postgresql: 1_000 }

export function auditStatements(on: Statements): AuditStatements {
  const place = async (which: 'head' | 'anchor'): Promise<Link> => {
    const [row = {}] = await on.rows('SELECT * FROM audit_chain')
    return { number: numberOf(row, `${which}_number`), hash: textOf(row, `${which}_hash`) }
  }
  const move = async (which: 'head' | 'anchor', { number, hash }: Link) => {
    await on.run(`UPDATE audit_chain SET ${which}_number = ?, ${which}_hash = ?`, [number, hash])
  }
  return {
    head: () => place('head'),
    anchor: () => place('anchor'),
    insert: async (entries) => {
      for (let from = 0; from < entries.length; from += rowsAtOnce[on.kind]) {
        const some = entries.slice(from, from + rowsAtOnce[on.kind])
        await on.run(
          `INSERT INTO audit_entry (number, entry, hash) VALUES ${some.map(() => '(?, ?, ?)').join()}`,
          some.flatMap(({ number, entry, hash }) => [number, entry, hash]),
        )
      }
    },
    insertReading: async (hash, coordinates) => {
      await on.run(
        'INSERT INTO audit_reading (hash, coordinates) VALUES (?, ?) ON CONFLICT DO NOTHING',
        [hash, coordinates],
      )
    },
    moveHead: (head) => move('head', head),
    lastBefore: async (at, most) => {
      const [row] = await on.rows(
        `SELECT number, hash FROM audit_entry
         WHERE number <= (SELECT anchor_number FROM audit_chain) + ?
         AND number < coalesce((SELECT min(number) FROM audit_entry WHERE at >= ?), ${Number.MAX_SAFE_INTEGER})
         ORDER BY number DESC LIMIT 1`,
        [most, at],
      )
      return row === undefined ? null : linkOf(row)
    },
    removeThrough: async (anchor) => {
      await move('anchor', anchor)
      await on.run('DELETE FROM audit_entry WHERE number <= ?', [anchor.number])
      await on.run(
        `DELETE FROM audit_reading
         WHERE NOT EXISTS (SELECT 1 FROM audit_entry e WHERE e.reading = audit_reading.hash)`,
      )
    },
    entries: async function* () {
      let last: number | null = Number.MIN_SAFE_INTEGER
      while (last !== null) {
        const rows: readonly Row[] = await on.rows(
          'SELECT number, entry, hash FROM audit_entry WHERE number > ? ORDER BY number LIMIT ?',
          [last, pageSize],
        )
        for (const row of rows) yield { ...linkOf(row), entry: textOf(row, 'entry') }
        const end = rows.at(-1)
        last = end === undefined || rows.length < pageSize ? null : numberOf(end, 'number')
      }
    },
    reading: async (hash) => {
      const [row] = await on.rows('SELECT coordinates FROM audit_reading WHERE hash = ?', [hash])
      return row === undefined ? null : textOf(row, 'coordinates')
    },
    page: async ({ filter, limit, before }) => {
      const { sql, values } = conditions(filter, before, on.kind)
      const rows = await on.rows(
        `SELECT e.number, e.entry, e.hash, r.coordinates
         FROM audit_entry e LEFT JOIN audit_reading r ON r.hash = e.reading
         WHERE ${sql} ORDER BY e.number DESC LIMIT ?`,
        [...values, limit],
      )
      return rows.map((row) => ({
        ...linkOf(row),
        entry: textOf(row, 'entry'),
        coordinates: textOrNull(row, 'coordinates'),
      }))
    },
    count: async (filter) => {
      const { sql, values } = conditions(filter, null, on.kind)
      const [row = {}] = await on.rows(
        `SELECT count(*) AS found FROM audit_entry e WHERE ${sql}`,
        values,
      )
      return numberOf(row, 'found')
    },
  }
}

/** What stands as `kind` in entries of callers that nobody knew; they have no subject. */
export const unknownCaller = 'UNKNOWN_CALLER'

interface Within {
  readonly coordinate: string
  readonly record: string
  /** A value of the entry itself. */
  readonly value: (name: 'kind' | 'address' | 'reason') => string
}

/** What only that kind of database has words for: within JSON. */
const within: Readonly<Record<Statements['kind'], Within>> = {
  sqlite: {
    coordinate: `e.reading IN (
      SELECT r.hash FROM audit_reading r, json_tree(r.coordinates) c WHERE c.atom = ?)`,
    record: `EXISTS (
      SELECT 1 FROM json_each(e.entry, '$.records') t, json_each(t.value, '$.keys') k
      WHERE (t.value ->> '$.type') || ':' || k.value = ?)`,
    value: (name) => `(e.entry ->> '$.${name}')`,
  },
  postgresql: {
    coordinate: `e.reading IN (
      SELECT r.hash FROM audit_reading r, jsonb_each(r.coordinates::jsonb) l,
        jsonb_array_elements_text(l.value) c (coordinate) WHERE c.coordinate = ?)`,
    record: `EXISTS (
      SELECT 1 FROM jsonb_array_elements(e.entry::jsonb -> 'records') t (record),
        jsonb_array_elements_text(t.record -> 'keys') k (key)
      WHERE (t.record ->> 'type') || ':' || k.key = ?)`,
    value: (name) => `(e.entry::jsonb ->> '${name}')`,
  },
}

function conditions(
  { subject, coordinate, record, isKnown, address, reason, since, until }: AuditFilter,
  before: number | null,
  kind: Statements['kind'],
): { readonly sql: string; readonly values: readonly Value[] } {
  const { coordinate: ofCoordinate, record: ofRecord, value: valueOf } = within[kind]
  const known = 'e.subject IS NOT NULL'
  const unknown = `(e.subject IS NULL AND ${valueOf('kind')} = '${unknownCaller}')`
  const asked: readonly (readonly [sql: string, value: Value])[] = [
    ['e.number < ?', before],
    ['e.subject = ?', subject],
    ['e.at >= ?', since],
    ['e.at < ?', until],
    [ofCoordinate, coordinate],
    [ofRecord, record],
    [`e.subject IS NULL AND ${valueOf('address')} = ?`, address],
    [`e.subject IS NULL AND ${valueOf('reason')} = ?`, reason],
  ]
  // What the chain says of itself, such as that something was removed, is no entry of anybody.
  const whose = isKnown === null ? `(${known} OR ${unknown})` : isKnown ? known : unknown
  const given = asked.filter(([, value]) => value !== null)
  return {
    sql: [whose, ...given.map(([sql]) => sql)].join(' AND '),
    values: given.map(([, value]) => value),
  }
}

const linkOf = (row: Row): Link => ({ number: numberOf(row, 'number'), hash: textOf(row, 'hash') })
