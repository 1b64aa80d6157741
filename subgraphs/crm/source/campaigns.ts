/**
 * The statements about leads and campaigns.
 */
import { sql } from 'kysely'
import { aggregate, bucketOf, count, countIf, type Measure } from '#shared/aggregate.ts'
import type { Calendar } from '#shared/calendar.ts'
import { byId, bySource, dateRange, filterFor, inList } from '#shared/filter.ts'
import { listOf } from '#shared/list.ts'
import type { Where } from '#shared/relations.ts'
import { rowsBy } from '#shared/rows.ts'
import { relations } from '../relations.ts'
import type { CrmDatabase, Db } from './database.ts'
import type { AggregateArgs } from './sales.ts'

const leadFilter = filterFor({
  id: byId('lead.id'),
  campaignId: byId('lead.campaignId'),
  ownerLoginId: byId('lead.ownerLoginId'),
  source: inList('lead.source'),
  fromSource: bySource,
  status: inList('lead.status'),
  created: dateRange('lead.createdOn'),
})

export const leads = listOf<CrmDatabase, 'lead'>('lead', relations.lead, {
  filter: leadFilter,
  sorts: { CREATED_ON: 'createdOn' },
  order: { column: 'createdOn', direction: 'DESC' },
})

export const campaigns = listOf<CrmDatabase, 'campaign'>('campaign', relations.campaign, {
  filter: filterFor({
    id: byId('campaign.id'),
    costObjectCode: byId('campaign.costObjectCode'),
    status: inList('campaign.status'),
    kind: inList('campaign.kind'),
    started: dateRange('campaign.startsOn'),
  }),
  sorts: { STARTS_ON: 'startsOn', NAME: 'name' },
  order: { column: 'startsOn', direction: 'DESC' },
})

export const leadsById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'lead', relations.lead, 'id', ids)

export const campaignsById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'campaign', relations.campaign, 'id', ids)

export const campaignsByCostObject = (db: Db, codes: readonly string[]) =>
  rowsBy(db, 'campaign', relations.campaign, 'costObjectCode', codes)

export const memberCounts = (db: Db, campaignIds: readonly string[], calendar: Calendar) =>
  aggregate({
    from: db.selectFrom('campaign_member'),
    where: (eb) => eb('campaign_member.campaignId', 'in', campaignIds),
    dimensions: { CAMPAIGN: ['campaign_member.campaignId'] },
    groupBy: ['CAMPAIGN'],
    calendar,
    currency: null,
    measures: {
      members: count(),
      responses: countIf((eb) => eb('campaign_member.respondedOn', 'is not', null)),
    },
    first: 'ALL',
  })

const isConverted: Where = (eb) => eb('lead.status', '=', 'CONVERTED')

/** Only to order by: a float. What is answered is worked out of the two counts. */
const rate = (condition: Where): Measure => ({
  expression: (eb) =>
    eb.fn.avg(eb.case().when(condition(eb)).then(sql.lit(1)).else(sql.lit(0)).end()),
})

const leadMeasures = {
  count: count(),
  converted: countIf(isConverted),
  rate: rate(isConverted),
}

export const leadAggregates = (
  db: Db,
  {
    filter,
    ...args
  }: AggregateArgs<keyof typeof leadMeasures> & { readonly filter?: object | null },
  calendar: Calendar,
) =>
  aggregate<string, keyof typeof leadMeasures>({
    ...args,
    from: db.selectFrom('lead'),
    where: leadFilter(filter),
    dimensions: {
      SOURCE: ['lead.source'],
      CAMPAIGN: ['lead.campaignId'],
      OWNER: ['lead.ownerLoginId'],
      STATUS: ['lead.status'],
      CREATED_PERIOD: bucketOf('lead.createdOn'),
    },
    calendar,
    currency: null,
    measures: leadMeasures,
  })
