/**
 * Customers and their ids, contacts and interactions.
 */
import { cappedList, exactlyOne, pointField } from '#shared/fields.ts'
import type { ListArgs } from '#shared/list.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import { customerIds, pipelineOf, type StageTotals } from '../rules.ts'
import * as source from '../source.ts'
import type { InteractionArgs, Row } from '../source.ts'
import {
  accountOfForeign,
  accountOfId,
  campaignOf,
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
}
