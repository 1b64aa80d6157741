/**
 * Fields that tell something of a protected fact to who lacks its right, as it was decided
 * (docs/authorization.md), and what is wrong in what was found.
 */
import type { JudgedFact } from './matrix.ts'

const otherLedgerRight = 'a part of the ledger in which no pay is, with the right of that part'
const ownFact = 'finance:personnel:read alone: what was posted for people'
const directory = 'the directory leaves out who has left'
const groups = 'hr:headcount:read: groups of five and more, of today and not of a choice of people'
const match = 'crm:identity:read: which records agree and in which field, not what they say'

const each = (fields: readonly string[], why: string): Readonly<Record<string, string>> =>
  Object.fromEntries(fields.map((field) => [field, why]))

const counts = ['IdentityReport.systems', 'IdentityReport.findings']
const findings = [
  'IdentityFinding.id',
  'IdentityFinding.value',
  'IdentityFinding.customerId',
  'IdentityFinding.otherValue',
  'IdentityFinding.field',
  'IdentityFindingEdge.cursor',
  'IdentityFindingConnection.pageInfo',
]
const howMany = 'IdentityFindingConnection.totalCount'

/** Right → field → why it tells. */
const decided: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'erp:supply:read': {
    'Atp.quantity': 'what is expected may be promised: not from whom, nor at what price',
  },
  'finance:ledger:read + finance:personnel:read': {
    'Case.serviceCost': otherLedgerRight,
    'Product.warrantyCost': otherLedgerRight,
    'SpendSummary.actual': otherLedgerRight,
    'Department.operatingCost': otherLedgerRight,
    'Department.revenue': otherLedgerRight,
    'Department.personnelCost': ownFact,
    'Employee.expenses': ownFact,
  },
  // What a match compares.
  'crm:customer-tax:read': each(
    [...counts, ...findings, howMany, 'IdentityCandidate.evidence'],
    match,
  ),
  'crm:contact-pii:read': each(['IdentityCandidate.evidence'], match),
  'erp:customer-record:read': each(
    [
      ...counts,
      ...findings,
      howMany,
      'IdentityCandidate.id',
      'IdentityCandidate.value',
      'IdentityCandidate.score',
      'IdentityCandidate.evidence',
      'IdentityCandidateEdge.cursor',
      'IdentityCandidateConnection.pageInfo',
    ],
    match,
  ),
  'finance:debtor-record:read': each([...counts, howMany], match),
  'hr:personal:read': {
    'Employee.teamSize': directory,
    'EmployeeConnection.totalCount': directory,
    'HeadcountAggregate.headcount': groups,
    'HeadcountAggregate.fte': groups,
    'HeadcountAggregate.averageTenureMonths': groups,
  },
}

type Facts = ReadonlyMap<string, JudgedFact>

/** `field tells what needs right`, for each that nobody decided; a text itself is never to be told. */
export const undecided = (facts: Facts): readonly string[] =>
  [...facts].flatMap(([right, { leaked, leakedWithoutMatch, stated, columns }]) => [
    ...[...leaked]
      .filter((field) => {
        const why = decided[right]?.[field]
        return why === undefined || (why === match && leakedWithoutMatch.has(field))
      })
      .map((field) => `${field} tells what needs ${right}: ${columns.join(', ')}`),
    ...[...stated].map((field) => `${field} states a text that needs ${right}`),
  ])

/** What was decided and did not happen. */
export const outdated = (facts: Facts): readonly string[] =>
  Object.entries(decided).flatMap(([right, fields]) =>
    Object.keys(fields)
      .filter((field) => facts.get(right)?.leaked.has(field) !== true)
      .map((field) => `${field} does not tell what needs ${right}: take the decision away`),
  )

/** Fields that are computed from what was changed, and are no such column themselves. */
export const derivedFields = (facts: Facts): readonly string[] =>
  [...facts.values()].flatMap(({ told, columns }) => {
    const changed = new Set(columns.map((column) => column.slice(column.lastIndexOf('.') + 1)))
    return [...told].filter((field) => !changed.has(field.slice(field.indexOf('.') + 1)))
  })
