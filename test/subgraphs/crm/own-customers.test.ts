/** What a caller sees who may see its own customers only: lists, keys, counts, groups, references. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import type { Principal } from '#shared/principal.ts'
import { anyone, asker } from '../../support/subgraph-fixture.ts'
import { crmFixture, entities } from './crm-rows.ts'

/** Customer C2, whose claim of ERP 100 is the less sure one. */
const second: Principal = {
  ...anyone,
  audience: 'CUSTOMER',
  rows: {
    rule: 'own_customers',
    parameters: {
      crmAccountId: ['A2'],
      customerId: ['C2'],
      erpCustomerNo: ['100', '200'],
      debtorNo: ['D2'],
    },
  },
}

const nobody: Principal = { ...second, rows: { rule: 'own_customers', parameters: {} } }
const otherRule: Principal = { ...second, rows: { rule: 'unheard_of', parameters: {} } }

const lists = {
  customers: ['crmAccountId', ['A2']],
  contacts: ['id', ['K4']],
  interactions: ['id', ['I4']],
  opportunities: ['id', ['O7']],
  quotes: ['quoteNo', ['Q3']],
  quoteLines: ['quoteNo', ['Q3']],
  cases: ['caseNo', ['S3', 'S4', 'S5']],
  fieldServiceJobs: ['id', ['J2']],
  leads: ['id', []],
  campaigns: ['id', []],
  crmTasks: ['id', []],
} as const

describe('a caller with its own customers only', () => {
  const fixture = crmFixture()
  after(() => fixture[Symbol.dispose]())
  const ask = asker(fixture)

  for (const [list, [key, own]] of Object.entries(lists)) {
    it(`sees and counts its own ${list}`, async () => {
      const document = `{ ${list} { totalCount nodes { key: ${key} } } }`
      const page = (await ask(document, {}, second))[list]
      assert.deepEqual(page.nodes.map((row: { key: string }) => row.key).toSorted(), own)
      assert.equal(page.totalCount, own.length)
      for (const principal of [nobody, otherRule]) {
        const none = await ask(document, {}, principal)
        assert.deepEqual(none[list], { totalCount: 0, nodes: [] })
      }
    })
  }

  it('finds nobody else by any key', async () => {
    const answer = await ask(
      `{ own: customer(erpCustomerNo: "200") { crmAccountId } alsoOwn: customer(debtorNo: "D2") { id }
         a: customer(id: "C1") { name } b: customer(crmAccountId: "A1") { name }
         c: customer(erpCustomerNo: "101") { name } d: customer(debtorNo: "D1") { name }
         contact(id: "K1") { name } interaction(id: "I1") { id } opportunity(id: "O1") { name }
         quote(quoteNo: "Q1") { version } quoteLine(quoteNo: "Q1", lineNo: 1) { sku }
         case(caseNo: "S1") { subject } fieldServiceJob(id: "J1") { status } crmTask(id: "T1") { title }
         lead(id: "L1") { name } campaign(id: "FAIR") { name } }`,
      {},
      second,
    )
    const { own, alsoOwn, ...others } = answer
    assert.deepEqual([own, alsoOwn], [{ crmAccountId: 'A2' }, { id: 'C2' }])
    assert.deepEqual([...new Set(Object.values(others))], [null])
  })

  it('does not get a number that is surely another customer’s', async () => {
    const { customer, shared, customers } = await ask(
      `{ customer(id: "C2") { erpCustomerNo erpCustomerNos debtorNo externalIds { value } }
         shared: customer(erpCustomerNo: "100") { id }
         customers(filter: {erpCustomerNo: {eq: "100"}}) { totalCount } }`,
      {},
      second,
    )
    assert.deepEqual(customer, {
      erpCustomerNo: '200',
      erpCustomerNos: ['200'],
      debtorNo: 'D2',
      externalIds: ['A2', '100', '200', 'D2'].map((value) => ({ value })),
    })
    assert.equal(shared, null)
    assert.equal(customers.totalCount, 0)
  })

  it('groups its own rows only', async () => {
    const answer = await ask(
      `{ leadAggregates(groupBy: [STATUS]) { rows { count } }
         opportunityAggregates(groupBy: [SEGMENT, CAMPAIGN]) { rows { count amount { amount } } }
         opportunityProductAggregates(groupBy: [PRODUCT]) { rows { quantity } }
         caseAggregates(groupBy: [PRODUCT]) { rows { product { sku } count } } }`,
      {},
      second,
    )
    const { opportunityAggregates, opportunityProductAggregates, caseAggregates } = answer
    assert.deepEqual(answer.leadAggregates.rows, [])
    assert.deepEqual(opportunityAggregates.rows, [{ count: 1, amount: { amount: '900.00' } }])
    assert.deepEqual(opportunityProductAggregates.rows, [{ quantity: '5' }])
    assert.deepEqual(caseAggregates.rows, [
      { product: { sku: 'PUMP' }, count: 2 },
      { product: { sku: 'VALVE' }, count: 1 },
    ])
  })

  it('gets no one else’s entity by reference', async () => {
    const of = [
      { __typename: 'Customer', id: 'C2' },
      { __typename: 'Customer', id: 'C1' },
      { __typename: 'Customer', crmAccountId: 'A1' },
      { __typename: 'Customer', erpCustomerNo: '100' },
      { __typename: 'Customer', debtorNo: 'D1' },
      { __typename: 'Opportunity', id: 'O1' },
      { __typename: 'Quote', quoteNo: 'Q1' },
      { __typename: 'QuoteLine', quoteNo: 'Q1', lineNo: 1 },
      { __typename: 'Case', caseNo: 'S1' },
      { __typename: 'Contact', id: 'K1' },
      { __typename: 'Interaction', id: 'I1' },
      { __typename: 'Lead', id: 'L1' },
      { __typename: 'Campaign', costObjectCode: 'CO-1' },
      { __typename: 'FieldServiceJob', id: 'J1' },
      { __typename: 'CrmTask', id: 'T1' },
    ]
    const { _entities } = await ask(
      entities.replace('FieldServiceJob { status }', 'FieldServiceJob { state: status }'),
      { of },
      second,
    )
    assert.deepEqual(_entities, [{ crmAccountId: 'A2' }, ...of.slice(1).map(() => null)])
  })

  it('learns nothing of others through what is shared', async () => {
    const { _entities } = await ask(
      `query ($of: [_Any!]!) { _entities(representations: $of) {
          ... on Product { salesText complaintStats { complaints returns warranties } }
          ... on Employee { caseLoad pipeline { currency } opportunities { totalCount } customers { totalCount } crmTasks { totalCount } }
          ... on SalesOrder { opportunity { id } cases { caseNo } } } }`,
      {
        of: [
          { __typename: 'Product', sku: 'PUMP' },
          { __typename: 'Employee', loginId: 'bo' },
          { __typename: 'SalesOrder', orderNo: 'SO1' },
        ],
      },
      second,
    )
    const none = { totalCount: 0 }
    assert.deepEqual(_entities, [
      {
        salesText: 'A good pump.',
        complaintStats: { complaints: 0, returns: 0, warranties: 1 },
      },
      {
        caseLoad: 0,
        pipeline: [],
        opportunities: none,
        customers: { totalCount: 0 },
        crmTasks: none,
      },
      { opportunity: null, cases: [] },
    ])
  })
})
