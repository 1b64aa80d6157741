/** The statements of subjects: who was seen when with which groups, and who is disabled. */
import { numberOrNull, textOf, textOrNull, textsOf, type Row } from './rows.ts'
import type { Store } from './store.ts'

export type SubjectKind = 'EMPLOYEE' | 'PARTNER'

/** Moments are milliseconds since 1970. */
export interface KnownSubject {
  readonly subject: string
  readonly kind: SubjectKind
  readonly groups: readonly string[]
  readonly lastSeenAt: number | null
  readonly disabledAt: number | null
  readonly disabledBy: string | null
}

export type SeenSubject = Pick<KnownSubject, 'subject' | 'kind' | 'groups'>

/** One statement each; those that change something belong into a transaction. */
export interface SubjectStatements {
  find(subject: string): KnownSubject | null
  all(): readonly KnownSubject[]
  disabled(): readonly string[]
  partners(): readonly string[]
  see(seen: SeenSubject, at: number): void
  /** Also somebody who has never been seen. */
  disable(subject: string, kind: SubjectKind, by: string, at: number): void
  /** It is of this kind from now on. */
  enable(subject: string, kind: SubjectKind): void
}

const columns = 'subject, kind, groups, last_seen_at, disabled_at, disabled_by'

export function subjectStatements({ database }: Store): SubjectStatements {
  const find = database.prepare(`SELECT ${columns} FROM subject WHERE subject = ?`)
  const all = database.prepare(`SELECT ${columns} FROM subject ORDER BY subject`)
  const disabled = database.prepare('SELECT subject FROM subject WHERE disabled_at IS NOT NULL')
  const partners = database.prepare("SELECT subject FROM subject WHERE kind = 'PARTNER'")
  const see = database.prepare(
    `INSERT INTO subject (subject, kind, groups, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (subject) DO UPDATE SET kind = excluded.kind, groups = excluded.groups,
       first_seen_at = ifnull(first_seen_at, excluded.first_seen_at), last_seen_at = excluded.last_seen_at`,
  )
  const disable = database.prepare(
    `INSERT INTO subject (subject, kind, groups, disabled_at, disabled_by) VALUES (?, ?, '[]', ?, ?)
     ON CONFLICT (subject) DO UPDATE SET disabled_at = excluded.disabled_at, disabled_by = excluded.disabled_by`,
  )
  const enable = database.prepare(
    'UPDATE subject SET disabled_at = NULL, disabled_by = NULL, kind = ? WHERE subject = ?',
  )
  return {
    find: (subject) => {
      const row = find.get(subject)
      return row === undefined ? null : subjectOf(row)
    },
    all: () => all.all().map(subjectOf),
    disabled: () => disabled.all().map((row) => textOf(row, 'subject')),
    partners: () => partners.all().map((row) => textOf(row, 'subject')),
    see: ({ subject, kind, groups }, at) =>
      void see.run(subject, kind, JSON.stringify(groups), at, at),
    disable: (subject, kind, by, at) => void disable.run(subject, kind, at, by),
    enable: (subject, kind) => void enable.run(kind, subject),
  }
}

const subjectOf = (row: Row): KnownSubject => ({
  subject: textOf(row, 'subject'),
  kind: textOf(row, 'kind') === 'PARTNER' ? 'PARTNER' : 'EMPLOYEE',
  groups: textsOf(row, 'groups'),
  lastSeenAt: numberOrNull(row, 'last_seen_at'),
  disabledAt: numberOrNull(row, 'disabled_at'),
  disabledBy: textOrNull(row, 'disabled_by'),
})
