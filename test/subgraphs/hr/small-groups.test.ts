/** Groups of people that tell of single ones are left out, and so is what would tell them with a sum. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { array, assert as assertProperty, property, record, nat } from 'fast-check'
import { smallestGroup, withoutSmallGroups } from '../../../subgraphs/hr/rules.ts'
import { subgraph } from '../../../subgraphs/hr/subgraph.ts'
import { anyone, subgraphFixture } from '../../support/subgraph-fixture.ts'

interface Group {
  readonly department: string
  readonly place?: string
  readonly headcount: number
}

const shown = (rows: readonly Group[], ...by: (keyof Group)[]) => {
  const { rows: left, suppressed } = withoutSmallGroups(rows, by)
  assert.equal(left.length + suppressed, rows.length)
  return left.map(({ department, place = '', headcount }) => `${department}${place} ${headcount}`)
}

const byDepartment = (...headcounts: number[]): readonly Group[] =>
  headcounts.map((headcount, at) => ({ department: 'ABCDEF'.charAt(at), headcount }))

describe('one grouping', () => {
  it('is shown whole when nobody is in a small group', () => {
    assert.deepEqual(shown(byDepartment(5, 9, 7), 'department'), ['A 5', 'B 9', 'C 7'])
  })

  it('leaves out the next smallest with a single small group: the sum of all would tell it', () => {
    assert.deepEqual(shown(byDepartment(20, 2, 9, 7), 'department'), ['A 20', 'C 9'])
  })

  it('leaves out another where the small ones together are few', () => {
    assert.deepEqual(shown(byDepartment(20, 2, 9, 2), 'department'), ['A 20'])
    assert.deepEqual(shown(byDepartment(20, 2, 9, 3), 'department'), ['A 20', 'C 9'])
  })

  it('shows nothing where the rest would be told', () => {
    assert.deepEqual(shown(byDepartment(20, 2), 'department'), [])
    assert.deepEqual(shown(byDepartment(3)), [])
  })

  it('keeps the order that was asked for, which decides nothing', () => {
    const groups = byDepartment(2, 9, 20, 9)
    assert.deepEqual(shown(groups, 'department'), ['C 20', 'D 9'])
    assert.deepEqual(shown(groups.toReversed(), 'department'), ['D 9', 'C 20'])
    assert.deepEqual(shown(groups, 'department', 'department'), ['C 20', 'D 9'])
  })
})

describe('a grouping by two dimensions', () => {
  it('leaves out another place of a department with a small one, and so on', () => {
    const groups: readonly Group[] = [
      { department: 'A', place: 'x', headcount: 2 },
      { department: 'A', place: 'y', headcount: 9 },
      { department: 'A', place: 'z', headcount: 20 },
      { department: 'B', place: 'x', headcount: 8 },
      { department: 'B', place: 'y', headcount: 12 },
      { department: 'B', place: 'z', headcount: 30 },
    ]
    const expected = ['Az 20', 'Bz 30']
    assert.deepEqual(shown(groups, 'department', 'place'), expected)
    assert.deepEqual(shown(groups, 'place', 'department'), expected)
  })

  it('hides in each sum nothing, or two groups of five people, or all that is in it', () => {
    const group = record({ department: nat(3), place: nat(3), headcount: nat(12) })
    assertProperty(
      property(array(group, { maxLength: 16 }), (drawn) => {
        const rows = [
          ...new Map(drawn.map((each) => [`${each.department} ${each.place}`, each])).values(),
        ]
        const left = new Set(withoutSmallGroups(rows, ['department', 'place']).rows)
        assert.ok([...left].every(({ headcount }) => headcount >= smallestGroup))
        for (const sumOf of [() => 0, ...(['department', 'place'] as const).map(by)]) {
          for (const groups of Map.groupBy(rows, sumOf).values()) {
            const hidden = groups.filter((row) => !left.has(row))
            const people = hidden.reduce((sum, { headcount }) => sum + headcount, 0)
            const isSafe = hidden.length > 1 && people >= smallestGroup
            assert.ok(hidden.length === 0 || hidden.length === groups.length || isSafe)
          }
        }
      }),
      { seed: 7, numRuns: 500 },
    )
  })
})

const by =
  (dimension: 'department' | 'place') =>
  (row: Readonly<Record<'department' | 'place', number>>): number =>
    row[dimension]

describe('a page of groups', () => {
  const people = Object.entries({ A: 2, B: 6, C: 9, D: 20 }).flatMap(([departmentCode, count]) =>
    Array.from({ length: count }, (_, at) => ({
      employeeNo: `${departmentCode}${at}`,
      displayName: `${departmentCode} ${at}`,
      status: 'ACTIVE',
      departmentCode,
      hiredOn: '2020-01-01',
      fte: '1',
    })),
  )
  const fixture = subgraphFixture(subgraph, { hr: { employee: people } })
  after(() => fixture[Symbol.dispose]())
  const ask = async (args: string, scopes: readonly string[]) => {
    const document = `{ headcountAggregates(groupBy: [DEPARTMENT] ${args}) {
      truncated suppressed rows { department { code } headcount } } }`
    const { data, errors } = await fixture.run(document, {}, { ...anyone, scopes })
    assert.equal(errors, undefined)
    const { rows, ...rest } = JSON.parse(JSON.stringify(data)).headcountAggregates
    return { ...rest, headcounts: rows.map((row: { headcount: number }) => row.headcount) }
  }
  const few = ['hr:headcount:read']

  it('shows no group that the whole does not show', async () => {
    const order = (direction: string) => `orderBy: { measure: HEADCOUNT, direction: ${direction} }`
    const whole = { truncated: false, suppressed: 2, headcounts: [20, 9] }
    assert.deepEqual(await ask(order('DESC'), few), whole)
    assert.deepEqual(await ask(`first: 3 ${order('DESC')}`, few), whole)
    assert.deepEqual(await ask(`first: 1 ${order('DESC')}`, few), {
      truncated: true,
      suppressed: 2,
      headcounts: [20],
    })
    assert.deepEqual((await ask(`first: 2 ${order('ASC')}`, few)).headcounts, [9, 20])
  })

  it('is shown whole to who may see single people', async () => {
    const all = await ask('first: 3', [...few, 'hr:personal:read'])
    assert.deepEqual(all, { truncated: true, suppressed: 0, headcounts: [2, 6, 9] })
  })
})
