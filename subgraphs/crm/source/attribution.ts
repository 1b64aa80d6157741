/**
 * What of the opportunities is attributed to the campaigns that touched them.
 */
import { aggregate, count, countIf, sumIf } from '#shared/aggregate.ts'
import type { Calendar } from '#shared/calendar.ts'
import { amount, integer } from '#shared/relations.ts'
import { typed } from '#shared/result-types.ts'
import { evenShare, placesOf } from '#shared/shares.ts'
import type { Db } from './database.ts'
import { isOpen, isWon } from './stages.ts'

export type AttributionModel = 'FIRST_TOUCH' | 'LAST_TOUCH' | 'LINEAR'

/** Every opportunity once for each campaign that touched it, and once when none did. */
const touchedDeals = (db: Db, campaignIds: readonly string[] | null) =>
  db
    .selectFrom('opportunity as deal')
    .leftJoin('opportunity_campaign as touch', 'touch.opportunityId', 'deal.id')
    .select(['deal.id as opportunityId', 'deal.amount', 'deal.weightedAmount', 'touch.campaignId'])
    .select((eb) => [
      typed(placesOf('deal.currency'), integer(), 'places'),
      eb.fn
        .agg<number>('row_number')
        .over((over) =>
          over.partitionBy('deal.id').orderBy('touch.touchNo').orderBy('touch.campaignId'),
        )
        .as('part'),
      eb.fn
        .countAll<number>()
        .over((over) => over.partitionBy('deal.id'))
        .as('parts'),
    ])
    .$if(campaignIds !== null, (query) =>
      // Touches of other campaigns count as parts, so the opportunity is looked for, not the touch.
      query.where('deal.id', 'in', (eb) =>
        eb
          .selectFrom('opportunity_campaign as own')
          .select('own.opportunityId')
          .where('own.campaignId', 'in', campaignIds ?? []),
      ),
    )

/** What each campaign gets of each opportunity; with campaigns, of those they touched. */
export const linearShares = (db: Db, campaignIds: readonly string[] | null = null) => {
  const shareOf = (column: 'amount' | 'weightedAmount') =>
    typed(
      evenShare({
        amount: `touched.${column}`,
        places: 'touched.places',
        part: 'touched.part',
        parts: 'touched.parts',
      }),
      amount(),
      column,
    )
  return db
    .selectFrom(touchedDeals(db, campaignIds).as('touched'))
    .select(['touched.opportunityId', 'touched.campaignId'])
    .select([shareOf('amount'), shareOf('weightedAmount')])
}

/** The touches that get the whole of an opportunity. */
export const wholeTouches = (db: Db, model: Exclude<AttributionModel, 'LINEAR'>) =>
  db
    .selectFrom('opportunity_campaign as touch')
    .select(['touch.opportunityId', 'touch.campaignId'])
    .where(model === 'FIRST_TOUCH' ? 'touch.isFirst' : 'touch.isLast', '=', true)

/** What each campaign gets of the opportunities it touched, by currency. */
export const attributedTotals = (
  db: Db,
  campaignIds: readonly string[],
  model: AttributionModel,
  calendar: Calendar,
) => {
  const deals = db.selectFrom('opportunity')
  const value = model === 'LINEAR' ? 'attributed.amount' : 'opportunity.amount'
  return aggregate({
    from:
      model === 'LINEAR'
        ? deals.innerJoin(
            linearShares(db, campaignIds).as('attributed'),
            'attributed.opportunityId',
            'opportunity.id',
          )
        : deals.innerJoin(
            wholeTouches(db, model).as('attributed'),
            'attributed.opportunityId',
            'opportunity.id',
          ),
    where: (eb) => eb('attributed.campaignId', 'in', campaignIds),
    dimensions: { CAMPAIGN: ['attributed.campaignId'] },
    groupBy: ['CAMPAIGN'],
    calendar,
    currency: 'opportunity.currency',
    measures: {
      opportunities: count(),
      open: sumIf(value, isOpen),
      won: sumIf(value, isWon),
      openCount: countIf(isOpen),
      wonCount: countIf(isWon),
    },
    first: 'ALL',
  })
}
