/**
 * Subjects over time: who is disabled, and when each was last seen with which groups. A run without a
 * token (a schedule, a feed) goes by what the last token said, for as long as that is recent.
 */
import { AppError } from '#shared/errors.ts'
import type { Log } from '../log.ts'
import type { Claims } from '../policy/principals.ts'
import { markChanged, type Store } from '../store/store.ts'
import {
  subjectStatements,
  type KnownSubject,
  type SeenSubject,
  type SubjectKind,
  type SubjectStatements,
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

export interface Grants extends AsyncDisposable {
  /** Why nobody comes in by this name, or null. `revision` is the store's, read when the request came. */
  bar(subject: string, revision: number): string | null | Promise<string | null>
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
  let known: Barred = { revision: -1, disabled: new Set(), partners: new Set() }

  const readAt = async (revision: number): Promise<Barred> => {
    const [disabled, partners] = [await subjects.disabled(), await subjects.partners()]
    known = { revision, disabled: new Set(disabled), partners: new Set(partners) }
    return known
  }
  const barOf = (subject: string, { disabled, partners }: Barred): string | null => {
    if (disabled.has(subject)) return 'the subject is disabled'
    const wasPartner = partners.has(subject) || notes.isPartner(subject)
    return wasPartner && !isPartner(subject) ? 'its partner plan is gone' : null
  }
  const change = (
    subject: string,
    work: (subjects: SubjectStatements) => Promise<void>,
  ): Promise<KnownSubject> =>
    store.transaction('callers', async (inside) => {
      const changing = subjectStatements(inside)
      await work(changing)
      await markChanged(inside)
      const found = await changing.find(subject)
      if (found !== null) return found
      throw new AppError('NOT_FOUND', `The subject "${subject}" has never been seen.`)
    })
  const kindOf = (subject: string): SubjectKind => (isPartner(subject) ? 'PARTNER' : 'EMPLOYEE')

  return {
    bar: (subject, revision) =>
      revision === known.revision
        ? barOf(subject, known)
        : readAt(revision).then((read) => barOf(subject, read)),
    seen: notes.seen,
    used: notes.used,
    lastGrant: async (subject) => {
      await notes.write()
      const found = await subjects.find(subject)
      if (found !== null && found.disabledAt !== null)
        throw new AppError('SUBJECT_DISABLED', `The subject "${subject}" is disabled.`)
      const oldest = now() - maxUnseenDays * 24 * 3_600_000
      if (found?.lastSeenAt == null || found.lastSeenAt < oldest) {
        throw new AppError(
          'SUBJECT_UNSEEN',
          `The subject "${subject}" has not come with a token for ${maxUnseenDays} days.`,
        )
      }
      if ((found.kind === 'PARTNER') !== isPartner(subject))
        throw new AppError('SUBJECT_UNSEEN', `The subject "${subject}" is no longer what it was.`)
      return { subject, groups: found.groups }
    },
    disable: (subject, by) =>
      change(subject, (changing) => changing.disable(subject, kindOf(subject), by, now())),
    enable: async (subject) => {
      await notes.write() // or it would be noted as what it was once more
      return await change(subject, (changing) => changing.enable(subject, kindOf(subject)))
    },
    all: () => subjects.all(),
    [Symbol.asyncDispose]: async () => {
      try {
        await notes.write()
      } catch (error) {
        log.error({ err: error }, notWritten)
      }
    },
  }
}

const notWritten = 'what was seen last could not be written'

/** What was read of subjects at a revision of the store. */
interface Barred {
  readonly revision: number
  readonly disabled: ReadonlySet<string>
  /** Who was a partner once: without its plan it must not come in as an employee. */
  readonly partners: ReadonlySet<string>
}

interface Use {
  at: number
  times: number
}

interface Sighting {
  subject: SeenSubject
  at: number
}

/** Uses of tokens and sightings of subjects, gathered and written in one transaction. */
function createNotes({ store, log, now }: GrantsOptions) {
  const uses = new Map<string, Use>()
  const seen = new Map<string, Sighting>()
  let timer: NodeJS.Timeout | undefined
  let writtenAt = -Infinity
  let last: Promise<void> = Promise.resolve()

  async function writeNow(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    writtenAt = performance.now()
    if (uses.size === 0 && seen.size === 0) return
    const written = {
      uses: [...uses].map(([id, { at, times }]) => ({ id, at, times })),
      seen: [...seen.values()].map(({ subject, at }) => ({ subject, at })),
    }
    await store.transaction('callers', async (inside) => {
      const [tokens, subjects] = [tokenStatements(inside), subjectStatements(inside)]
      for (const { id, at, times } of written.uses) await tokens.use(id, at, times)
      const partners = new Set(await subjects.partners())
      for (const { subject, at } of written.seen) await subjects.see(subject, at)
      // A partner that is new must be one in every process.
      if (written.seen.some(({ subject }) => isNewIn(partners, subject))) await markChanged(inside)
    })
    // What came meanwhile stays noted.
    for (const { id, times } of written.uses) {
      const use = uses.get(id)
      if (use === undefined || use.times === times) uses.delete(id)
      else use.times -= times
    }
    for (const { subject, at } of written.seen) {
      const sighting = seen.get(subject.subject)
      if (sighting?.subject === subject && sighting.at === at) seen.delete(subject.subject)
    }
  }
  /** One after the other, so that nothing is counted twice. */
  const write = (): Promise<void> => {
    const mine = last.then(writeNow)
    last = mine.catch(() => undefined)
    return mine
  }
  const writeLater = (): void => {
    if (timer !== undefined) return
    const inMs = Math.max(writeSoonMs, writtenAt + writeEveryMs - performance.now())
    timer = setTimeout(() => {
      // They stay noted, and the next request tries again.
      write().catch((error: unknown) => log.error({ err: error }, notWritten))
    }, inMs).unref()
  }
  return {
    write,
    isPartner: (subject: string): boolean => seen.get(subject)?.subject.kind === 'PARTNER',
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

const isNewIn = (partners: ReadonlySet<string>, { kind, subject }: SeenSubject): boolean =>
  kind === 'PARTNER' && !partners.has(subject)
