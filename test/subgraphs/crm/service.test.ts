/** Cases, field service and tasks, and what the CRM adds to people and products. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { asker } from '../../support/subgraph-fixture.ts'
import { crmFixture } from './crm-rows.ts'

describe('service', () => {
  const fixture = crmFixture()
  after(() => fixture[Symbol.dispose]())
  const ask = asker(fixture)

  it('knows a case with everything around it', async () => {
    const { case: found } = await ask(
      `{ case(caseNo: "S1") { kind slaBreached customer { id } contact { id } product { sku } salesOrder { orderNo }
          assignee { loginId } rootCause resolveHours interactions { nodes { id } }
          dispatch { id plannedOn technician { loginId } part { sku } location { lat } case { caseNo } } } }`,
    )
    assert.deepEqual(found, {
      kind: 'COMPLAINT',
      slaBreached: true,
      customer: { id: 'C1' },
      contact: null,
      product: { sku: 'PUMP' },
      salesOrder: { orderNo: 'SO1' },
      assignee: { loginId: 'di' },
      rootCause: 'SEAL_LEAK',
      resolveHours: null,
      interactions: { nodes: [{ id: 'I3' }, { id: 'I2' }] },
      dispatch: [
        {
          id: 'J1',
          plannedOn: '2026-07-01',
          technician: null,
          part: { sku: 'SEAL' },
          location: null,
          case: { caseNo: 'S1' },
        },
      ],
    })
  })

  it('filters cases', async () => {
    for (const [filter, nos] of [
      ['isOpen: true, assigneeLoginId: {eq: "di"}', ['S1', 'S4']],
      ['breached: true', ['S1']],
      ['kind: [RETURN, WARRANTY]', ['S2', 'S3']],
      ['status: [RESOLVED], opened: {to: "2026-05-31"}', ['S2']],
      ['orderNo: {eq: "SO1"}', ['S1']],
      ['sku: {in: ["VALVE"]}', ['S4']],
      ['or: [{customerId: {eq: "C1"}}, {caseNo: {eq: "S5"}}]', ['S1', 'S2', 'S5']],
    ] as const) {
      const { cases } = await ask(`{ cases(filter: {${filter}}) { nodes { caseNo } } }`)
      assert.deepEqual(
        cases.nodes.map((row: { caseNo: string }) => row.caseNo).toSorted(),
        nos,
        filter,
      )
    }
    const { cases } = await ask(
      '{ cases(orderBy: {field: PRIORITY, direction: ASC}, first: 1) { nodes { caseNo } } }',
    )
    assert.deepEqual(cases.nodes, [{ caseNo: 'S1' }])
  })

  it('groups cases', async () => {
    const { byCustomer, byCause, byMonth } = await ask(
      `{ byCustomer: caseAggregates(groupBy: [CUSTOMER], orderBy: {measure: COUNT}) { truncated rows { customer { id } count open breached averageResolveHours averageSatisfaction } }
         byCause: caseAggregates(groupBy: [ROOT_CAUSE, PRODUCT], filter: {customerId: {eq: "C1"}}) { rows { rootCause product { sku } count kind assignee { loginId } } }
         byMonth: caseAggregates(groupBy: [OPENED_PERIOD, KIND], bucket: MONTH, filter: {isOpen: false}) { rows { kind period { key start end } count averageResolveHours } } }`,
    )
    assert.deepEqual(byCustomer, {
      truncated: false,
      rows: [
        {
          customer: { id: 'C2' },
          count: 3,
          open: 2,
          breached: 0,
          averageResolveHours: 8,
          averageSatisfaction: null,
        },
        {
          customer: { id: 'C1' },
          count: 2,
          open: 1,
          breached: 1,
          averageResolveHours: 5,
          averageSatisfaction: 4,
        },
      ],
    })
    assert.deepEqual(byCause.rows, [
      {
        rootCause: 'SEAL_LEAK',
        product: { sku: 'PUMP' },
        count: 2,
        kind: null,
        assignee: null,
      },
    ])
    assert.deepEqual(byMonth.rows, [
      {
        kind: 'RETURN',
        period: { key: '2026-05', start: '2026-05-01', end: '2026-05-31' },
        count: 1,
        averageResolveHours: 5,
      },
      {
        kind: 'WARRANTY',
        period: { key: '2026-06', start: '2026-06-01', end: '2026-06-30' },
        count: 1,
        averageResolveHours: 8,
      },
    ])
  })

  it('wants to know how a period is cut', async () => {
    const { errors } = await fixture.run(
      '{ caseAggregates(groupBy: [OPENED_PERIOD]) { rows { count } } }',
    )
    assert.equal(errors?.[0]?.extensions['code'], 'BAD_USER_INPUT')
  })

  it('says of products what customers complained about, in one statement for all', async () => {
    const of = ['PUMP', 'VALVE', 'SEAL'].map((sku) => ({ __typename: 'Product', sku }))
    const document = (fields: string) =>
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Product { ${fields} } } }`
    const stats = 'complaints returns warranties topRootCauses'
    const { _entities } = await ask(document(`complaintStats { ${stats} }`), { of })
    assert.deepEqual(_entities, [
      {
        complaintStats: {
          complaints: 1,
          returns: 1,
          warranties: 1,
          topRootCauses: ['SEAL_LEAK', 'WRONG_PART'], // two and one
        },
      },
      { complaintStats: { complaints: 1, returns: 0, warranties: 0, topRootCauses: [] } },
      { complaintStats: { complaints: 0, returns: 0, warranties: 0, topRootCauses: [] } },
    ])
    assert.equal(fixture.statements.length, 1)
    const { _entities: inMay } = await ask(
      document(
        `complaintStats(range: {to: "2026-05-31"}) { ${stats} } salesText marketingAssets { kind }`,
      ),
      { of },
    )
    assert.deepEqual(inMay[0], {
      complaintStats: { complaints: 0, returns: 1, warranties: 0, topRootCauses: ['SEAL_LEAK'] },
      salesText: 'A good pump.',
      marketingAssets: [{ kind: 'IMAGE' }],
    })
  })

  it('says of people how many open cases and which tasks they have', async () => {
    const of = ['di', 'ed', 'bo'].map((loginId) => ({ __typename: 'Employee', loginId }))
    const { _entities } = await ask(
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Employee {
          caseLoad crmTasks(filter: {status: [OPEN]}) { nodes { title customer { id } } } } } }`,
      { of },
    )
    assert.deepEqual(_entities, [
      { caseLoad: 2, crmTasks: { nodes: [] } },
      { caseLoad: 1, crmTasks: { nodes: [] } },
      { caseLoad: 0, crmTasks: { nodes: [{ title: 'Call', customer: { id: 'C1' } }] } },
    ])
    // The load, the tasks, their customer and its ids.
    assert.equal(fixture.statements.length, 4)
  })

  it('finds the jobs that nobody was sent to', async () => {
    const { fieldServiceJobs } = await ask(
      '{ fieldServiceJobs(filter: {isUnassigned: true}) { nodes { id } } }',
    )
    assert.deepEqual(fieldServiceJobs.nodes, [{ id: 'J1' }])
  })
})
