/** What hangs on customers, for many of them at once, and the lists that are filtered by them. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { asker } from '../../support/subgraph-fixture.ts'
import { crmFixture, entities } from './crm-rows.ts'

describe('customers', () => {
  const fixture = crmFixture()
  after(() => fixture[Symbol.dispose]())
  const ask = asker(fixture)

  it('bring the lists of all of them in one statement each', async () => {
    for (const list of [
      'contacts(first: 2) { nodes { id } pageInfo { hasNextPage } }',
      'interactions(first: 2) { nodes { id } }',
      'cases(filter: {isOpen: true}) { nodes { caseNo } }',
      'opportunities(first: 1) { nodes { id } }',
      'quotes { nodes { quoteNo } }',
      'pipeline { currency }',
      'addresses { line1 }',
      'segment { name }',
      'externalIds { value }',
    ]) {
      await ask(`{ customers { nodes { ${list} } } }`)
      assert.equal(fixture.statements.length, 2, list)
    }
  })

  it('page their lists each on its own', async () => {
    const { customers } = await ask(
      `{ customers(first: 2) { nodes {
          contacts(first: 2) { totalCount nodes { name } pageInfo { hasNextPage endCursor } } } } }`,
    )
    const [one, two] = customers.nodes.map((row: { contacts: object }) => row.contacts)
    assert.deepEqual(one.nodes, [{ name: 'Ann' }, { name: 'Ben' }])
    assert.deepEqual([one.totalCount, one.pageInfo.hasNextPage], [3, true])
    assert.deepEqual(
      [two.totalCount, two.nodes, two.pageInfo.hasNextPage],
      [1, [{ name: 'Dee' }], false],
    )
    const { customer } = await ask(
      'query ($after: String) { customer(id: "C1") { contacts(after: $after) { nodes { name } } } }',
      { after: one.pageInfo.endCursor },
    )
    assert.deepEqual(customer.contacts.nodes, [{ name: 'Cam' }])
  })

  it('know when they were met, the latest first, by channel and by day', async () => {
    const { customer } = await ask(
      `{ customer(id: "C1") {
          all: interactions { nodes { id employee { loginId } contact { name } campaign { name } case { caseNo } } }
          spoken: interactions(channels: [VISIT, PHONE], range: {from: "2026-06-02"}) { nodes { id } } } }`,
    )
    assert.deepEqual(customer.all.nodes.map(Object.values), [
      ['I3', null, null, { name: 'Fair' }, { caseNo: 'S1' }],
      ['I2', null, null, null, { caseNo: 'S1' }],
      ['I1', { loginId: 'bo' }, { name: 'Ann' }, null, null],
    ])
    assert.deepEqual(customer.spoken.nodes, [{ id: 'I2' }])
  })

  it('are filtered by what they are, at every depth', async () => {
    for (const [filter, accounts] of [
      ['segmentCode: {eq: "KEY"}, ownerLoginId: {eq: "bo"}', ['A1', 'A3', 'A5', 'A7']],
      ['status: [DORMANT]', ['A2']],
      ['nameContains: "THREE"', ['A3']],
      ['created: {from: "2024-06-01"}', ['A6', 'A7']],
      ['or: [{id: {eq: "C1"}}, {and: [{debtorNo: {eq: "D2"}}]}]', ['A1', 'A2']],
      ['not: {erpCustomerNo: {in: ["100", "200"]}}, created: {to: "2024-03-31"}', ['A3']],
      ['id: {in: []}', []],
    ] as const) {
      const { customers } = await ask(
        `{ customers(filter: {${filter}}, orderBy: {field: CREATED_ON}) { totalCount nodes { crmAccountId } } }`,
      )
      assert.deepEqual(
        customers.nodes.map((row: { crmAccountId: string }) => row.crmAccountId),
        accounts,
        filter,
      )
      assert.equal(customers.totalCount, accounts.length)
    }
  })

  it('without a score come last in both directions', async () => {
    for (const direction of ['ASC', 'DESC']) {
      const { customers } = await ask(
        `{ customers(orderBy: {field: HEALTH_SCORE, direction: ${direction}}) { nodes { healthScore } } }`,
      )
      assert.equal(customers.nodes[0].healthScore, '80')
    }
  })

  it('name by their Isthmus id what belongs to them, in all their accounts', async () => {
    for (const [list, key, ofOne, ofFive] of [
      ['contacts', 'id', ['K1', 'K2', 'K3'], ['K5', 'K6']],
      ['interactions', 'id', ['I3', 'I2', 'I1'], []],
      ['opportunities', 'id', ['O2', 'O6', 'O5', 'O4', 'O3', 'O1'], []],
      ['quotes', 'quoteNo', ['Q2', 'Q1'], []],
      ['cases', 'caseNo', ['S1', 'S2'], []],
    ] as const) {
      const { one, five, not } = await ask(
        `{ one: ${list}(filter: {customerId: {eq: "C1"}}) { nodes { key: ${key} } }
           five: ${list}(filter: {and: [{customerId: {in: ["C5", "A7"]}}]}) { nodes { key: ${key} } }
           not: ${list}(filter: {not: {customerId: {eq: "C1"}}}) { nodes { customer { id } } } }`,
      )
      const keys = (page: { nodes: { key: string }[] }) => page.nodes.map((row) => row.key)
      assert.deepEqual(keys(one), ofOne, list)
      assert.deepEqual(keys(five), ofFive, list)
      assert.ok(not.nodes.length > 0, list)
      assert.ok(not.nodes.every((row: { customer: { id: string } }) => row.customer.id !== 'C1'))
    }
  })

  it('keep the lists of many parents in one statement when they are filtered by id', async () => {
    const { customers } = await ask(
      `{ customers(first: 2) { nodes {
          opportunities(filter: {customerId: {eq: "C2"}}) { nodes { id } }
          quotes(filter: {customerId: {eq: "C2"}}) { nodes { quoteNo } }
          cases(filter: {customerId: {eq: "C2"}, kind: [COMPLAINT]}) { nodes { caseNo } } } } }`,
    )
    const nothing = { nodes: [] }
    assert.deepEqual(customers.nodes, [
      { opportunities: nothing, quotes: nothing, cases: nothing },
      {
        opportunities: { nodes: [{ id: 'O7' }] },
        quotes: { nodes: [{ quoteNo: 'Q3' }] },
        cases: { nodes: [{ caseNo: 'S4' }] },
      },
    ])
    // The list, the crosswalk, and the three lists of children.
    assert.equal(fixture.statements.length, 5)
  })

  it('have addresses on the map, contacts with consents, leads that became opportunities', async () => {
    const { customer, contact, leads, segments } = await ask(
      `{ customer(id: "C1") { addresses { kind location { lat lon } } segment { name } owner { loginId } }
         contact(id: "K1") { name customer { id } consents { channel granted at } }
         leads(filter: {campaignId: {eq: "FAIR"}}) { nodes { convertedTo { name } customer { id } contact { name } campaign { name } owner { loginId } } }
         segments { code } }`,
    )
    assert.deepEqual(customer, {
      addresses: [{ kind: 'SITE', location: { lat: 25.05, lon: 121.5 } }],
      segment: { name: 'Key accounts' },
      owner: { loginId: 'bo' },
    })
    assert.deepEqual(contact, {
      name: 'Ann',
      customer: { id: 'C1' },
      consents: [{ channel: 'EMAIL', granted: true, at: null }],
    })
    assert.deepEqual(leads.nodes, [
      {
        convertedTo: { name: 'Deal O1' },
        customer: { id: 'C1' },
        contact: { name: 'Ann' },
        campaign: { name: 'Fair' },
        owner: null,
      },
    ])
    assert.deepEqual(segments, [{ code: 'KEY' }, { code: 'SME' }])
  })

  it('and every other entity are found by reference', async () => {
    const of = [
      { __typename: 'Opportunity', id: 'O1' },
      { __typename: 'Quote', quoteNo: 'Q1' },
      { __typename: 'QuoteLine', quoteNo: 'Q1', lineNo: 1 },
      { __typename: 'QuoteLine', quoteNo: 'Q1', lineNo: 2 },
      { __typename: 'Case', caseNo: 'S1' },
      { __typename: 'Contact', id: 'K1' },
      { __typename: 'Interaction', id: 'I1' },
      { __typename: 'Lead', id: 'L1' },
      { __typename: 'Campaign', id: 'FAIR' },
      { __typename: 'Campaign', costObjectCode: 'CO-1' },
      { __typename: 'FieldServiceJob', id: 'J1' },
      { __typename: 'CrmTask', id: 'T1' },
    ]
    const { _entities } = await ask(
      entities.replace('FieldServiceJob { status }', 'FieldServiceJob { state: status }'),
      { of },
    )
    assert.deepEqual(
      _entities.map((row: object | null) => row && Object.values(row)[0]),
      [
        'Deal O1',
        { amount: '1000.00' },
        'PUMP',
        null,
        'Case S1',
        'Ann',
        'VISIT',
        'CONVERTED',
        'Fair',
        'Fair',
        'PLANNED',
        'Call',
      ],
    )
  })
})
