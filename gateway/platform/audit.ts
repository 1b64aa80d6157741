/**
 * The audit in the graph: all of it for administrators, the own part for everybody. The scope is
 * checked before a question is planned, and here once more.
 */
import { AppError } from '#shared/errors.ts'
import type { Principal } from '#shared/principal.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import { everything, type AuditLog } from '../audit/log.ts'
import type { ReadBack, UnknownCallerEntry } from '../audit/entry.ts'
import type { AuditFilter } from '../store/audit.ts'
import { pageOf, type PageArgs } from './page.ts'

interface FilterInput {
  readonly subject?: string | null
  readonly coordinate?: string | null
  readonly record?: string | null
  readonly isKnown?: boolean | null
  readonly address?: string | null
  readonly reason?: string | null
  readonly since?: string | null
  readonly until?: string | null
}

interface AuditArgs extends PageArgs {
  readonly filter?: FilterInput | null
}

interface Context {
  readonly principal: Principal
}

/** `log` is null where nothing is kept. */
export function auditResolvers(log: AuditLog | null): Resolvers {
  const known = (): AuditLog => {
    if (log !== null) return log
    throw new AppError('FORBIDDEN', 'This gateway keeps no audit.')
  }
  return {
    Query: {
      auditEntries: (_: unknown, { filter, ...args }: AuditArgs, { principal }: Context) => {
        if (!principal.scopes.includes('platform:audit:read')) {
          throw new AppError('FORBIDDEN', 'This needs the scope platform:audit:read.')
        }
        return page(known(), args, filterOf(filter ?? {}))
      },
    },
    Viewer: {
      auditEntries: ({ subject }: Principal, args: PageArgs) =>
        page(known(), args, { ...everything, subject }),
    },
    AuditEntry: {
      number: ({ number }: ReadBack) => String(number),
      at: ({ at }: ReadBack) => new Date(at).toISOString(),
      rowRule: ({ rows }: ReadBack) => rows?.rule ?? null,
      read: ({ coordinates }: ReadBack) => coordinates.read,
      refused: ({ coordinates }: ReadBack) => coordinates.refused,
      variables: ({ variables }: ReadBack) =>
        Object.entries(variables).map(([name, hash]) => ({ name, hash })),
    },
    UnknownCaller: {
      since: ({ since }: UnknownCallerEntry) => new Date(since).toISOString(),
    },
  }
}

const page = (log: AuditLog, args: PageArgs, filter: AuditFilter) =>
  pageOf<ReadBack, number>(args, {
    positionOf,
    cursorOf: ({ number }) => String(number),
    rows: (limit, before) => log.page(filter, limit, before),
    count: () => log.count(filter),
  })

function positionOf(cursor: string): number {
  if (/^[1-9][0-9]{0,14}$/.test(cursor)) return Number(cursor)
  throw new AppError('BAD_USER_INPUT', '"after" takes the cursor of a page of audit entries.', {
    details: { argument: 'after' },
  })
}

const filterOf = (given: FilterInput): AuditFilter => ({
  subject: given.subject ?? null,
  coordinate: given.coordinate ?? null,
  record: given.record ?? null,
  isKnown: given.isKnown ?? null,
  address: given.address ?? null,
  reason: given.reason ?? null,
  since: momentOf('since', given.since),
  until: momentOf('until', given.until),
})

function momentOf(argument: string, text: string | null | undefined): number | null {
  if (text == null) return null
  const at = Date.parse(text)
  if (!Number.isNaN(at)) return at
  throw new AppError('BAD_USER_INPUT', `"${argument}" is no moment in time.`, {
    details: { argument },
  })
}
