/** The statements of subjects: who was seen when with which groups, and who is disabled. */
import { numberOrNull, textOf, textOrNull, textsOf, type Row } from './rows.ts'
import type { Statements } from './statements.ts'

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
  find(subject: string): Promise<KnownSubject | null>
  all(): Promise<readonly KnownSubject[]>
  disabled(): Promise<readonly string[]>
  partners(): Promise<readonly string[]>
  see(seen: SeenSubject, at: number): Promise<void>
  /** Also somebody who has never been seen. */
  disable(subject: string, kind: SubjectKind, by: string, at: number): Promise<void>
  /** It is of this kind from now on. */
  enable(subject: string, kind: SubjectKind): Promise<void>
}

const columns = 'subject, kind, groups, last_seen_at, disabled_at, disabled_by'

export function subjectStatements(on: Statements): SubjectStatements {
  const named = async (which: string) =>
    (await on.rows(`SELECT subject FROM subject WHERE ${which}`)).map((row) =>
      textOf(row, 'subject'),
    )
  return {
    find: async (subject) => {
      const [row] = await on.rows(`SELECT ${columns} FROM subject WHERE subject = ?`, [subject])
      return row === undefined ? null : subjectOf(row)
    },
    all: async () =>
      (await on.rows(`SELECT ${columns} FROM subject ORDER BY subject`)).map(subjectOf),
    disabled: () => named('disabled_at IS NOT NULL'),
    partners: () => named("kind = 'PARTNER'"),
    see: async ({ subject, kind, groups }, at) => {
      await on.run(
        `INSERT INTO subject (subject, kind, groups, first_seen_at, last_seen_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (subject) DO UPDATE SET kind = excluded.kind, groups = excluded.groups,
           first_seen_at = coalesce(subject.first_seen_at, excluded.first_seen_at),
           last_seen_at = excluded.last_seen_at`,
        [subject, kind, JSON.stringify(groups), at, at],
      )
    },
    disable: async (subject, kind, by, at) => {
      await on.run(
        `INSERT INTO subject (subject, kind, groups, disabled_at, disabled_by) VALUES (?, ?, '[]', ?, ?)
         ON CONFLICT (subject) DO UPDATE
         SET disabled_at = excluded.disabled_at, disabled_by = excluded.disabled_by`,
        [subject, kind, at, by],
      )
    },
    enable: async (subject, kind) => {
      await on.run(
        'UPDATE subject SET disabled_at = NULL, disabled_by = NULL, kind = ? WHERE subject = ?',
        [kind, subject],
      )
    },
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
