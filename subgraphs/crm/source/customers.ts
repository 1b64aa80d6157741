/**
 * The statements about customers, contacts, interactions, leads and campaigns.
 */
import { aggregate, count, countIf, sum } from '#shared/aggregate.ts'
import type { Calendar, DateRange } from '#shared/calendar.ts'
import { byId, contains, dateRange, filterFor, inList, type FilterInput } from '#shared/filter.ts'
import { listOf } from '#shared/list.ts'
import { rowsBy } from '#shared/rows.ts'
import { relations } from '../relations.ts'
import type { CrmDatabase, Db } from './database.ts'

export const customers = listOf<CrmDatabase, 'customer'>('customer', relations.customer, {
  filter: filterFor({
    crmAccountId: byId('customer.crmAccountId'),
    segmentCode: byId('customer.segmentCode'),
    region: byId('customer.region'),
    status: inList('customer.status'),
    kind: inList('customer.kind'),
    ownerLoginId: byId('customer.ownerLoginId'),
    nameContains: contains('customer.name'),
    created: dateRange('customer.createdOn'),
  }),
  sorts: { NAME: 'name', CREATED_ON: 'createdOn', HEALTH_SCORE: 'healthScore' },
  order: { column: 'name', direction: 'ASC' },
})

export const contacts = listOf<CrmDatabase, 'contact'>('contact', relations.contact, {
  filter: filterFor({
    id: byId('contact.id'),
    crmAccountId: byId('contact.crmAccountId'),
    nameContains: contains('contact.name'),
  }),
  sorts: { NAME: 'name' },
  order: { column: 'name', direction: 'ASC' },
})

export const interactions = listOf<CrmDatabase, 'interaction'>(
  'interaction',
  relations.interaction,
  {
    filter: filterFor({
      crmAccountId: byId('interaction.crmAccountId'),
      loginId: byId('interaction.loginId'),
      caseNo: byId('interaction.caseNo'),
      channel: inList('interaction.channel'),
      range: dateRange('interaction.occurredOn'),
    }),
    sorts: { AT: 'at' },
    order: { column: 'at', direction: 'DESC' },
  },
)

export const leads = listOf<CrmDatabase, 'lead'>('lead', relations.lead, {
  filter: filterFor({
    id: byId('lead.id'),
    campaignId: byId('lead.campaignId'),
    ownerLoginId: byId('lead.ownerLoginId'),
    status: inList('lead.status'),
    created: dateRange('lead.createdOn'),
  }),
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

export const customersByAccount = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'customer', relations.customer, 'crmAccountId', ids)

export const segmentsByCode = (db: Db, codes: readonly string[]) =>
  rowsBy(db, 'segment', relations.segment, 'code', codes)

export const allSegments = (db: Db) =>
  db.selectFrom('segment').select(['code', 'name']).orderBy('code').limit(101).execute()

export const addressesOf = (db: Db, accounts: readonly string[]) =>
  rowsBy(db, 'customer_address', relations.customer_address, 'crmAccountId', accounts)

export const contactsById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'contact', relations.contact, 'id', ids)

export const consentsOf = (db: Db, contactIds: readonly string[]) =>
  rowsBy(db, 'contact_consent', relations.contact_consent, 'contactId', contactIds)

export const interactionsById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'interaction', relations.interaction, 'id', ids)

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

/** The value of the opportunities that each campaign touched first or last, by stage and currency. */
export const attributedTotals = (
  db: Db,
  campaignIds: readonly string[],
  touch: 'isFirst' | 'isLast',
  calendar: Calendar,
) =>
  aggregate({
    from: db
      .selectFrom('opportunity_campaign')
      .innerJoin('opportunity', 'opportunity.id', 'opportunity_campaign.opportunityId'),
    where: (eb) =>
      eb.and([
        eb('opportunity_campaign.campaignId', 'in', campaignIds),
        eb(`opportunity_campaign.${touch}`, '=', true),
      ]),
    dimensions: { CAMPAIGN: ['opportunity_campaign.campaignId'], STAGE: ['opportunity.stage'] },
    groupBy: ['CAMPAIGN', 'STAGE'],
    calendar,
    currency: 'opportunity.currency',
    measures: { amount: sum('opportunity.amount') },
    first: 'ALL',
  })

export interface InteractionArgs {
  readonly range?: DateRange | null
  readonly channels?: readonly string[] | null
}

/** The arguments of `Customer.interactions` as a filter. */
export const interactionFilter = ({ range, channels }: InteractionArgs): FilterInput => ({
  range: range ?? null,
  channel: channels ?? null,
})
