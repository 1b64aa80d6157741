/**
 * Finance's resolvers, by noun. No SQL, no loops over the network.
 */
import { mergeResolvers } from '#shared/subgraph.ts'
import { accountResolvers } from './resolvers/accounts.ts'
import { budgetResolvers } from './resolvers/budget.ts'
import { creditResolvers } from './resolvers/credit.ts'
import { debtorResolvers } from './resolvers/debtors.ts'
import { ledgerResolvers } from './resolvers/ledger.ts'
import { openItemResolvers } from './resolvers/open-items.ts'
import { receivableResolvers } from './resolvers/receivables.ts'

export const resolvers = mergeResolvers(
  receivableResolvers,
  openItemResolvers,
  creditResolvers,
  debtorResolvers,
  ledgerResolvers,
  accountResolvers,
  budgetResolvers,
)
