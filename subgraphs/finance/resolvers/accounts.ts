/**
 * The chart of accounts.
 */
import type { ListArgs } from '#shared/list.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import * as source from '../source.ts'
import type { Finance } from './context.ts'

const accountByNo = ({ account }: { account: string }, { loaders }: Finance) =>
  loaders.ledgerAccountByNo.load(account)

export const accountResolvers: Resolvers = {
  Query: {
    ledgerAccount: (_: unknown, key: { account: string }, finance: Finance) =>
      accountByNo(key, finance),
    ledgerAccounts: (_: unknown, args: ListArgs, { databases: { finance } }: Finance) =>
      source.ledgerAccounts.page(finance, args),
  },
  LedgerAccount: { __resolveReference: accountByNo },
}
