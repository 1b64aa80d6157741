/**
 * Customers and their ids, contacts, interactions, leads and campaigns.
 */
import { cappedList, exactlyOne, moneyField, pointField } from '#shared/fields.ts'
import type { ListArgs } from '#shared/list.ts'
import { sumMoney } from '#shared/money.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import { customerIds, pipelineOf, type StageTotals } from '../rules.ts'
import * as source from '../source.ts'
import type { InteractionArgs, Row } from '../source.ts'
import {
  accountOfForeign,
  accountOfId,
  customerOf,
  employeeOf,
  maybe,
  withAccounts,
  withCustomers,
  type Crm,
  type Ranged,
} from './context.ts'

type Customer = Row<'customer'>
type Contact = Row<'contact'>
type Interaction = Row<'interaction'>
type Lead = Row<'lead'>
type Campaign = Row<'campaign'>

type Keys = Partial<Record<'id' | 'crmAccountId' | 'erpCustomerNo' | 'debtorNo', string>>

/** The customer that one of its keys names. */
async function customerByKey([key, value]: readonly [string, string], crm: Crm) {
  const account =
    key === 'crmAccountId'
      ? value
      : key === 'id'
        ? await accountOfId(value, crm)
        : await accountOfForeign(key === 'erpCustomerNo' ? 'ERP' : 'FINANCE', value, crm)
  return maybe(account, (id) => crm.loaders.customerByAccount.load(id))
}

const idsOf = async ({ crmAccountId }: Customer, { loaders }: Crm) =>
  customerIds(crmAccountId, await loaders.linksByAccount.load(crmAccountId))

type PipelineRows = Awaited<ReturnType<typeof source.pipelines>>['rows']

/** One pipeline per currency, out of totals by stage. */
export const pipelinesOf = (rows: PipelineRows) =>
  [...Map.groupBy(rows, (row) => row.currency ?? '')].map(
    ([currency, stages]) => pipelineOf(currency, stages as unknown as readonly StageTotals[]), // the columns it groups by
  )

const campaignOf = ({ campaignId }: { campaignId: string | null }, _: object, { loaders }: Crm) =>
  maybe(campaignId, (id) => loaders.campaignById.load(id))

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

export const customerResolvers: Resolvers = {
  Query: {
    customer: (_: unknown, { id, crmAccountId, erpCustomerNo, debtorNo }: Keys, crm: Crm) =>
      customerByKey(exactlyOne({ id, crmAccountId, erpCustomerNo, debtorNo }), crm),
    customers: async (_: unknown, args: ListArgs, crm: Crm) =>
      source.customers.page(crm.databases.crm, await withAccounts(args, crm)),
    segments: (_: unknown, __: object, { databases: { crm } }: Crm) =>
      cappedList(source.allSegments(crm), 100, 'segments'),
    contact: (_: unknown, { id }: { id: string }, { loaders }: Crm) => loaders.contactById.load(id),
    contacts: async (_: unknown, args: ListArgs, crm: Crm) =>
      source.contacts.page(crm.databases.crm, await withCustomers(args, crm)),
    interaction: (_: unknown, { id }: { id: string }, { loaders }: Crm) =>
      loaders.interactionById.load(id),
    interactions: async (_: unknown, args: ListArgs, crm: Crm) =>
      source.interactions.page(crm.databases.crm, await withCustomers(args, crm)),
    lead: (_: unknown, { id }: { id: string }, { loaders }: Crm) => loaders.leadById.load(id),
    leads: (_: unknown, args: ListArgs, { databases: { crm } }: Crm) =>
      source.leads.page(crm, args),
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
  Customer: {
    __resolveReference: ({ id, crmAccountId, erpCustomerNo, debtorNo }: Keys, crm: Crm) => {
      // The first key that is there: an entity may come with several.
      const keys = Object.entries({ crmAccountId, id, erpCustomerNo, debtorNo })
      const [key, value] = keys.find(([, each]) => each != null) ?? ['id', '']
      return customerByKey([key, value ?? ''], crm)
    },
    id: async (customer: Customer, _: object, crm: Crm) => (await idsOf(customer, crm)).id,
    erpCustomerNo: async (customer: Customer, _: object, crm: Crm) =>
      (await idsOf(customer, crm)).erpCustomerNo,
    erpCustomerNos: async (customer: Customer, _: object, crm: Crm) =>
      (await idsOf(customer, crm)).erpCustomerNos,
    debtorNo: async (customer: Customer, _: object, crm: Crm) =>
      (await idsOf(customer, crm)).debtorNo,
    externalIds: async ({ crmAccountId }: Customer, _: object, { loaders }: Crm) =>
      cappedList(loaders.linksByAccount.load(crmAccountId), 100, 'Customer.externalIds'),
    segment: ({ segmentCode }: Customer, _: object, { loaders }: Crm) =>
      maybe(segmentCode, (code) => loaders.segmentByCode.load(code)),
    addresses: ({ crmAccountId }: Customer, _: object, { loaders }: Crm) =>
      cappedList(loaders.addresses.load(crmAccountId), 100, 'Customer.addresses'),
    owner: employeeOf('ownerLoginId'),
    contacts: ({ crmAccountId }: Customer, args: ListArgs, { loaders }: Crm) =>
      loaders.contactsOfCustomer(args).load(crmAccountId),
    interactions: (
      { crmAccountId }: Customer,
      { first, after, ...args }: ListArgs & InteractionArgs,
      { loaders }: Crm,
    ) =>
      loaders
        .interactionsOfCustomer({ first, after, filter: source.interactionFilter(args) })
        .load(crmAccountId),
    cases: async ({ crmAccountId }: Customer, args: ListArgs, crm: Crm) =>
      crm.loaders.casesOfCustomer(await withCustomers(args, crm)).load(crmAccountId),
    opportunities: async ({ crmAccountId }: Customer, args: ListArgs, crm: Crm) =>
      crm.loaders.opportunitiesOfCustomer(await withCustomers(args, crm)).load(crmAccountId),
    quotes: async ({ crmAccountId }: Customer, args: ListArgs, crm: Crm) =>
      crm.loaders.quotesOfCustomer(await withCustomers(args, crm)).load(crmAccountId),
    pipeline: async ({ crmAccountId }: Customer, { range }: Ranged, { loaders }: Crm) =>
      pipelinesOf(await loaders.pipelineOfCustomer(range ?? null).load(crmAccountId)),
  },
  PostalAddress: { location: pointField },
  Contact: {
    __resolveReference: ({ id }: { id: string }, { loaders }: Crm) => loaders.contactById.load(id),
    consents: ({ id }: Contact, _: object, { loaders }: Crm) =>
      cappedList(loaders.consents.load(id), 20, 'Contact.consents'),
    customer: customerOf,
  },
  Interaction: {
    __resolveReference: ({ id }: { id: string }, { loaders }: Crm) =>
      loaders.interactionById.load(id),
    customer: customerOf,
    contact: ({ contactId }: Interaction, _: object, { loaders }: Crm) =>
      maybe(contactId, (id) => loaders.contactById.load(id)),
    employee: employeeOf('loginId'),
    case: ({ caseNo }: Interaction, _: object, { loaders }: Crm) =>
      maybe(caseNo, (no) => loaders.caseByNo.load(no)),
    opportunity: ({ opportunityId }: Interaction, _: object, { loaders }: Crm) =>
      maybe(opportunityId, (id) => loaders.opportunityById.load(id)),
    campaign: campaignOf,
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
    attributedPipeline: attributed((stage) => stage !== 'WON' && stage !== 'LOST'),
    attributedWon: attributed((stage) => stage === 'WON'),
  },
}
