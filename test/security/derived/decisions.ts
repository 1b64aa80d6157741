/**
 * Fields that tell something of a protected fact to who lacks its right, as it was decided
 * (docs/authorization.md), and what is wrong in what was found.
 */
import type { JudgedFact } from './matrix.ts'

const otherLedgerRight = 'a part of the ledger in which no pay is, with the right of that part'
const ownFact = 'finance:personnel:read alone: what was posted for people'
const directory = 'the directory leaves out who has left'
const groups = 'hr:headcount:read: groups of five and more, of today and not of a choice of people'

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
  'hr:personal:read': {
    'Employee.teamSize': directory,
    'EmployeeConnection.totalCount': directory,
    'HeadcountAggregate.headcount': groups,
    'HeadcountAggregate.fte': groups,
    'HeadcountAggregate.averageTenureMonths': groups,
  },
}

type Facts = ReadonlyMap<string, JudgedFact>

/** `field tells what needs right`, for each that nobody decided. */
export const undecided = (facts: Facts): readonly string[] =>
  [...facts].flatMap(([right, { leaked, columns }]) =>
    [...leaked]
      .filter((field) => decided[right]?.[field] === undefined)
      .map((field) => `${field} tells what needs ${right}: ${columns.join(', ')}`),
  )

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
