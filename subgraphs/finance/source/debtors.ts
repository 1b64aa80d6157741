/**
 * The statements about debtors as finance has them.
 */
import { byId, contains, filterFor } from '#shared/filter.ts'
import { listOf } from '#shared/list.ts'
import { rowsBy } from '#shared/rows.ts'
import { relations } from '../relations.ts'
import type { Db, FinanceDatabase } from './database.ts'

export const debtorRecords = listOf<FinanceDatabase, 'debtor'>('debtor', relations.debtor, {
  filter: filterFor({
    debtorNo: byId('debtor.debtorNo'),
    nameContains: contains('debtor.name'),
  }),
  sorts: { NUMBER: 'debtorNo', NAME: 'name' },
  order: { column: 'debtorNo', direction: 'ASC' },
})

export const particularsOfDebtors = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'debtor_particulars', relations.debtor_particulars, 'debtorNo', nos)
