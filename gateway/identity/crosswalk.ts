/**
 * The crosswalk's own database, for writing: links, old ids, candidates, findings and decisions, in SQLite
 * or PostgreSQL. Its tables are those that the CRM subgraph declares and reads. Statements on it stand
 * here and in statements.ts only.
 */
import { sql } from 'kysely'
import type { OwnPlace } from '#shared/own/address.ts'
import { openOwnDatabase, type OwnRows } from '#shared/own/writing.ts'
import { AppError } from '#shared/errors.ts'
import type { Relations } from '#shared/relations.ts'
import { pairKey, type Link } from './links.ts'
import type { Candidate, CandidateReason } from './match.ts'
import type { Finding, Summary } from './quality.ts'
import {
  candidateOf,
  candidateRow,
  findingOf,
  findingRow,
  linkOf,
  linkRow,
  summaryOf,
  systemOf,
  type DecisionRow,
  type IdentityTables,
  type KnownCandidate,
  type KnownFinding,
  type KnownSummary,
} from './rows.ts'

/** What a match starts from. */
export interface CrosswalkState {
  readonly links: readonly Link[]
  /** Old id → the id that took its place. */
  readonly aliases: ReadonlyMap<string, string>
  /** Pairs of which the latest decision says that they are not the same. */
  readonly rejected: ReadonlySet<string>
  /** Tells whether somebody has changed it since. */
  readonly revision: string
}

export interface Match {
  readonly links: readonly Link[]
  readonly candidates: readonly Candidate[]
  readonly findings: readonly Finding[]
  readonly summaries: readonly Summary[]
  /** Of the state that it started from. */
  readonly revision: string
  /** `YYYY-MM-DD` */
  readonly today: string
  /** ISO 8601 */
  readonly at: string
}

export interface FindingCount {
  readonly kind: string
  readonly system: string
  readonly field: string | null
  readonly count: number
}

export interface Crosswalk extends AsyncDisposable {
  /** One change, with nobody else changing anything meanwhile. Not to be nested. */
  write<Result>(work: (rows: OwnRows<IdentityTables>) => Promise<Result>): Promise<Result>
  state(): Promise<CrosswalkState>
  /** The likeliest first; `reason` null: all. */
  candidates(filter?: {
    readonly reason?: CandidateReason | null
  }): Promise<readonly KnownCandidate[]>
  findings(filter: {
    readonly kind: string | null
    readonly limit: number
  }): Promise<readonly KnownFinding[]>
  countFindings(): Promise<readonly FindingCount[]>
  /** How many decisions of each kind there are. */
  countDecisions(): Promise<Readonly<Record<string, number>>>
  summaries(): Promise<readonly KnownSummary[]>
  /**
   * All of a match at once, with what the last one left replaced. Throws CROSSWALK_CHANGED where somebody
   * has decided or matched since it started.
   */
  keep(match: Match): Promise<void>
}

export async function openCrosswalk(place: OwnPlace, relations: Relations): Promise<Crosswalk> {
  const database = await openOwnDatabase<IdentityTables>(place, { name: 'crosswalk', relations })
  const { read, write } = database
  return {
    write,
    state: () => read(stateIn),
    candidates: ({ reason = null } = {}) =>
      read(async (rows) => {
        const all = rows.db.selectFrom('identity_candidate').selectAll()
        const found = await (reason === null ? all : all.where('reason', '=', reason))
          .orderBy('score', 'desc')
          .orderBy('id')
          .execute()
        return rows.decoded('identity_candidate', found).map(candidateOf)
      }),
    findings: ({ kind, limit }) =>
      read(async (rows) => {
        const all = rows.db.selectFrom('identity_finding').selectAll()
        const found = await (kind === null ? all : all.where('kind', '=', kind))
          .orderBy('id')
          .limit(limit)
          .execute()
        return rows.decoded('identity_finding', found).map(findingOf)
      }),
    countFindings: () =>
      read(async ({ db }) => {
        const dimensions = ['kind', 'system', 'field'] as const
        const found = await db
          .selectFrom('identity_finding')
          .select(dimensions)
          .select((eb) => eb.fn.countAll().as('count'))
          .groupBy(dimensions)
          .execute()
        return found
          .map((row) => ({ ...row, count: Number(row.count) }))
          .toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1))
      }),
    countDecisions: () =>
      read(async ({ db }) => {
        const found = await db
          .selectFrom('identity_decision')
          .select('kind')
          .select((eb) => eb.fn.countAll().as('count'))
          .groupBy('kind')
          .orderBy('kind')
          .execute()
        return Object.fromEntries(found.map(({ kind, count }) => [kind, Number(count)]))
      }),
    summaries: () =>
      read(async (rows) => {
        const found = await rows.db
          .selectFrom('identity_summary')
          .selectAll()
          .orderBy('system')
          .execute()
        return rows.decoded('identity_summary', found).map(summaryOf)
      }),
    keep: (match) => write((rows) => keepIn(rows, match)),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

