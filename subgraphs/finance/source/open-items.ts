/**
 * The statements about what is owed: today, by the open amounts that finance keeps, and on any day, by
 * the invoices issued and the payments booked until then.
 */
import { expressionBuilder, sql } from 'kysely'
import { aggregate, count, sum, sumIf } from '#shared/aggregate.ts'
import { addDays, type Calendar } from '#shared/calendar.ts'
import { allOf, byId, filterFor, flag } from '#shared/filter.ts'
import { amount, text, type AnyDatabase, type RuleBuilder, type Where } from '#shared/relations.ts'
import { typed } from '#shared/result-types.ts'
import { withMore } from '#shared/rows.ts'
import type { AggregateArgs } from './arguments.ts'
import type { Db } from './database.ts'

/** A draft is not owed yet, and what was written off is not owed any more. */
const notOwed = ['DRAFT', 'WRITTEN_OFF'] as const

export const isOpen: Where = (eb) =>
  eb.and([eb('invoice.openAmount', '<>', '0'), eb('invoice.status', 'not in', notOwed)])

export const isOverdue =
  (today: string): Where =>
  (eb) =>
    eb.and([isOpen(eb), eb('invoice.dueOn', '<', today)])

/** What each debtor owes, by currency. */
export const openItems = (db: Db, nos: readonly string[], calendar: Calendar) =>
  aggregate({
    from: db.selectFrom('invoice'),
    where: (eb) => eb.and([eb('invoice.debtorNo', 'in', nos), isOpen(eb)]),
    dimensions: { CUSTOMER: ['invoice.debtorNo'] },
    groupBy: ['CUSTOMER'],
    calendar,
    currency: 'invoice.currency',
    measures: {
      open: sum('invoice.openAmount'),
      overdue: sumIf('invoice.openAmount', isOverdue(calendar.today)),
    },
    first: 'ALL',
  })

/** The invoices that were sent by a day, with what of each was not paid then. */
const standingAt = (db: Db, day: string) =>
  db
    .selectFrom('invoice')
    // Joined and grouped rather than a subselect for each: SQLite would run that for every use.
    .leftJoin('payment_allocation', (join) =>
      join
        .onRef('payment_allocation.invoiceNo', '=', 'invoice.invoiceNo')
        .on('payment_allocation.allocatedOn', '<=', day),
    )
    .select(['invoice.invoiceNo', 'invoice.debtorNo', 'invoice.dueOn', 'invoice.currency'])
    .select((eb) => {
      const paid = eb.fn.coalesce(eb.fn.sum('payment_allocation.amount'), sql.lit(0))
      return typed(sql`${eb.ref('invoice.gross')} - ${paid}`, amount(), 'open')
    })
    .where('invoice.issuedOn', '<=', day)
    // Of what is written off nobody keeps the day: it is left out of the past as well.
    .where('invoice.status', 'not in', notOwed)
    .groupBy([
      'invoice.invoiceNo',
      'invoice.debtorNo',
      'invoice.dueOn',
      'invoice.currency',
      'invoice.gross',
    ])

/** The open items of debtors as they were at the end of a day. */
export const openItemsAt = (db: Db, nos: readonly string[], day: string) =>
  db
    .selectFrom(standingAt(db, day).as('item'))
    .select(['item.debtorNo', 'item.dueOn', 'item.open', 'item.currency'])
    .where('item.debtorNo', 'in', nos)
    .where('item.open', '<>', '0')
    .orderBy('item.invoiceNo')
    .execute()

/** The open items of today. */
const standingNow = (db: Db) =>
  db
    .selectFrom('invoice')
    .select(['invoice.debtorNo', 'invoice.dueOn', 'invoice.currency', 'invoice.openAmount as open'])
    .where((eb) => isOpen(eb as unknown as RuleBuilder))

const build = expressionBuilder<AnyDatabase, string>()

/** How long an item is overdue on a day. */
const ageOn = (day: string) => {
  const dueFrom = (daysBefore: number) => build('item.dueOn', '>=', addDays(day, -daysBefore))
  return build
    .case()
    .when(dueFrom(0))
    .then(sql.lit('CURRENT'))
    .when(dueFrom(30))
    .then(sql.lit('DAYS_1_TO_30'))
    .when(dueFrom(60))
    .then(sql.lit('DAYS_31_TO_60'))
    .when(dueFrom(90))
    .then(sql.lit('DAYS_61_TO_90'))
    .else(sql.lit('OVER_90_DAYS'))
    .end()
}

export type ReceivableMeasure = 'open' | 'overdue' | 'invoices'

/** The arguments of `receivableAggregates`. */
export interface ReceivableArgs extends AggregateArgs<ReceivableMeasure> {
  readonly asOf?: string | null
}

/** Open items by debtor and age, of today or as they stood at the end of a day. */
export async function receivableAggregates(
  db: Db,
  { filter, asOf, ...args }: ReceivableArgs,
  calendar: Calendar,
) {
  const day = asOf ?? calendar.today
  const standing = asOf ? standingAt(db, asOf) : standingNow(db)
  const aged = db
    .selectFrom(standing.as('item'))
    .select(['item.debtorNo', 'item.dueOn', 'item.currency', 'item.open'])
    .select(typed(ageOn(day), text(), 'bucket'))
  const isLate: Where = (eb) => eb('aged.dueOn', '<', day)
  const { rows, truncated } = await aggregate<string, ReceivableMeasure>({
    ...args,
    from: db.selectFrom(aged.as('aged')),
    where: allOf(
      (eb) => eb('aged.open', '<>', '0'),
      filterFor({ debtorNo: byId('aged.debtorNo'), isOverdue: flag(isLate) })(filter),
    ),
    dimensions: { CUSTOMER: ['aged.debtorNo'], BUCKET: ['aged.bucket'] },
    calendar,
    currency: 'aged.currency',
    measures: {
      open: sum('aged.open'),
      overdue: sumIf('aged.open', isLate),
      invoices: count(),
    },
  })
  return { rows: rows.map((row) => withMore(row, { asOf: day })), truncated }
}
