/**
 * Opportunities and quotes, and what the CRM knows of an order's origin.
 */
import { cappedList, moneyField, quantityField, stub } from '#shared/fields.ts'
import type { ListArgs } from '#shared/list.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import { winRate } from '../rules.ts'
import * as source from '../source.ts'
import type { AggregateArgs, AttributionModel, OpportunityMeasure, Row } from '../source.ts'
import { campaignOf, customerOf, employeeOf, maybe, withCustomers, type Crm } from './context.ts'

type Opportunity = Row<'opportunity'>
type Quote = Row<'quote'>
type QuoteLine = Row<'quote_line'>

const opportunityOf = ({ opportunityId }: { opportunityId: string | null }, _: object, crm: Crm) =>
  maybe(opportunityId, (id) => crm.loaders.opportunityById.load(id))

const lineByKey = async (
  { quoteNo, lineNo }: { quoteNo: string; lineNo: number },
  { loaders }: Crm,
) => (await loaders.linesOfQuote.load(quoteNo)).find((line) => line.lineNo === lineNo) ?? null

interface Filtered {
  readonly filter?: object | null
}

export const salesResolvers: Resolvers = {
  OpportunityMeasure: { COUNT: 'count', AMOUNT: 'amount', WEIGHTED: 'weighted', WON: 'won' },
  OpportunityProductMeasure: {
    OPPORTUNITIES: 'opportunities',
    QUANTITY: 'quantity',
    AMOUNT: 'amount',
  },
  Query: {
    opportunity: (_: unknown, { id }: { id: string }, { loaders }: Crm) =>
      loaders.opportunityById.load(id),
    opportunities: async (_: unknown, args: ListArgs, crm: Crm) =>
      source.opportunities.page(crm.databases.crm, await withCustomers(args, crm)),
    opportunityAggregates: async (
      _: unknown,
      all: Filtered & AggregateArgs<OpportunityMeasure> & { attribution?: AttributionModel | null },
      crm: Crm,
    ) => {
      const { filter, ...args } = await withCustomers(all, crm)
      const where = source.opportunityFilter(filter)
      return source.opportunityAggregates(crm.databases.crm, args, where, crm.calendar)
    },
    opportunityProductAggregates: async (
      _: unknown,
      all: Filtered & AggregateArgs<'opportunities' | 'quantity' | 'amount'>,
      crm: Crm,
    ) => {
      const { filter, ...args } = await withCustomers(all, crm)
      const where = source.opportunityFilter(filter)
      return source.opportunityProductAggregates(crm.databases.crm, args, where, crm.calendar)
    },
    quote: (_: unknown, { quoteNo }: { quoteNo: string }, { loaders }: Crm) =>
      loaders.quoteByNo.load(quoteNo),
    quotes: async (_: unknown, args: ListArgs, crm: Crm) =>
      source.quotes.page(crm.databases.crm, await withCustomers(args, crm)),
    quoteLine: (_: unknown, args: { quoteNo: string; lineNo: number }, crm: Crm) =>
      lineByKey(args, crm),
    quoteLines: (_: unknown, args: ListArgs, { databases: { crm } }: Crm) =>
      source.quoteLines.page(crm, args),
  },
  Opportunity: {
    __resolveReference: ({ id }: { id: string }, { loaders }: Crm) =>
      loaders.opportunityById.load(id),
    customer: customerOf,
    owner: employeeOf('ownerLoginId'),
    amount: moneyField('amount'),
    weightedAmount: moneyField('weightedAmount'),
    products: ({ id }: Opportunity, _: object, { loaders }: Crm) =>
      cappedList(loaders.linesOfOpportunity.load(id), 100, 'Opportunity.products'),
    quotes: ({ id }: Opportunity, _: object, { loaders }: Crm) =>
      cappedList(loaders.quotesOfOpportunity.load(id), 100, 'Opportunity.quotes'),
    campaigns: ({ id }: Opportunity, _: object, { loaders }: Crm) =>
      cappedList(loaders.campaignsOfOpportunity.load(id), 100, 'Opportunity.campaigns'),
    orders: async ({ id }: Opportunity, _: object, { loaders }: Crm) =>
      cappedList(
        (await loaders.ordersOfOpportunity.load(id)).map(({ orderNo }) => ({ orderNo })),
        100,
        'Opportunity.orders',
      ),
  },
  OpportunityLine: {
    product: stub('sku'),
    quantity: quantityField('quantity'),
    amount: moneyField('amount'),
  },
  Quote: {
    __resolveReference: ({ quoteNo }: { quoteNo: string }, { loaders }: Crm) =>
      loaders.quoteByNo.load(quoteNo),
    customer: customerOf,
    opportunity: opportunityOf,
    owner: employeeOf('ownerLoginId'),
    lines: ({ quoteNo }: Quote, _: object, { loaders }: Crm) =>
      cappedList(loaders.linesOfQuote.load(quoteNo), 200, 'Quote.lines'),
    total: moneyField('total'),
  },
  QuoteLine: {
    __resolveReference: lineByKey,
    quote: ({ quoteNo }: QuoteLine, _: object, { loaders }: Crm) => loaders.quoteByNo.load(quoteNo),
    product: stub('sku'),
    configuration: stub('id', 'configurationId'),
    quantity: quantityField('quantity'),
    netPrice: moneyField('netPrice'),
    net: moneyField('net'),
  },
  SalesOrder: {
    opportunity: async ({ orderNo }: { orderNo: string }, _: object, { loaders }: Crm) => {
      const origin = await loaders.originOfOrder.load(orderNo)
      return maybe(origin?.opportunityId ?? null, (id) => loaders.opportunityById.load(id))
    },
    quote: async ({ orderNo }: { orderNo: string }, _: object, { loaders }: Crm) => {
      const origin = await loaders.originOfOrder.load(orderNo)
      return maybe(origin?.quoteNo ?? null, (no) => loaders.quoteByNo.load(no))
    },
    cases: ({ orderNo }: { orderNo: string }, _: object, { loaders }: Crm) =>
      cappedList(loaders.casesOfOrder.load(orderNo), 100, 'SalesOrder.cases'),
  },
  OpportunityAggregate: {
    owner: stub('loginId', 'ownerLoginId'),
    customer: customerOf,
    segment: ({ segmentCode }: { segmentCode: string | null }, _: object, { loaders }: Crm) =>
      maybe(segmentCode ?? null, (code) => loaders.segmentByCode.load(code)),
    campaign: campaignOf,
    amount: moneyField('amount'),
    weighted: moneyField('weighted'),
    open: moneyField('open'),
    won: moneyField('won'),
    winRate: ({ wonCount, lostCount }: { wonCount: number; lostCount: number }) =>
      winRate(wonCount, lostCount),
  },
  OpportunityProductAggregate: { product: stub('sku'), amount: moneyField('amount') },
}