const orderOf = ({ kind, system, field }: Omit<FindingCount, 'count'>): string =>
  `${kind} ${system} ${field ?? ''}`

async function stateIn(rows: OwnRows<IdentityTables>): Promise<CrosswalkState> {
  const { db, decoded } = rows
  const links = await db
    .selectFrom('identity_link')
    .selectAll()
    .orderBy('customerId')
    .orderBy('system')
    .orderBy('value')
    .execute()
  const aliases = await db.selectFrom('identity_alias').select(['oldId', 'customerId']).execute()
  const decisions = await db
    .selectFrom('identity_decision')
    .selectAll()
    .where('crmAccountId', 'is not', null)
    .orderBy(sql`coalesce("number", 0)`)
    .orderBy('decidedAt')
    .execute()
  return {
    links: decoded('identity_link', links).map(linkOf),
    aliases: new Map(aliases.map(({ oldId, customerId }) => [oldId, customerId])),
    rejected: rejectedIn(decoded('identity_decision', decisions)),
    revision: await revisionIn(rows),
  }
}

/** Decisions are never taken away; a match that somebody else kept has added links. */
async function revisionIn({ db }: OwnRows<IdentityTables>): Promise<string> {
  const count = async (table: 'identity_decision' | 'identity_link') => {
    const found = await db
      .selectFrom(table)
      .select((eb) => eb.fn.countAll().as('count'))
      .executeTakeFirstOrThrow()
    return Number(found.count)
  }
  return `${await count('identity_decision')} ${await count('identity_link')}`
}

async function keepIn(rows: OwnRows<IdentityTables>, match: Match): Promise<void> {
  const { db, insert } = rows
  const { links, candidates, findings, summaries, revision, today, at } = match
  if ((await revisionIn(rows)) !== revision) {
    throw new AppError(
      'CROSSWALK_CHANGED',
      'Somebody decided or matched while records were compared, so nothing was kept: match again.',
    )
  }
  const before = await db.selectFrom('identity_candidate').select(['id', 'foundOn']).execute()
  const foundOn = new Map(before.map((each) => [each.id, each.foundOn]))
  await db.deleteFrom('identity_candidate').execute()
  await db.deleteFrom('identity_finding').execute()
  await db.deleteFrom('identity_summary').execute()
  await insert(
    'identity_link',
    links.map((link) => linkRow(link, today)),
  )
  await insert(
    'identity_candidate',
    candidates.map((each) => candidateRow(each, foundOn.get(each.id) ?? today)),
  )
  await insert('identity_finding', findings.map(findingRow))
  await insert(
    'identity_summary',
    summaries.map((summary) => ({ ...summary, checkedAt: at })),
  )
  // Without a count of its rows SQLite goes through all links of a system to find the one of a number.
  await sql`ANALYZE identity_link`.execute(db)
}

/** The latest decision about a pair counts; a split is a refusal of each pair it parted. */
function rejectedIn(decisions: readonly DecisionRow[]): ReadonlySet<string> {
  const rejected = new Set<string>()
  for (const { kind, system, value, crmAccountId } of decisions) {
    if (system === null || value === null || crmAccountId === null) continue
    const pair = pairKey({ system: systemOf(system), value }, crmAccountId)
    if (kind === 'REJECT' || kind === 'SPLIT') rejected.add(pair)
    else rejected.delete(pair)
  }
  return rejected
}
