/** HR over a small company: people, the tree of departments, free time, pay. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { anyone, subgraphFixture } from '../../support/subgraph-fixture.ts'
import { availability } from '../../../subgraphs/hr/rules.ts'
import { subgraph } from '../../../subgraphs/hr/subgraph.ts'

const person = (employeeNo: string, displayName: string, more: object = {}) => ({
  employeeNo,
  loginId: displayName.toLowerCase(),
  displayName,
  status: 'ACTIVE',
  fte: '1',
  hiredOn: '2020-01-01',
  ...more,
})

const hr = {
  department: [
    { code: 'CO', name: 'Company', headNo: 'E1' },
    { code: 'SALES', name: 'Sales', parentCode: 'CO', headNo: 'E2' },
    { code: 'NORTH', name: 'Sales North', parentCode: 'SALES' },
    { code: 'LAB', name: 'Laboratory', parentCode: 'CO' },
  ],
  employee: [
    person('E1', 'Ana', { departmentCode: 'CO', tenureMonths: 70 }),
    person('E2', 'Bo', {
      departmentCode: 'SALES',
      managerNo: 'E1',
      jobFamily: 'SALES',
      tenureMonths: 10,
    }),
    person('E3', 'Cy', {
      departmentCode: 'NORTH',
      managerNo: 'E2',
      jobFamily: 'SALES',
      fte: '0.5',
      tenureMonths: 20,
    }),
    person('E4', 'Di', {
      departmentCode: 'NORTH',
      managerNo: 'E2',
      status: 'TERMINATED',
      leftOn: '2024-12-31',
    }),
    person('E5', 'Ed', {
      departmentCode: 'NORTH',
      managerNo: 'E3',
      loginId: null,
      hiredOn: '2026-01-01',
    }),
  ],
  employee_skill: [{ employeeNo: 'E3', code: 'PUMP_SERVICE', level: 4 }],
  certification: [{ employeeNo: 'E3', code: 'ATEX', validUntil: '2027-01-01' }],
  salary: [
    { employeeNo: 'E3', validFrom: '2025-01-01', salary: '60000', currency: 'TWD' },
    { employeeNo: 'E3', validFrom: '2026-01-01', salary: '65000.5', currency: 'TWD' },
    { employeeNo: 'E3', validFrom: '2026-07-01', salary: '70000', currency: 'TWD' },
  ],
  schedule_entry: [
    entry('1', 'SHIFT', '2026-06-29T01:00:00Z', '2026-06-29T09:00:00Z'),
    entry('2', 'TRAINING', '2026-06-29T03:00:00Z', '2026-06-29T04:00:00Z'),
    entry('3', 'SHIFT', '2026-06-30T01:00:00Z', '2026-06-30T09:00:00Z'),
    entry('4', 'LEAVE', '2026-06-30T00:00:00Z', '2026-07-02T00:00:00Z'),
  ],
  commission_plan: [{ id: 'P', name: 'Field sales' }],
  commission_rule: [{ planId: 'P', ruleNo: 1, basis: 'PAID', ratePct: '2.5' }],
  commission_assignment: [{ employeeNo: 'E3', planId: 'P' }],
}

function entry(id: string, kind: string, start: string, end: string) {
  return {
    id,
    employeeNo: 'E3',
    kind,
    start,
    end,
    startsOn: start.slice(0, 10),
    endsOn: end.slice(0, 10),
  }
}

describe('hr', () => {
  const fixture = subgraphFixture(subgraph, { hr })
  after(() => fixture[Symbol.dispose]())
  const ask = async (document: string, variables = {}, principal = anyone) => {
    const { data, errors } = await fixture.run(document, variables, principal)
    assert.equal(errors, undefined)
    return JSON.parse(JSON.stringify(data))
  }

  it('finds somebody by either key, and wants exactly one', async () => {
    const { a, b, none } = await ask(
      '{ a: employee(employeeNo: "E2") { loginId } b: employee(loginId: "bo") { employeeNo } none: employee(loginId: "nobody") { employeeNo } }',
    )
    assert.deepEqual([a.loginId, b.employeeNo, none], ['bo', 'E2', null])
    for (const args of ['', '(loginId: "bo", employeeNo: "E2")']) {
      const { errors } = await fixture.run(`{ employee${args} { employeeNo } }`)
      assert.equal(errors?.[0]?.extensions['code'], 'BAD_USER_INPUT')
    }
  })

  it('me is who asks, or nobody', async () => {
    assert.equal((await ask('{ me { employeeNo } }')).me, null)
    const bo = { ...anyone, facts: { employeeNo: 'E2' } }
    assert.equal((await ask('{ me { displayName } }', {}, bo)).me.displayName, 'Bo')
  })

  it('answers entities in key order, unknown ones as null', async () => {
    const { _entities } = await ask(
      'query ($r: [_Any!]!) { _entities(representations: $r) { ... on Employee { displayName } } }',
      {
        r: [
          { __typename: 'Employee', employeeNo: 'E3' },
          { __typename: 'Employee', loginId: 'ana' },
          { __typename: 'Employee', employeeNo: 'E99' },
        ],
      },
    )
    assert.deepEqual(_entities, [{ displayName: 'Cy' }, { displayName: 'Ana' }, null])
    assert.equal(fixture.statements.length, 2)
  })

  it('counts teams and departments with everybody below, in one statement each', async () => {
    const { employees, departments } = await ask(
      '{ employees(orderBy: {field: EMPLOYEE_NO}) { nodes { teamSize } } departments(orderBy: {field: CODE}) { nodes { code headcount before: headcount(at: "2024-06-30") fte } } }',
    )
    assert.deepEqual(
      employees.nodes.map((row: { teamSize: number }) => row.teamSize),
      [3, 2, 1, 0, 0],
    )
    assert.deepEqual(departments.nodes, [
      { code: 'CO', headcount: 4, before: 4, fte: '3.5' },
      { code: 'LAB', headcount: 0, before: 0, fte: '0' },
      { code: 'NORTH', headcount: 2, before: 2, fte: '1.5' },
      { code: 'SALES', headcount: 3, before: 3, fte: '2.5' },
    ])
    // Two lists, the team sizes, and the head counts of two days.
    assert.equal(fixture.statements.length, 5)
  })

  it('answers the department of many people with one statement', async () => {
    await ask(
      '{ employees { nodes { department { name head { displayName } } manager { displayName } } } }',
    )
    // The list, their departments, then managers and heads.
    assert.ok(fixture.statements.length <= 4, `${fixture.statements.length} statements`)
  })

  it('groups head counts by department', async () => {
    const { headcountAggregates } = await ask(
      '{ headcountAggregates(groupBy: [JOB_FAMILY], orderBy: {measure: HEADCOUNT}) { truncated rows { jobFamily headcount fte averageTenureMonths } } }',
    )
    assert.deepEqual(headcountAggregates, {
      truncated: false,
      rows: [
        { jobFamily: null, headcount: 2, fte: '2', averageTenureMonths: 70 },
        { jobFamily: 'SALES', headcount: 2, fte: '1.5', averageTenureMonths: 15 },
      ],
    })
  })

  it('knows skills, pay in force and free time', async () => {
    const { employee } = await ask(
      `{ employee(employeeNo: "E3") {
          salary { amount currency } skills { code level } certifications { code validUntil }
          commissionPlan { name rules { basis ratePct threshold { amount } } }
          availability(range: {from: "2026-06-29", to: "2026-06-30"}) { start end }
          reports { totalCount nodes { displayName loginId } } } }`,
    )
    assert.deepEqual(employee, {
      salary: { amount: '65000.50', currency: 'TWD' },
      skills: [{ code: 'PUMP_SERVICE', level: 4 }],
      certifications: [{ code: 'ATEX', validUntil: '2027-01-01' }],
      commissionPlan: {
        name: 'Field sales',
        rules: [{ basis: 'PAID', ratePct: '2.5', threshold: null }],
      },
      availability: [
        { start: '2026-06-29T01:00:00Z', end: '2026-06-29T03:00:00Z' },
        { start: '2026-06-29T04:00:00Z', end: '2026-06-29T09:00:00Z' },
      ],
      reports: { totalCount: 1, nodes: [{ displayName: 'Ed', loginId: null }] },
    })
  })

  it('filters by skill', async () => {
    const { employees } = await ask(
      '{ employees(filter: {skill: {eq: "PUMP_SERVICE"}, not: {nameContains: "x"}}) { nodes { displayName } } }',
    )
    assert.deepEqual(employees.nodes, [{ displayName: 'Cy' }])
  })

  it('a principal limited to its own customers sees nobody', async () => {
    const partner = {
      ...anyone,
      rows: { rule: 'own_customers', parameters: { customerId: ['C1'] } },
    }
    const { employees, departments } = await ask(
      '{ employees { totalCount nodes { employeeNo } } departments { nodes { code } } }',
      {},
      partner,
    )
    assert.deepEqual([employees, departments.nodes], [{ totalCount: 0, nodes: [] }, []])
  })
})

describe('availability', () => {
  it('is nothing without a shift, and nothing where something covers it', () => {
    const span = { start: '2026-01-01T01:00:00Z', end: '2026-01-01T02:00:00Z' }
    assert.deepEqual(availability([{ kind: 'TRAINING', ...span }]), [])
    assert.deepEqual(
      availability([
        { kind: 'SHIFT', ...span },
        { kind: 'LEAVE', ...span },
      ]),
      [],
    )
    assert.deepEqual(availability([{ kind: 'SHIFT', ...span }]), [span])
  })

  it('counts the time of overlapping shifts once', () => {
    const at = (hour: string) => `2026-01-01T${hour}:00:00Z`
    const shift = (start: string, end: string) => ({
      kind: 'SHIFT',
      start: at(start),
      end: at(end),
    })
    const training = { kind: 'TRAINING', start: at('06'), end: at('07') }
    assert.deepEqual(
      availability([shift('03', '08'), training, shift('01', '04'), shift('02', '03')]),
      [
        { start: at('01'), end: at('06') },
        { start: at('07'), end: at('08') },
      ],
    )
  })
})
