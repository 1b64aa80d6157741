/**
 * Debtors as finance has them, for whoever matches them with customers of other systems.
 */
import { stub } from '#shared/fields.ts'
import type { ListArgs } from '#shared/list.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import * as source from '../source.ts'
import type { Row } from '../source.ts'
import type { Finance } from './context.ts'

export const debtorResolvers: Resolvers = {
  Query: {
    debtorRecords: (_: unknown, args: ListArgs, { databases: { finance } }: Finance) =>
      source.debtorRecords.page(finance, args),
  },
  DebtorRecord: {
    particulars: ({ debtorNo }: Row<'debtor'>, _: object, { loaders }: Finance) =>
      loaders.particularsOfDebtor.load(debtorNo),
    customer: stub('debtorNo'),
  },
}
