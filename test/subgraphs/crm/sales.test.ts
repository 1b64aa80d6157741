/** Opportunities, quotes and campaigns: pipelines, attribution, groups, filters. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { asker } from '../../support/subgraph-fixture.ts'
import { crmFixture } from './crm-rows.ts'

const twd = (amount: string) => ({ amount, currency: 'TWD' })
const usd = (amount: string) => ({ amount, currency: 'USD' })

describe('sales', () => {
  const fixture = crmFixture()
  after(() => fixture[Symbol.dispose]())
  const ask = asker(fixture)
  const money = '{ amount currency }'

  it('sums a pipeline per currency, never across', async () => {
    const { customer } = await ask(
      `{ customer(id: "C1") { pipeline { currency count amount ${money} weighted ${money} won ${money}
          lost ${money} winRate byStage { stage count amount ${money} } } } }`,
    )
    const [first, second] = customer.pipeline
    assert.deepEqual(
      { ...first, byStage: undefined },
      {
        currency: 'TWD',
        count: 2,
        amount: twd('1200.50'), // O1 1000.5 + O2 200
        weighted: twd('660.25'), // 500.25 + 160
        won: twd('700.00'), // O3 300 + O4 400
        lost: twd('50.00'),
        winRate: '0.6667', // 2 of 3
        byStage: undefined,
      },
    )
    assert.deepEqual(
      first.byStage.map((row: { stage: string; count: number }) => [row.stage, row.count]),
      [
        ['LOST', 1],
        ['NEGOTIATION', 1],
        ['PROPOSAL', 1],
        ['WON', 2],
      ],
    )
    assert.deepEqual(second, {
      currency: 'USD',
      count: 1,
      amount: usd('70.00'),
      weighted: usd('7.00'),
      won: usd('0.00'),
      lost: usd('0.00'),
      winRate: null,
      byStage: [{ stage: 'QUALIFIED', count: 1, amount: usd('70.00') }],
    })
  })

  it('limits a pipeline to the days of the expected close, for owners as well', async () => {
    const of = ['bo', 'cy', 'nobody'].map((loginId) => ({ __typename: 'Employee', loginId }))
    const { _entities } = await ask(
      `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Employee {
          pipeline(range: {from: "2026-08-01"}) { count amount ${money} }
          opportunities(filter: {isOpen: true, customerId: {eq: "C2"}}) { nodes { id } }
          customers(first: 1) { totalCount nodes { name } } } } }`,
      { of },
    )
    const nothing = { totalCount: 0, nodes: [] }
    assert.deepEqual(_entities, [
      {
        pipeline: [{ count: 1, amount: twd('200.00') }],
        opportunities: { nodes: [] },
        customers: { totalCount: 6, nodes: [{ name: 'Customer 1' }] },
      },
      {
        pipeline: [],
        opportunities: { nodes: [{ id: 'O7' }] },
        customers: { totalCount: 1, nodes: [{ name: 'Customer 2' }] },
      },
      { pipeline: [], opportunities: { nodes: [] }, customers: nothing },
    ])
    // The pipelines, the crosswalk, the opportunities, the customers and their counts.
    assert.equal(fixture.statements.length, 5)
  })

  it('gives the whole of an opportunity to the first touch, or to the last', async () => {
    const { campaigns } = await ask(
      `{ campaigns { nodes { id budget ${money} members responses
          firstOpen: attributedPipeline ${money} lastOpen: attributedPipeline(model: LAST_TOUCH) ${money}
          firstWon: attributedWon(model: FIRST_TOUCH) ${money} lastWon: attributedWon(model: LAST_TOUCH) ${money} } } }`,
    )
    assert.deepEqual(campaigns.nodes, [
      {
        id: 'FAIR',
        budget: twd('5000.00'),
        members: 2,
        responses: 1,
        firstOpen: [twd('1000.50'), usd('70.00')], // O1 and O6; O5 is lost
        lastOpen: [usd('70.00')], // O6
        firstWon: [],
        lastWon: [twd('300.00')], // O3
      },
      {
        id: 'MAIL',
        budget: null,
        members: 0,
        responses: 0,
        firstOpen: [],
        lastOpen: [twd('1000.50')], // O1
        firstWon: [twd('300.00')], // O3
        lastWon: [],
      },
    ])
    // The list (those without a first day apart), the members, and one statement for each touch.
    assert.equal(fixture.statements.length, 5)
  })

  it('finds a campaign by either key', async () => {
    const { a, b } = await ask(
      '{ a: campaign(id: "FAIR") { name } b: campaign(costObjectCode: "CO-1") { id } }',
    )
    assert.deepEqual([a, b], [{ name: 'Fair' }, { id: 'FAIR' }])
    const { errors } = await fixture.run('{ campaign(id: "FAIR", costObjectCode: "CO-1") { id } }')
    assert.equal(errors?.[0]?.extensions['code'], 'BAD_USER_INPUT')
  })

  it('filters opportunities', async () => {
    for (const [filter, ids] of [
      ['stage: [WON], closed: {from: "2026-05-02"}', ['O4']],
      ['isOpen: true', ['O1', 'O2', 'O6', 'O7']],
      ['isOpen: false', ['O3', 'O4', 'O5']],
      ['amount: {currency: "TWD", gte: "300", lte: "400"}', ['O3', 'O4']],
      ['campaignId: {eq: "MAIL"}', ['O1', 'O3']],
      ['sku: {in: ["VALVE", "SEAL"]}', ['O1']],
      ['expectedClose: {from: "2026-08-01"}, ownerLoginId: {eq: "bo"}', ['O2']],
      ['crmAccountId: {eq: "A2"}', ['O7']],
    ] as const) {
      const { opportunities } = await ask(`{ opportunities(filter: {${filter}}) { nodes { id } } }`)
      assert.deepEqual(
        opportunities.nodes.map((row: { id: string }) => row.id).toSorted(),
        ids,
        filter,
      )
    }
  })

  it('groups opportunities', async () => {
    const { byStage, byCampaign, byMonth, ofOne } = await ask(
      `{ byStage: opportunityAggregates(filter: {customerId: {eq: "C1"}}, groupBy: [SEGMENT], orderBy: {measure: AMOUNT}) {
            truncated rows { segment { name } currency count amount ${money} weighted ${money} open ${money} won ${money} winRate averageCycleDays } }
         byCampaign: opportunityAggregates(groupBy: [CAMPAIGN], filter: {stage: [PROPOSAL, WON, LOST]}) { rows { campaign { id } count } }
         byMonth: opportunityAggregates(groupBy: [CLOSE_PERIOD], bucket: MONTH, filter: {isOpen: true}) { rows { period { key } currency count } }
         ofOne: opportunityAggregates(groupBy: [OWNER, CUSTOMER], first: 1, orderBy: {measure: COUNT}) { truncated rows { owner { loginId } customer { id } count } } }`,
    )
    assert.deepEqual(byStage, {
      truncated: false,
      rows: [
        {
          segment: { name: 'Key accounts' },
          currency: 'TWD',
          count: 5,
          amount: twd('1950.50'), // 1000.5 + 200 + 300 + 400 + 50
          weighted: twd('660.25'),
          open: twd('1200.50'),
          won: twd('700.00'),
          winRate: '0.6667',
          averageCycleDays: 20, // of 10, 20 and 30
        },
        {
          segment: { name: 'Key accounts' },
          currency: 'USD',
          count: 1,
          amount: usd('70.00'),
          weighted: usd('7.00'),
          open: usd('70.00'),
          won: usd('0.00'),
          winRate: null,
          averageCycleDays: null,
        },
      ],
    })
    assert.deepEqual(byCampaign.rows, [
      { campaign: null, count: 2 }, // O4 and O7
      { campaign: { id: 'FAIR' }, count: 2 }, // O1 and O5
      { campaign: { id: 'MAIL' }, count: 1 }, // O3
    ])
    assert.deepEqual(byMonth.rows, [
      { period: { key: '2026-07' }, currency: 'TWD', count: 2 }, // O1 and O7
      { period: { key: '2026-08' }, currency: 'TWD', count: 1 }, // O2
      { period: { key: '2026-07' }, currency: 'USD', count: 1 }, // O6
    ])
    assert.deepEqual(ofOne, {
      truncated: true,
      rows: [{ owner: { loginId: 'bo' }, customer: { id: 'C1' }, count: 5 }],
    })
  })

  it('sees the open pipeline as demand for products', async () => {
    const { opportunityProductAggregates } = await ask(
      `{ opportunityProductAggregates(groupBy: [PRODUCT], filter: {isOpen: true, not: {customerId: {eq: "C2"}}}, orderBy: {measure: QUANTITY}) {
          rows { product { sku } opportunities quantity amount ${money} } } }`,
    )
    assert.deepEqual(opportunityProductAggregates.rows, [
      { product: { sku: 'PUMP' }, opportunities: 2, quantity: '5', amount: twd('200.00') },
      { product: { sku: 'VALVE' }, opportunities: 1, quantity: '1', amount: twd('100.00') },
    ])
  })

  it('connects opportunities, quotes and orders', async () => {
    const { opportunity, quotes, quoteLines, quoteLine, _entities } = await ask(
      `query ($of: [_Any!]!) {
        opportunity(id: "O1") { products { lineNo product { sku } quantity { value unit } } quotes { quoteNo }
          campaigns { id } orders { orderNo } customer { id } owner { loginId } }
        quotes(filter: {total: {currency: "TWD", gte: "1500"}}, orderBy: {field: TOTAL}) { nodes { quoteNo total ${money} opportunity { id } lines { lineNo } } }
        quoteLines(filter: {sku: {eq: "PUMP"}, status: [SENT]}) { nodes { quoteNo net ${money} quote { status } } }
        quoteLine(quoteNo: "Q1", lineNo: 1) { netPrice ${money} configuration { id } }
        _entities(representations: $of) { ... on SalesOrder { opportunity { id } quote { quoteNo } cases { caseNo } } } }`,
      { of: ['SO1', 'SO2', 'SO3'].map((orderNo) => ({ __typename: 'SalesOrder', orderNo })) },
    )
    assert.deepEqual(opportunity, {
      products: [
        { lineNo: 1, product: { sku: 'PUMP' }, quantity: { value: '2', unit: 'PCS' } },
        { lineNo: 2, product: { sku: 'VALVE' }, quantity: { value: '1', unit: 'PCS' } },
      ],
      quotes: [{ quoteNo: 'Q1' }],
      campaigns: [{ id: 'FAIR' }, { id: 'MAIL' }],
      orders: [],
      customer: { id: 'C1' },
      owner: { loginId: 'bo' },
    })
    assert.deepEqual(quotes.nodes, [
      { quoteNo: 'Q2', total: twd('2000.00'), opportunity: null, lines: [] },
    ])
    assert.deepEqual(quoteLines.nodes, [
      { quoteNo: 'Q1', net: twd('1000.00'), quote: { status: 'SENT' } },
      { quoteNo: 'Q3', net: usd('3000.00'), quote: { status: 'SENT' } },
    ])
    assert.deepEqual(quoteLine, { netPrice: twd('500.00'), configuration: null })
    assert.deepEqual(_entities, [
      { opportunity: { id: 'O3' }, quote: { quoteNo: 'Q2' }, cases: [{ caseNo: 'S1' }] },
      { opportunity: { id: 'O7' }, quote: null, cases: [] },
      { opportunity: null, quote: null, cases: [] },
    ])
  })
})
