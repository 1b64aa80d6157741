/**
 * Customers as the ERP has them, for whoever matches them with those of other systems.
 */
import { stub } from '#shared/fields.ts'
import type { ListArgs } from '#shared/list.ts'
import type { Resolvers } from '#shared/subgraph.ts'
import * as source from '../source.ts'
import type { Row } from '../source.ts'
import type { Erp } from './context.ts'

export const customerResolvers: Resolvers = {
  Query: {
    erpCustomerRecords: (_: unknown, args: ListArgs, { databases: { erp } }: Erp) =>
      source.customerRecords.page(erp, args),
  },
  ErpCustomerRecord: {
    particulars: ({ erpCustomerNo }: Row<'customer'>, _: object, { loaders }: Erp) =>
      loaders.particularsOfCustomer.load(erpCustomerNo),
    customer: stub('erpCustomerNo'),
  },
}
