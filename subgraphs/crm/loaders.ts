/**
 * How the CRM's resolvers reach rows: one loader per access path, made for one request.
 */
import type { DateRange } from '#shared/calendar.ts'
import type { ListArgs } from '#shared/list.ts'
import { byArguments, manyByKey, oneByKey } from '#shared/loader.ts'
import type { Session } from '#shared/subgraph.ts'
import { identityRelations } from './identity-relations.ts'
import { relations } from './relations.ts'
import * as source from './source.ts'

export const databases = {
  crm: { relations },
  identity: { relations: identityRelations, own: 'crosswalk' },
} as const

type CrmSession = Session<typeof databases>

export function createLoaders(session: CrmSession) {
  return {
    ...identityLoaders(session),
    ...customerLoaders(session),
    ...salesLoaders(session),
    ...serviceLoaders(session),
  }
}

export type Loaders = ReturnType<typeof createLoaders>

function identityLoaders({ databases: { identity: db } }: CrmSession) {
  return {
    /** An id of a system → the account for which it counts. */
    accountBy: byArguments((system: 'ERP' | 'FINANCE') =>
      oneByKey(
        (values) => source.accountsOf(db, system, values),
        (row) => row.key,
      ),
    ),
    accountsById: manyByKey(
      (ids) => source.accountsOfIds(db, ids),
      (row) => row.key,
    ),
    linksByAccount: manyByKey(
      (accounts) => source.linksOfAccounts(db, accounts),
      (row) => row.crmAccountId,
    ),
  }
}

function customerLoaders({ databases: { crm: db }, calendar }: CrmSession) {
  return {
    customerByAccount: oneByKey(
      (ids) => source.customersByAccount(db, ids),
      (row) => row.crmAccountId,
    ),
    segmentByCode: oneByKey(
      (codes) => source.segmentsByCode(db, codes),
      (row) => row.code,
    ),
    addresses: manyByKey(
      (accounts) => source.addressesOf(db, accounts),
      (row) => row.crmAccountId,
    ),
    contactById: oneByKey(
      (ids) => source.contactsById(db, ids),
      (row) => row.id,
    ),
    contactsOfCustomer: byArguments((args: ListArgs) =>
      source.contacts.children(db, 'crmAccountId', args),
    ),
    consents: manyByKey(
      (ids) => source.consentsOf(db, ids),
      (row) => row.contactId,
    ),
    interactionById: oneByKey(
      (ids) => source.interactionsById(db, ids),
      (row) => row.id,
    ),
    interactionsOfCustomer: byArguments((args: ListArgs) =>
      source.interactions.children(db, 'crmAccountId', args),
    ),
    interactionsOfCase: byArguments((args: ListArgs) =>
      source.interactions.children(db, 'caseNo', args),
    ),
    customersOfOwner: byArguments((args: ListArgs) =>
      source.customers.children(db, 'ownerLoginId', args),
    ),
    leadById: oneByKey(
      (ids) => source.leadsById(db, ids),
      (row) => row.id,
    ),
    campaignById: oneByKey(
      (ids) => source.campaignsById(db, ids),
      (row) => row.id,
    ),
    campaignByCostObject: oneByKey(
      (codes) => source.campaignsByCostObject(db, codes),
      (row) => row.costObjectCode ?? '',
    ),
    memberCount: oneByKey(
      async (ids) => (await source.memberCounts(db, ids, calendar)).rows,
      (row) => String(row['campaignId']),
    ),
    attributed: byArguments((model: source.AttributionModel) =>
      manyByKey(
        async (ids) => (await source.attributedTotals(db, ids, model, calendar)).rows,
        (row) => String(row['campaignId']),
      ),
    ),
  }
}

function salesLoaders({ databases: { crm: db }, calendar }: CrmSession) {
  const pipelineBy = (column: 'ownerLoginId' | 'crmAccountId') =>
    byArguments((range: DateRange | null) =>
      manyByKey(
        async (keys) => (await source.pipelines(db, column, keys, range, calendar)).rows,
        (row) => String(row['key']),
      ),
    )
  return {
    opportunityById: oneByKey(
      (ids) => source.opportunitiesById(db, ids),
      (row) => row.id,
    ),
    opportunitiesOfCustomer: byArguments((args: ListArgs) =>
      source.opportunities.children(db, 'crmAccountId', args),
    ),
    opportunitiesOfOwner: byArguments((args: ListArgs) =>
      source.opportunities.children(db, 'ownerLoginId', args),
    ),
    pipelineOfCustomer: pipelineBy('crmAccountId'),
    pipelineOfOwner: pipelineBy('ownerLoginId'),
    linesOfOpportunity: manyByKey(
      (ids) => source.linesOfOpportunities(db, ids),
      (row) => row.opportunityId,
    ),
    campaignsOfOpportunity: manyByKey(
      (ids) => source.campaignsOfOpportunities(db, ids),
      (row) => row.opportunityId,
    ),
    quoteByNo: oneByKey(
      (nos) => source.quotesByNo(db, nos),
      (row) => row.quoteNo,
    ),
    quotesOfOpportunity: manyByKey(
      (ids) => source.quotesOfOpportunities(db, ids),
      (row) => row.opportunityId ?? '',
    ),
    quotesOfCustomer: byArguments((args: ListArgs) =>
      source.quotes.children(db, 'crmAccountId', args),
    ),
    linesOfQuote: manyByKey(
      (nos) => source.linesOfQuotes(db, nos),
      (row) => row.quoteNo,
    ),
    originOfOrder: oneByKey(
      (nos) => source.originsOfOrders(db, nos),
      (row) => row.orderNo,
    ),
    ordersOfOpportunity: manyByKey(
      (ids) => source.ordersOfOpportunities(db, ids),
      (row) => row.opportunityId ?? '',
    ),
  }
}

function serviceLoaders({ databases: { crm: db }, calendar }: CrmSession) {
  return {
    caseByNo: oneByKey(
      (nos) => source.casesByNo(db, nos),
      (row) => row.caseNo,
    ),
    casesOfOrder: manyByKey(
      (nos) => source.casesOfOrders(db, nos),
      (row) => row.orderNo ?? '',
    ),
    casesOfCustomer: byArguments((args: ListArgs) =>
      source.cases.children(db, 'crmAccountId', args),
    ),
    jobById: oneByKey(
      (ids) => source.jobsById(db, ids),
      (row) => row.id,
    ),
    jobsOfCase: manyByKey(
      (nos) => source.jobsOfCases(db, nos),
      (row) => row.caseNo,
    ),
    taskById: oneByKey(
      (ids) => source.tasksById(db, ids),
      (row) => row.id,
    ),
    tasksOfEmployee: byArguments((args: ListArgs) => source.tasks.children(db, 'loginId', args)),
    caseLoad: oneByKey(
      async (logins) => (await source.caseLoads(db, logins, calendar)).rows,
      (row) => String(row['assigneeLoginId']),
    ),
    productText: oneByKey(
      (skus) => source.textsOf(db, skus),
      (row) => row.sku,
    ),
    assets: manyByKey(
      (skus) => source.assetsOf(db, skus),
      (row) => row.sku,
    ),
    complaints: byArguments((range: DateRange | null) =>
      manyByKey(
        async (skus) => (await source.complaintsOf(db, skus, range, calendar)).rows,
        (row) => String(row['sku']),
      ),
    ),
  }
}
