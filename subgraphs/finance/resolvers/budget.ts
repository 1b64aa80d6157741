/**
 * Budgets, alone and against what was posted.
 */
import { moneyField, stub } from '#shared/fields.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import * as source from '../source.ts'
import type { AggregateArgs } from '../source.ts'
import { withDays, type Finance } from './context.ts'

/** The columns of a group by account. */
interface ByAccount {
  readonly account?: string
  readonly accountName?: string | null
  readonly accountKind: string | null
}

export const budgetResolvers: Resolvers = {
  BudgetMeasure: { BUDGET: 'budget', ACTUAL: 'actual', VARIANCE: 'variance' },
  Query: {
    budgetAggregates: (
      _: unknown,
      args: AggregateArgs<'budget' | 'actual' | 'variance'>,
      { databases: { finance }, calendar }: Finance,
    ) => source.budgetAggregates(finance, withDays(args), calendar),
  },
  Department: {
    budget: async ({ code }: { code: string }, { year }: { year: number }, { loaders }: Finance) =>
      (await loaders.budget(year).load(code)).map(moneyField('amount')),
  },
  BudgetAggregate: {
    // The statement has read the account already.
    account: ({ account, accountName, accountKind }: ByAccount) =>
      account === undefined ? null : { account, name: accountName, kind: accountKind },
    department: stub('code', 'departmentCode'),
    campaign: stub('costObjectCode', 'costObject'),
    budget: moneyField('budget'),
    actual: moneyField('actual'),
    variance: moneyField('variance'),
    committed: moneyField('committed'),
  },
}
