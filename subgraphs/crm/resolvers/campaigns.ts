/**
 * Leads and campaigns.
 */
import { exactlyOne, moneyField, stub } from '#shared/fields.ts'
import type { ListArgs } from '#shared/list.ts'
import { withMore } from '#shared/rows.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import { conversionRate } from '../rules.ts'
import * as source from '../source.ts'
import type { AggregateArgs, AttributionModel, Row } from '../source.ts'
import { campaignOf, customerOf, employeeOf, maybe, type Crm } from './context.ts'

type Lead = Row<'lead'>
type Campaign = Row<'campaign'>

interface Attributed {
  readonly model?: AttributionModel | null
}

const attributedTo = async ({ id }: Campaign, { model }: Attributed, { loaders }: Crm) => {
  const by = model ?? 'FIRST_TOUCH'
  return (await loaders.attributed(by).load(id)).map((row) => withMore(row, { model: by }))
}

/** One sum for each currency of the opportunities that are open, or won. */
const attributed =
  (measure: 'open' | 'won') => async (campaign: Campaign, args: Attributed, crm: Crm) => {
    const rows = await attributedTo(campaign, args, crm)
    return rows.filter((row) => row[`${measure}Count`] !== 0).map(moneyField(measure))
  }

export const campaignResolvers: Resolvers = {
  LeadMeasure: { COUNT: 'count', CONVERTED: 'converted', CONVERSION_RATE: 'rate' },
  Query: {
    lead: (_: unknown, { id }: { id: string }, { loaders }: Crm) => loaders.leadById.load(id),
    leads: (_: unknown, args: ListArgs, { databases: { crm } }: Crm) =>
      source.leads.page(crm, args),
    leadAggregates: (
      _: unknown,
      args: AggregateArgs<'count' | 'converted' | 'rate'> & { filter?: object | null },
      { databases: { crm }, calendar }: Crm,
    ) => source.leadAggregates(crm, args, calendar),
    campaign: (
      _: unknown,
      { id, costObjectCode }: { id?: string; costObjectCode?: string },
      { loaders }: Crm,
    ) => {
      const [key, value] = exactlyOne({ id, costObjectCode })
      return key === 'id'
        ? loaders.campaignById.load(value)
        : loaders.campaignByCostObject.load(value)
    },
    campaigns: (_: unknown, args: ListArgs, { databases: { crm } }: Crm) =>
      source.campaigns.page(crm, args),
  },
  Lead: {
    __resolveReference: ({ id }: { id: string }, { loaders }: Crm) => loaders.leadById.load(id),
    campaign: campaignOf,
    owner: employeeOf('ownerLoginId'),
    customer: customerOf,
    contact: ({ contactId }: Lead, _: object, { loaders }: Crm) =>
      maybe(contactId, (id) => loaders.contactById.load(id)),
    convertedTo: ({ opportunityId }: Lead, _: object, { loaders }: Crm) =>
      maybe(opportunityId, (id) => loaders.opportunityById.load(id)),
  },
  Campaign: {
    __resolveReference: (
      { id, costObjectCode }: { id?: string; costObjectCode?: string },
      { loaders }: Crm,
    ) =>
      id === undefined
        ? loaders.campaignByCostObject.load(costObjectCode ?? '')
        : loaders.campaignById.load(id),
    budget: moneyField('budget'),
    members: async ({ id }: Campaign, _: object, { loaders }: Crm) =>
      (await loaders.memberCount.load(id))?.members ?? 0,
    responses: async ({ id }: Campaign, _: object, { loaders }: Crm) =>
      (await loaders.memberCount.load(id))?.responses ?? 0,
    attributedPipeline: attributed('open'),
    attributedWon: attributed('won'),
    attributed: attributedTo,
  },
  AttributedSales: { open: moneyField('open'), won: moneyField('won') },
  LeadAggregate: {
    campaign: campaignOf,
    owner: stub('loginId', 'ownerLoginId'),
    conversionRate: ({ count, converted }: { count: number; converted: number }) =>
      conversionRate(converted, count),
  },
}
