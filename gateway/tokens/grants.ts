/**
 * Subjects over time: who is disabled, and when each was last seen with which groups. A run without a
 * token (a schedule, a feed) goes by what the last token said, for as long as that is recent.
 */
import { AppError } from '#shared/errors.ts'
import type { Log } from '../log.ts'
import type { Claims } from '../policy/principals.ts'
import type { Store } from '../store/store.ts'
import {
  subjectStatements,
  type KnownSubject,
  type SeenSubject,
  type SubjectKind,
} from '../store/subjects.ts'
import { tokenStatements } from '../store/tokens.ts'

export interface GrantsOptions {
  readonly store: Store
  /** How long a grant is good without being seen again. */
  readonly maxUnseenDays: number
  readonly isPartner: (subject: string) => boolean
  readonly log: Pick<Log, 'error'>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

export interface Grants extends Disposable {
  /** Why nobody comes in by this name, or null. */
  bar(subject: string): string | null
  seen(subject: SeenSubject): void
  used(tokenId: string): void
  /** What a subject was last granted; throws SUBJECT_DISABLED or SUBJECT_UNSEEN. */
  lastGrant(subject: string): Promise<Claims>
  disable(subject: string, by: string): Promise<KnownSubject>
  enable(subject: string): Promise<KnownSubject>
  all(): Promise<readonly KnownSubject[]>
}

/** What is noted is written together, at most this often, in milliseconds. */
const writeEveryMs = 60_000
/** The first write does not wait a minute for others. */
const writeSoonMs = 1_000

export function createGrants(options: GrantsOptions): Grants {
  const { store, maxUnseenDays, isPartner, log, now } = options
  const subjects = subjectStatements(store)
  const notes = createNotes(options)
  let revision = -1
  let disabled: ReadonlySet<string> = new Set()
  /** Who was a partner once: without its plan it must not come in as an employee. */
  let partners = new Set<string>()

  const lastGrant = (subject: string): Claims => {
    notes.write()
    const known = subjects.find(subject)
    if (known !== null && known.disabledAt !== null)
      throw new AppError('SUBJECT_DISABLED', `The subject "${subject}" is disabled.`)
    const oldest = now() - maxUnseenDays * 24 * 3_600_000
    if (known?.lastSeenAt == null || known.lastSeenAt < oldest) {
      throw new AppError(
        'SUBJECT_UNSEEN',
        `The subject "${subject}" has not come with a token for ${maxUnseenDays} days.`,
      )
    }
    if ((known.kind === 'PARTNER') !== isPartner(subject)) {
      throw new AppError('SUBJECT_UNSEEN', `The subject "${subject}" is no longer what it was.`)
    }
    return { subject, groups: known.groups }
  }
  const change = (subject: string, work: () => void): KnownSubject =>
    store.transaction(() => {
      work()
      store.markChanged()
      const found = subjects.find(subject)
      if (found !== null) return found
      throw new AppError('NOT_FOUND', `The subject "${subject}" has never been seen.`)
    })
  const kindOf = (subject: string): SubjectKind => (isPartner(subject) ? 'PARTNER' : 'EMPLOYEE')

  return {
    bar: (subject) => {
      const present = store.revision()
      if (present !== revision) {
        disabled = new Set(subjects.disabled())
        partners = new Set([...partners, ...subjects.partners()])
        revision = present
      }
      if (disabled.has(subject)) return 'the subject is disabled'
      return partners.has(subject) && !isPartner(subject) ? 'its partner plan is gone' : null
    },
    seen: (subject) => {
      if (subject.kind === 'PARTNER') partners.add(subject.subject)
      notes.seen(subject)
    },
    used: notes.used,
    lastGrant: (subject) => Promise.try(lastGrant, subject),
    disable: (subject, by) =>
      Promise.try(change, subject, () => subjects.disable(subject, kindOf(subject), by, now())),
    enable: async (subject) => {
      const known = await Promise.try(change, subject, () =>
        subjects.enable(subject, kindOf(subject)),
      )
      partners.delete(subject)
      return known
    },
    all: () => Promise.try(() => subjects.all()),
    [Symbol.dispose]: () => {
      try {
        notes.stop()
      } catch (error) {
        log.error({ err: error }, 'what was seen last could not be written')
      }
    },
  }
}

/** Uses of tokens and sightings of subjects, gathered and written in one transaction. */
function createNotes({ store, log, now }: GrantsOptions) {
  const tokens = tokenStatements(store)
  const subjects = subjectStatements(store)
  let uses = new Map<string, { at: number; times: number }>()
  let seen = new Map<string, { subject: SeenSubject; at: number }>()
  let timer: NodeJS.Timeout | undefined
  let writtenAt = -Infinity

  const write = (): void => {
    clearTimeout(timer)
    timer = undefined
    writtenAt = performance.now()
    if (uses.size === 0 && seen.size === 0) return
    store.transaction(() => {
      for (const [id, { at, times }] of uses) tokens.use(id, at, times)
      for (const { subject, at } of seen.values()) subjects.see(subject, at)
    })
    uses = new Map()
    seen = new Map()
  }
  const writeLater = (): void => {
    if (timer !== undefined) return
    const inMs = Math.max(writeSoonMs, writtenAt + writeEveryMs - performance.now())
    timer = setTimeout(() => {
      try {
        write()
      } catch (error) {
        // They stay noted, and the next request tries again.
        log.error({ err: error }, 'what was seen last could not be written')
      }
    }, inMs).unref()
  }
  return {
    write,
    stop: write,
    used: (id: string): void => {
      const known = uses.get(id)
      if (known === undefined) uses.set(id, { at: now(), times: 1 })
      else {
        known.at = now()
        known.times += 1
      }
      writeLater()
    },
    seen: (subject: SeenSubject): void => {
      const known = seen.get(subject.subject)
      if (known?.subject === subject) known.at = now()
      else seen.set(subject.subject, { subject, at: now() })
      writeLater()
    },
  }
}
