/**
 * Sales attributed to campaigns in equal parts: whole minor units that add up to the whole, in every
 * currency, far above 2^53, below zero, and for callers with their own customers only.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { subgraph } from '../../../subgraphs/crm/subgraph.ts'
import { anyone, asker, subgraphFixture, type FixtureRows } from '../../support/subgraph-fixture.ts'

const deal = (id: string, amount: string, currency: string, more = {}) => ({
  id,
  name: id,
  crmAccountId: 'A1',
  stage: 'WON',
  amount,
  weightedAmount: '0',
  currency,
  openedOn: '2026-01-01',
  expectedCloseOn: '2026-06-01',
  ...more,
})

const touched = (opportunityId: string, ...campaignIds: readonly string[]) =>
  campaignIds.map((campaignId, at) => ({
    opportunityId,
    campaignId,
    // Gaps: a place is counted, not read.
    touchNo: at * 10 + 1,
    isFirst: at === 0,
    isLast: at === campaignIds.length - 1,
    touchedOn: '2026-01-01',
  }))

const campaigns = ['A', 'B', 'C', 'D'].map((id) => ({ id, name: id, status: 'RUNNING' }))

type Rows = FixtureRows[string]

const over = (rows: Rows) =>
  subgraphFixture(subgraph, { crm: { campaign: campaigns, ...rows }, identity: {} })

const perCampaign = `{ opportunityAggregates(groupBy: [CAMPAIGN], attribution: LINEAR) {
  rows { campaign { id } attribution currency count amount { amount } weighted { amount } } } }`

interface Group {
  readonly campaign: { readonly id: string } | null
  readonly currency: string
  readonly count: number
  readonly amount: { readonly amount: string }
}

const parts = (rows: readonly Group[]) =>
  rows.map(({ campaign, amount }) => [campaign?.id ?? null, amount.amount])

describe('linear attribution', () => {
  for (const [what, currency, amount, campaignIds, expected] of [
    [
      'a hundredth that is left goes to the first',
      'TWD',
      '100',
      'BAC',
      ['33.33', '33.34', '33.33'],
    ],
    ['two that are left go to the first two', 'TWD', '0.05', 'CBA', ['0.01', '0.02', '0.02']],
    ['fewer than there are campaigns', 'USD', '0.02', 'ABC', ['0.01', '0.01', '0.00']],
    ['no minor unit', 'JPY', '1000', 'ABC', ['334', '333', '333']],
    ['thousandths', 'KWD', '1', 'ABC', ['0.334', '0.333', '0.333']],
    ['divides without a rest', 'TWD', '90', 'ABC', ['30.00', '30.00', '30.00']],
    ['a single touch', 'TWD', '7.77', 'A', ['7.77']],
    ['below zero', 'TWD', '-100', 'ABC', ['-33.34', '-33.33', '-33.33']],
    [
      'far above 2^53 minor units',
      'TWD',
      '900719925474099.97',
      'ABC',
      ['300239975158033.33', '300239975158033.32', '300239975158033.32'],
    ],
    ['what is finer than a minor unit stays whole', 'TWD', '0.035', 'AB', ['0.025', '0.01']],
  ] as const) {
    it(what, async () => {
      using fixture = over({
        opportunity: [deal('O1', amount, currency)],
        opportunity_campaign: touched('O1', ...campaignIds.split('')),
      })
      const { opportunityAggregates } = await asker(fixture)(perCampaign)
      assert.deepEqual(
        parts(opportunityAggregates.rows),
        expected.map((part, at) => ['ABC'.charAt(at), part]),
      )
    })
  }

  const many: Rows = {
    opportunity: [
      deal('O1', '100.01', 'TWD', { weightedAmount: '10', stage: 'PROPOSAL' }),
      deal('O2', '55.55', 'TWD'),
      deal('O3', '1000', 'JPY', { crmAccountId: 'A2' }),
      deal('O4', '77', 'TWD', { stage: 'LOST' }),
      deal('O5', '12.34', 'TWD', { crmAccountId: 'A2' }),
    ],
    opportunity_campaign: [
      ...touched('O1', 'A', 'B', 'C'),
      ...touched('O2', 'C', 'A'),
      ...touched('O3', 'B', 'A', 'C', 'D'),
      ...touched('O4', 'A', 'D'),
    ],
  }

  it('states itself, adds up per currency, and keeps what no campaign touched', async () => {
    using fixture = over(many)
    const { opportunityAggregates } = await asker(fixture)(perCampaign)
    const { rows } = opportunityAggregates
    assert.deepEqual(
      rows.map((row: Group & { attribution: string; weighted: { amount: string } }) => [
        row.campaign?.id ?? null,
        row.currency,
        row.count,
        row.amount.amount,
        row.weighted.amount,
        row.attribution,
      ]),
      [
        [null, 'TWD', 1, '12.34', '0.00', 'LINEAR'],
        ['A', 'JPY', 1, '250', '0', 'LINEAR'],
        ['A', 'TWD', 3, '99.61', '3.34', 'LINEAR'], // 33.34 + 27.77 + 38.50
        ['B', 'JPY', 1, '250', '0', 'LINEAR'],
        ['B', 'TWD', 1, '33.34', '3.33', 'LINEAR'],
        ['C', 'JPY', 1, '250', '0', 'LINEAR'],
        ['C', 'TWD', 2, '61.11', '3.33', 'LINEAR'], // 33.33 + 27.78
        ['D', 'JPY', 1, '250', '0', 'LINEAR'],
        ['D', 'TWD', 1, '38.50', '0.00', 'LINEAR'],
      ],
    )
    assert.equal(fixture.statements.length, 2)
  })

  it('is one argument with the whole of the first and the last touch', async () => {
    using fixture = over(many)
    const { first, last, none } = await asker(fixture)(
      `query { first: opportunityAggregates(groupBy: [CAMPAIGN], filter: {id: {eq: "O2"}}) { ...sums }
         last: opportunityAggregates(groupBy: [CAMPAIGN], filter: {id: {eq: "O2"}}, attribution: LAST_TOUCH) { ...sums }
         none: opportunityAggregates(groupBy: [STAGE], filter: {id: {eq: "O2"}}, attribution: LINEAR) { ...sums } }
       fragment sums on OpportunityAggregates { rows { campaign { id } attribution amount { amount } } }`,
    )
    const whole = { amount: '55.55' }
    assert.deepEqual(first.rows, [
      { campaign: { id: 'C' }, attribution: 'FIRST_TOUCH', amount: whole },
    ])
    assert.deepEqual(last.rows, [
      { campaign: { id: 'A' }, attribution: 'LAST_TOUCH', amount: whole },
    ])
    assert.deepEqual(none.rows, [{ campaign: null, attribution: null, amount: whole }])
  })

  it('gives a campaign the same part whoever else is asked for, in one statement', async () => {
    using fixture = over(many)
    const { campaigns: listed } = await asker(fixture)(
      `{ campaigns(filter: {id: {in: ["A", "D"]}}, orderBy: {field: NAME, direction: ASC}) { nodes { id
          attributed(model: LINEAR) { model currency opportunities open { amount } won { amount } }
          attributedWon(model: LINEAR) { amount currency } attributedPipeline(model: LINEAR) { amount } } } }`,
    )
    const row = (currency: string, opportunities: number, open: string, won: string) => ({
      model: 'LINEAR',
      currency,
      opportunities,
      open: { amount: open },
      won: { amount: won },
    })
    assert.deepEqual(listed.nodes, [
      {
        id: 'A',
        attributed: [row('JPY', 1, '0', '250'), row('TWD', 3, '33.34', '27.77')],
        attributedWon: [
          { amount: '250', currency: 'JPY' },
          { amount: '27.77', currency: 'TWD' },
        ],
        attributedPipeline: [{ amount: '33.34' }],
      },
      {
        id: 'D',
        attributed: [row('JPY', 1, '0', '250'), row('TWD', 1, '0.00', '0.00')],
        attributedWon: [{ amount: '250', currency: 'JPY' }],
        attributedPipeline: [],
      },
    ])
    assert.equal(fixture.statements.length, 2)
  })

  it('shares out a caller’s own opportunities only', async () => {
    using fixture = over(many)
    const own = {
      ...anyone,
      rows: { rule: 'own_customers' as const, parameters: { crmAccountId: ['A2'] } },
    }
    const { opportunityAggregates } = await asker(fixture)(perCampaign, {}, own)
    assert.deepEqual(
      opportunityAggregates.rows.map((row: Group) => [row.currency, row.amount.amount]).toSorted(),
      [
        ['JPY', '250'],
        ['JPY', '250'],
        ['JPY', '250'],
        ['JPY', '250'],
        ['TWD', '12.34'],
      ],
    )
  })
})
