/**
 * The statements about budgets, alone and against what was posted.
 */
import { sql } from 'kysely'
import { aggregate, bucketOf, sum, sumOrNull, type Measure } from '#shared/aggregate.ts'
import type { Calendar, Period } from '#shared/calendar.ts'
import { byId, dateRange, filterFor, inList } from '#shared/filter.ts'
import { amount, nullable } from '#shared/relations.ts'
import { typed } from '#shared/result-types.ts'
import type { AggregateArgs } from './arguments.ts'
import type { Db } from './database.ts'

/** What departments may spend in a span of time, by currency: budgets of what is earned do not count. */
export const budgetsOf = (
  db: Db,
  departmentCodes: readonly string[],
  { start, end }: Period,
  calendar: Calendar,
) =>
  aggregate({
    from: db
      .selectFrom('budget')
      .innerJoin('ledger_account', 'ledger_account.account', 'budget.account'),
    where: (eb) =>
      eb.and([
        eb('budget.departmentCode', 'in', departmentCodes),
        eb('budget.startsOn', '>=', start),
        eb('budget.startsOn', '<=', end),
        eb('ledger_account.kind', 'in', ['EXPENSE', 'ASSET']),
      ]),
    dimensions: { DEPARTMENT: ['budget.departmentCode'] },
    groupBy: ['DEPARTMENT'],
    calendar,
    currency: 'budget.currency',
    measures: { amount: sum('budget.amount') },
    first: 'ALL',
  })

/** Postings, positive where an account of its kind grows. */
const postings = (db: Db) =>
  db
    .selectFrom('ledger_posting')
    .leftJoin('ledger_account', 'ledger_account.account', 'ledger_posting.account')
    .select([
      'ledger_posting.account',
      'ledger_account.name as accountName',
      'ledger_account.kind as accountKind',
      'ledger_posting.departmentCode',
      'ledger_posting.costObject',
      'ledger_posting.postedOn',
      'ledger_posting.currency',
    ])
    .select((eb) => {
      const [debit, credit] = [eb.ref('ledger_posting.debit'), eb.ref('ledger_posting.credit')]
      const grown = eb
        .case()
        .when('ledger_account.kind', 'in', ['REVENUE', 'LIABILITY'])
        .then(eb(credit, '-', debit))
        .else(eb(debit, '-', credit))
        .end()
      const actual = eb.case().when('ledger_posting.isCommitment', '=', false).then(grown).end()
      return [
        absent('budget'),
        typed(actual, nullable(amount()), 'actual'),
        typed(actual, nullable(amount()), 'variance'),
        eb.case().when('ledger_posting.isCommitment', '=', true).then(debit).end().as('committed'),
      ]
    })

/** Budgets, with the columns of postings. */
const budgets = (db: Db) =>
  db
    .selectFrom('budget')
    .leftJoin('ledger_account', 'ledger_account.account', 'budget.account')
    .select([
      'budget.account',
      'ledger_account.name as accountName',
      'ledger_account.kind as accountKind',
      'budget.departmentCode',
      'budget.costObject',
      'budget.startsOn as postedOn',
      'budget.currency',
      'budget.amount as budget',
    ])
    .select((eb) => [
      absent('actual'),
      typed(eb.neg(eb.ref('budget.amount')), nullable(amount()), 'variance'),
      absent('committed'),
    ])

const absent = <Name extends string>(name: Name) => typed(sql.lit(null), nullable(amount()), name)

const budgetFilter = filterFor({
  posted: dateRange('entry.postedOn'),
  account: byId('entry.account'),
  accountKind: inList('entry.accountKind'),
  departmentCode: byId('entry.departmentCode'),
  costObjectCode: byId('entry.costObject'),
})

const measures = {
  budget: sumOrNull('entry.budget'),
  actual: sum('entry.actual'),
  variance: varianceOf('entry.variance', 'entry.budget'),
  committed: sum('entry.committed'),
}

/** Budgets and postings in one statement; what is earned is grouped apart from what is spent. */
export const budgetAggregates = (
  db: Db,
  { filter, groupBy, ...args }: AggregateArgs<'budget' | 'actual' | 'variance'>,
  calendar: Calendar,
) =>
  aggregate<string, keyof typeof measures>({
    ...args,
    groupBy: [...groupBy, 'ACCOUNT_KIND'],
    from: db.selectFrom(postings(db).unionAll(budgets(db)).as('entry')),
    where: budgetFilter(filter),
    dimensions: {
      ACCOUNT: ['entry.account', 'entry.accountName'],
      DEPARTMENT: ['entry.departmentCode'],
      CAMPAIGN: ['entry.costObject'],
      PERIOD: bucketOf('entry.postedOn'),
      ACCOUNT_KIND: ['entry.accountKind'],
    },
    calendar,
    currency: 'entry.currency',
    measures,
  })

/** A group that nobody budgeted for does not vary from its budget. */
function varianceOf(variance: string, budget: string): Measure {
  return {
    expression: (eb) => eb.case().when(eb.fn.count(budget), '>', 0).then(eb.fn.sum(variance)).end(),
  }
}
