/**
 * The statements on what a match across systems left: candidates, findings and how each system stands.
 */
import { aggregate, count } from '#shared/aggregate.ts'
import type { Calendar } from '#shared/calendar.ts'
import { byId, decimalRange, filterFor, inList } from '#shared/filter.ts'
import { listOf } from '#shared/list.ts'
import type { Database } from '#shared/relations.ts'
import { identityRelations } from '../identity-relations.ts'
import type { IdentityDb } from './database.ts'

type IdentityDatabase = Database<typeof identityRelations>

export const identityCandidates = listOf<IdentityDatabase, 'identity_candidate'>(
  'identity_candidate',
  identityRelations.identity_candidate,
  {
    filter: filterFor({
      system: inList('identity_candidate.system'),
      value: byId('identity_candidate.value'),
      reason: inList('identity_candidate.reason'),
      score: decimalRange('identity_candidate.score'),
    }),
    sorts: { SCORE: 'score' },
    order: { column: 'score', direction: 'DESC' },
  },
)

export const identityFindings = listOf<IdentityDatabase, 'identity_finding'>(
  'identity_finding',
  identityRelations.identity_finding,
  {
    filter: filterFor({
      kind: inList('identity_finding.kind'),
      system: inList('identity_finding.system'),
      value: byId('identity_finding.value'),
      customerId: byId('identity_finding.customerId'),
      field: inList('identity_finding.field'),
    }),
    sorts: { ID: 'id' },
    order: { column: 'id', direction: 'ASC' },
  },
)

/** One row per system, none before the first match. */
export const identitySummaries = (db: IdentityDb) =>
  db
    .selectFrom('identity_summary')
    .select([
      'system',
      'records',
      'matched',
      'unmatched',
      'doublyMatched',
      'contradicting',
      'candidates',
      'checkedAt',
    ])
    .orderBy('system')
    .limit(100)
    .execute()

export const identityFindingCounts = (db: IdentityDb, calendar: Calendar) =>
  aggregate({
    from: db.selectFrom('identity_finding'),
    where: undefined,
    dimensions: {
      KIND: ['identity_finding.kind'],
      SYSTEM: ['identity_finding.system'],
      FIELD: ['identity_finding.field'],
    },
    groupBy: ['KIND', 'SYSTEM', 'FIELD'],
    calendar,
    currency: null,
    measures: { count: count() },
    first: 'ALL',
  })
