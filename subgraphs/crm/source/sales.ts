/**
 * The statements about opportunities and quotes.
 */
import {
  aggregate,
  average,
  bucketOf,
  count,
  countDistinct,
  countIf,
  sum,
  sumIf,
  type AggregateOrder,
} from '#shared/aggregate.ts'
import type { Calendar, DateRange, TimeBucket } from '#shared/calendar.ts'
import {
  allOf,
  byId,
  custom,
  dateRange,
  filterFor,
  flag,
  inList,
  moneyRange,
  type IdFilter,
} from '#shared/filter.ts'
import { listOf } from '#shared/list.ts'
import type { Where } from '#shared/relations.ts'
import { rowsBy, withMore } from '#shared/rows.ts'
import { relations } from '../relations.ts'
import { linearShares, wholeTouches, type AttributionModel } from './attribution.ts'
import type { CrmDatabase, Db } from './database.ts'
import { isLost, isOpen, isWon } from './stages.ts'

export const opportunityFilter = filterFor({
  id: byId('opportunity.id'),
  crmAccountId: byId('opportunity.crmAccountId'),
  ownerLoginId: byId('opportunity.ownerLoginId'),
  stage: inList('opportunity.stage'),
  isOpen: flag(isOpen),
  expectedClose: dateRange('opportunity.expectedCloseOn'),
  closed: dateRange('opportunity.closedOn'),
  amount: moneyRange('opportunity.amount', 'opportunity.currency'),
  campaignId: custom<IdFilter>((eb, campaign) =>
    eb.exists(
      eb
        .selectFrom('opportunity_campaign as touch')
        .select('touch.campaignId')
        .whereRef('touch.opportunityId', '=', 'opportunity.id')
        .where((inner) => byId('touch.campaignId')(inner, campaign)),
    ),
  ),
  sku: custom<IdFilter>((eb, sku) =>
    eb.exists(
      eb
        .selectFrom('opportunity_line as line')
        .select('line.lineNo')
        .whereRef('line.opportunityId', '=', 'opportunity.id')
        .where((inner) => byId('line.sku')(inner, sku)),
    ),
  ),
})

export const opportunities = listOf<CrmDatabase, 'opportunity'>(
  'opportunity',
  relations.opportunity,
  {
    filter: opportunityFilter,
    sorts: { AMOUNT: 'amount', EXPECTED_CLOSE_ON: 'expectedCloseOn' },
    order: { column: 'expectedCloseOn', direction: 'DESC' },
  },
)

export const quotes = listOf<CrmDatabase, 'quote'>('quote', relations.quote, {
  filter: filterFor({
    quoteNo: byId('quote.quoteNo'),
    crmAccountId: byId('quote.crmAccountId'),
    opportunityId: byId('quote.opportunityId'),
    ownerLoginId: byId('quote.ownerLoginId'),
    status: inList('quote.status'),
    quoted: dateRange('quote.quotedOn'),
    total: moneyRange('quote.total', 'quote.currency'),
  }),
  sorts: { QUOTED_ON: 'quotedOn', TOTAL: 'total' },
  order: { column: 'quotedOn', direction: 'DESC' },
})

export const quoteLines = listOf<CrmDatabase, 'quote_line'>('quote_line', relations.quote_line, {
  filter: filterFor({
    quoteNo: byId('quote_line.quoteNo'),
    sku: byId('quote_line.sku'),
    status: custom<readonly string[]>((eb, statuses) =>
      eb.exists(
        eb
          .selectFrom('quote')
          .select('quote.quoteNo')
          .whereRef('quote.quoteNo', '=', 'quote_line.quoteNo')
          .where((inner) => inList('quote.status')(inner, statuses)),
      ),
    ),
  }),
  sorts: { QUOTE_NO: 'quoteNo' },
  order: { column: 'quoteNo', direction: 'ASC' },
})

export const opportunitiesById = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'opportunity', relations.opportunity, 'id', ids)

export const linesOfOpportunities = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'opportunity_line', relations.opportunity_line, 'opportunityId', ids)

export const quotesByNo = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'quote', relations.quote, 'quoteNo', nos)

export const quotesOfOpportunities = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'quote', relations.quote, 'opportunityId', ids)

export const linesOfQuotes = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'quote_line', relations.quote_line, 'quoteNo', nos)

export const originsOfOrders = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'sales_order_origin', relations.sales_order_origin, 'orderNo', nos)

export const ordersOfOpportunities = (db: Db, ids: readonly string[]) =>
  rowsBy(db, 'sales_order_origin', relations.sales_order_origin, 'opportunityId', ids)

const campaignColumns = Object.keys(relations.campaign.columns).map(
  (column) => `campaign.${column}` as `campaign.${keyof typeof relations.campaign.columns}`,
)

