/** What tells about single people is withheld from colleagues, whichever field one asks for it. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startGraph, type Graph } from '../support/graph.ts'

describe('what tells about single people', () => {
  let graph: Graph
  before(async () => {
    graph = await startGraph()
  })
  after(() => graph[Symbol.asyncDispose]())

  /** The smallest department: its head count of two days tells who came or left. */
  const smallest = () =>
    graph.sql(
      'hr',
      `SELECT departmentCode AS code, count(*) AS people, sum(hiredOn <= '2026-06-30' AND (leftOn IS NULL OR leftOn >= '2026-06-30')) AS today
       FROM employee WHERE departmentCode NOT IN (SELECT parentCode FROM department WHERE parentCode IS NOT NULL)
       GROUP BY departmentCode ORDER BY people LIMIT 1`,
    )[0]
  const headcounts = `query ($code: ID!) { department(code: $code) {
    code headcount fte before: headcount(at: "2024-01-01") fteBefore: fte(at: "2024-01-01") } }`

  for (const as of ['sales', 'finance', 'reports'] as const) {
    it(`the head counts of departments are not for ${as}, on no day`, async () => {
      const code = smallest()?.['code']
      const { data, errors = [] } = await graph.ask(headcounts, { as, variables: { code } })
      assert.deepEqual(data?.['department'], {
        code,
        headcount: null,
        fte: null,
        before: null,
        fteBefore: null,
      })
      assert.deepEqual(
        errors.map(({ path, extensions }) => [path?.at(-1), extensions?.['code']]),
        ['headcount', 'fte', 'before', 'fteBefore'].map((name) => [
          name,
          'UNAUTHORIZED_FIELD_OR_TYPE',
        ]),
      )
    })
  }

  it('HR is told them', async () => {
    const department = smallest()
    const { data, errors } = await graph.ask(headcounts, {
      as: 'hr',
      variables: { code: department?.['code'] },
    })
    assert.equal(errors, undefined)
    assert.ok(data)
    const { headcount } = data['department'] as { headcount: number }
    assert.equal(headcount, department?.['today'])
  })

  const free = `{ employees(filter: { skill: { eq: "PUMP_SERVICE" } }, first: 20) { nodes { employeeNo
    availability(range: { from: "2026-06-30", to: "2026-07-03" }) { start end } } } }`

  for (const as of ['sales', 'finance'] as const) {
    it(`when somebody is free is not for ${as}, who may not see the schedule`, async () => {
      const { data, errors = [] } = await graph.ask(free, { as })
      assert.ok(data)
      const { nodes } = data['employees'] as { nodes: { availability: unknown }[] }
      assert.ok(nodes.length > 0)
      assert.ok(nodes.every(({ availability }) => availability === null))
      assert.deepEqual(
        errors.map(({ extensions }) => extensions?.['code']),
        ['UNAUTHORIZED_FIELD_OR_TYPE'],
      )
    })
  }

  it('who plans visits is told when the technicians are free', async () => {
    const { data, errors } = await graph.ask(free, { as: 'reports' })
    assert.equal(errors, undefined)
    assert.ok(data)
    const { nodes } = data['employees'] as { nodes: { availability: unknown[] }[] }
    assert.ok(nodes.some(({ availability }) => availability.length > 0))
  })
})
