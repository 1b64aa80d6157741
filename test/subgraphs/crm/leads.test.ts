/** Leads, grouped: counts and conversion against plain SQL over the same file. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, it } from 'node:test'
import { subgraph } from '../../../subgraphs/crm/subgraph.ts'
import { asker, subgraphFixture } from '../../support/subgraph-fixture.ts'

const sources = ['WEB', 'FAIR', null]
const statuses = ['NEW', 'QUALIFIED', 'DISQUALIFIED', 'CONVERTED']

/** 42 leads in which every dimension varies on its own. */
const leads = Array.from({ length: 42 }, (_, at) => ({
  id: `L${at}`,
  name: `Lead ${at}`,
  source: sources[at % 3],
  campaignId: at % 5 === 0 ? null : ['FAIR', 'MAIL'][at % 2],
  ownerLoginId: at % 7 === 0 ? null : ['bo', 'cy'][at % 2],
  status: statuses[(at * 5 + Math.floor(at / 9)) % 4],
  createdOn: `2026-0${1 + (at % 6)}-1${at % 4}`,
}))

const campaign = (id: string) => ({ id, name: `Campaign ${id}`, status: 'RUNNING' })

describe('leads, grouped', () => {
  const fixture = subgraphFixture(subgraph, {
    crm: { lead: leads, campaign: [campaign('FAIR'), campaign('MAIL')] },
    identity: {},
  })
  const file = new DatabaseSync(join(fixture.data, 'crm.sqlite'), { readOnly: true })
  after(() => {
    file.close()
    fixture[Symbol.dispose]()
  })
  const ask = asker(fixture)

  /** Counts by an expression of SQL, in the order of the groups. */
  const counted = (expression: string, where = 'true') =>
    file
      .prepare(
        `SELECT ${expression} AS "of", count(*) AS "count", sum(status = 'CONVERTED') AS converted
           FROM lead WHERE ${where} GROUP BY 1 ORDER BY 1`,
      )
      .all()
      .map((row) => ({
        of: row['of'],
        count: row['count'],
        converted: row['converted'],
        conversionRate: String(
          Number((Number(row['converted']) / Number(row['count'])).toFixed(4)),
        ),
      }))

  const measures = 'count converted conversionRate'
  type Row = Readonly<Record<string, unknown>>
  const named = (rows: readonly Row[], of: (row: never) => unknown) =>
    rows.map(({ count, converted, conversionRate, ...row }) => ({
      of: of(row as never),
      count,
      converted,
      conversionRate,
    }))

  it('count and convert by each dimension, in one statement each', async () => {
    const { bySource, byCampaign, byOwner, byStatus, byQuarter } = await ask(
      `{ bySource: leadAggregates(groupBy: [SOURCE]) { truncated rows { source ${measures} } }
         byCampaign: leadAggregates(groupBy: [CAMPAIGN]) { rows { campaign { id } ${measures} } }
         byOwner: leadAggregates(groupBy: [OWNER]) { rows { owner { loginId } ${measures} } }
         byStatus: leadAggregates(groupBy: [STATUS]) { rows { status ${measures} } }
         byQuarter: leadAggregates(groupBy: [CREATED_PERIOD], bucket: QUARTER) { rows { period { key } ${measures} } } }`,
    )
    assert.equal(bySource.truncated, false)
    assert.deepEqual(
      named(bySource.rows, (row: { source: string }) => row.source),
      counted('source'),
    )
    assert.deepEqual(
      named(
        byCampaign.rows,
        (row: { campaign: { id: string } | null }) => row.campaign?.id ?? null,
      ),
      counted('campaignId'),
    )
    assert.deepEqual(
      named(
        byOwner.rows,
        (row: { owner: { loginId: string } | null }) => row.owner?.loginId ?? null,
      ),
      counted('ownerLoginId'),
    )
    assert.deepEqual(
      named(byStatus.rows, (row: { status: string }) => row.status),
      counted('status'),
    )
    assert.deepEqual(
      named(byQuarter.rows, (row: { period: { key: string } }) => row.period.key),
      counted(`substr(createdOn, 1, 5) || 'Q' || ((substr(createdOn, 6, 2) + 2) / 3)`),
    )
    // Five groupings, and the campaigns they name.
    assert.equal(fixture.statements.length, 6)
  })

  it('are filtered as the list is, by where they came from as well', async () => {
    const { leadAggregates, leads: listed } = await ask(
      `query ($filter: LeadFilter) {
         leadAggregates(groupBy: [], filter: $filter) { rows { ${measures} } }
         leads(filter: $filter, first: 1) { totalCount } }`,
      {
        filter: {
          source: ['WEB', 'FAIR'],
          created: { from: '2026-02-01' },
          not: { campaignId: { eq: 'MAIL' } },
        },
      },
    )
    const [expected] = counted(
      'NULL',
      `source IN ('WEB', 'FAIR') AND createdOn >= '2026-02-01' AND campaignId IS NOT 'MAIL'`,
    )
    const { of: _, ...total } = expected ?? {}
    assert.deepEqual(leadAggregates.rows, [total])
    assert.equal(listed.totalCount, expected?.count)
  })

  it('come by the rate, and none at all have no rate', async () => {
    const { best, none } = await ask(
      `{ best: leadAggregates(groupBy: [SOURCE, OWNER], orderBy: {measure: CONVERSION_RATE}, first: 4) { truncated rows { conversionRate } }
         none: leadAggregates(groupBy: [], filter: {id: {in: []}}) { rows { ${measures} } } }`,
    )
    const rates = best.rows.map((row: { conversionRate: string }) => Number(row.conversionRate))
    assert.equal(best.truncated, true)
    assert.equal(rates.length, 4)
    assert.ok(new Set(rates).size > 1, 'the rates differ')
    assert.deepEqual(
      rates,
      rates.toSorted((a: number, b: number) => b - a),
    )
    assert.deepEqual(none.rows, [{ count: 0, converted: 0, conversionRate: null }])
  })
})
