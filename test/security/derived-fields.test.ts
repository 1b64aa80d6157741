/**
 * What is computed from a protected column needs the column's right, however it is called: its values are
 * changed, and who lacks the right must be answered the same, also what a match of customers left. Fields
 * of roots; `npm run test:security` has those below them.
 */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { derivedFields, undecided } from './derived/decisions.ts'
import { derivedMatrix } from './derived/matrix.ts'

it('nobody who lacks a right is answered otherwise when what it protects is other', async () => {
  const { facts } = await derivedMatrix(1)
  assert.deepEqual(undecided(facts), [])
  const columns = [...facts.values()].flatMap((each) => each.columns)
  assert.ok(facts.size >= 18 && columns.length >= 70, `${facts.size} rights, ${columns.length}`)
  // Computed in a resolver, in SQL, from another column of a row, in another system's field.
  const derived = derivedFields(facts)
  for (const field of [
    'Customer.availableCredit',
    'SalesOrder.margin',
    'SalesOrderAggregate.costedCount',
    'RevenueAggregate.margin',
    'OpportunityAggregate.weighted',
    'Employee.availability',
    'Department.headcount',
    'Department.budget',
    'IdentityReport.findings',
    'IdentityCandidate.evidence',
  ])
    assert.ok(derived.includes(field), `${field} was seen to be other`)
})