export const campaignsOfOpportunities = (db: Db, ids: readonly string[]) =>
  db
    .selectFrom('opportunity_campaign')
    .innerJoin('campaign', 'campaign.id', 'opportunity_campaign.campaignId')
    .select(['opportunity_campaign.opportunityId', ...campaignColumns])
    .where('opportunity_campaign.opportunityId', 'in', ids)
    .orderBy('opportunity_campaign.opportunityId')
    .orderBy('opportunity_campaign.touchNo')
    .execute()

/** What is summed: the opportunities themselves, or what of them is attributed to a campaign. */
const measuresOf = (values: 'opportunity' | 'attributed') => ({
  count: count(),
  amount: sum(`${values}.amount`),
  weighted: sumIf(`${values}.weightedAmount`, isOpen),
  open: sumIf(`${values}.amount`, isOpen),
  won: sumIf(`${values}.amount`, isWon),
  wonCount: countIf(isWon),
  lostCount: countIf(isLost),
  averageCycleDays: average('opportunity.cycleDays'),
})

/** The pipeline of each owner or account, by stage and currency. */
export const pipelines = (
  db: Db,
  column: 'ownerLoginId' | 'crmAccountId',
  of: readonly string[],
  range: DateRange | null,
  calendar: Calendar,
) =>
  aggregate({
    from: db.selectFrom('opportunity'),
    where: allOf(
      (eb) => eb(`opportunity.${column}`, 'in', of),
      range === null ? undefined : (eb) => dateRange('opportunity.expectedCloseOn')(eb, range),
    ),
    dimensions: { OF: [`opportunity.${column} as key`], STAGE: ['opportunity.stage'] },
    groupBy: ['OF', 'STAGE'],
    calendar,
    currency: 'opportunity.currency',
    measures: measuresOf('opportunity'),
    first: 'ALL',
  })

/** The arguments of an aggregate field. */
export interface AggregateArgs<Measures extends string = string> {
  readonly groupBy: readonly string[]
  readonly bucket?: TimeBucket | null
  readonly orderBy?: AggregateOrder<Measures> | null
  readonly first?: number | null
}

/** The opportunities, once for each campaign to which something of them is attributed. */
const attributedDeals = (db: Db, model: AttributionModel) =>
  model === 'LINEAR'
    ? db
        .selectFrom('opportunity')
        .innerJoin(linearShares(db).as('attributed'), 'attributed.opportunityId', 'opportunity.id')
    : // An opportunity that no campaign touched is attributed to none.
      db
        .selectFrom('opportunity')
        .leftJoin(
          wholeTouches(db, model).as('attributed'),
          'attributed.opportunityId',
          'opportunity.id',
        )

export type OpportunityMeasure = 'count' | 'amount' | 'weighted' | 'won'

export async function opportunityAggregates(
  db: Db,
  {
    attribution,
    ...args
  }: AggregateArgs<OpportunityMeasure> & { readonly attribution?: AttributionModel | null },
  where: Where | undefined,
  calendar: Calendar,
) {
  // Only campaigns share opportunities out: without them every opportunity is whole.
  const model = args.groupBy.includes('CAMPAIGN') ? (attribution ?? 'FIRST_TOUCH') : null
  const all = model === null ? db.selectFrom('opportunity') : attributedDeals(db, model)
  const from = args.groupBy.includes('SEGMENT')
    ? all.leftJoin('customer', 'customer.crmAccountId', 'opportunity.crmAccountId')
    : all
  const { rows, truncated } = await aggregate<string, keyof ReturnType<typeof measuresOf>>({
    ...args,
    from,
    where,
    dimensions: {
      OWNER: ['opportunity.ownerLoginId'],
      CUSTOMER: ['opportunity.crmAccountId'],
      SEGMENT: ['customer.segmentCode'],
      STAGE: ['opportunity.stage'],
      CAMPAIGN: ['attributed.campaignId'],
      CLOSE_PERIOD: bucketOf('opportunity.expectedCloseOn'),
    },
    calendar,
    currency: 'opportunity.currency',
    measures: measuresOf(model === 'LINEAR' ? 'attributed' : 'opportunity'),
  })
  return { rows: rows.map((row) => withMore(row, { attribution: model })), truncated }
}

const productMeasures = {
  opportunities: countDistinct('opportunity_line.opportunityId'),
  quantity: sum('opportunity_line.quantity'),
  amount: sum('opportunity_line.amount'),
}

export const opportunityProductAggregates = (
  db: Db,
  args: AggregateArgs<keyof typeof productMeasures>,
  where: Where | undefined,
  calendar: Calendar,
) =>
  aggregate<string, keyof typeof productMeasures>({
    ...args,
    from: db
      .selectFrom('opportunity_line')
      .innerJoin('opportunity', 'opportunity.id', 'opportunity_line.opportunityId'),
    where,
    dimensions: {
      PRODUCT: ['opportunity_line.sku'],
      STAGE: ['opportunity.stage'],
      CLOSE_PERIOD: bucketOf('opportunity.expectedCloseOn'),
    },
    calendar,
    currency: 'opportunity_line.currency',
    measures: productMeasures,
  })
