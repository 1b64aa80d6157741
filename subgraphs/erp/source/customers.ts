/**
 * The statements about customers as the ERP has them.
 */
import { byId, contains, filterFor } from '#shared/filter.ts'
import { listOf } from '#shared/list.ts'
import { rowsBy } from '#shared/rows.ts'
import { relations } from '../relations.ts'
import type { Db, ErpDatabase } from './database.ts'

export const customerRecords = listOf<ErpDatabase, 'customer'>('customer', relations.customer, {
  filter: filterFor({
    erpCustomerNo: byId('customer.erpCustomerNo'),
    nameContains: contains('customer.name'),
  }),
  sorts: { NUMBER: 'erpCustomerNo', NAME: 'name' },
  order: { column: 'erpCustomerNo', direction: 'ASC' },
})

export const particularsOfCustomers = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'customer_particulars', relations.customer_particulars, 'erpCustomerNo', nos)
