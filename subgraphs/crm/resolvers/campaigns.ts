/**
 * Leads and campaigns.
 */
import { exactlyOne, moneyField, stub } from '#shared/fields.ts'
import type { ListArgs } from '#shared/list.ts'
import { sumMoney } from '#shared/money.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import { conversionRate } from '../rules.ts'
import * as source from '../source.ts'
import type { AggregateArgs, Row } from '../source.ts'
import { campaignOf, employeeOf, maybe, type Crm } from './context.ts'

type Lead = Row<'lead'>
type Campaign = Row<'campaign'>

const attributed =
  (counts: (stage: unknown) => boolean) =>
  async (
    { id }: Campaign,
    { model }: { model: 'FIRST_TOUCH' | 'LAST_TOUCH' },
    { loaders }: Crm,
  ) => {
    const rows = await loaders.attributed(model === 'FIRST_TOUCH' ? 'isFirst' : 'isLast').load(id)
    return sumMoney(rows.filter((row) => counts(row['stage'])).map(moneyField('amount')))
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
    attributedPipeline: attributed((stage) => stage !== 'WON' && stage !== 'LOST'),
    attributedWon: attributed((stage) => stage === 'WON'),
  },
  LeadAggregate: {
    campaign: campaignOf,
    owner: stub('loginId', 'ownerLoginId'),
    conversionRate: ({ count, converted }: { count: number; converted: number }) =>
      conversionRate(converted, count),
  },
}
