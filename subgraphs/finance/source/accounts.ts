/**
 * The statements about the chart of accounts.
 */
import { byId, contains, filterFor, inList } from '#shared/filter.ts'
import { listOf } from '#shared/list.ts'
import { rowsBy } from '#shared/rows.ts'
import { relations } from '../relations.ts'
import type { Db, FinanceDatabase } from './database.ts'

export const ledgerAccounts = listOf<FinanceDatabase, 'ledger_account'>(
  'ledger_account',
  relations.ledger_account,
  {
    filter: filterFor({
      account: byId('ledger_account.account'),
      kind: inList('ledger_account.kind'),
      nameContains: contains('ledger_account.name'),
    }),
    sorts: { ACCOUNT: 'account', NAME: 'name' },
    order: { column: 'account', direction: 'ASC' },
  },
)

export const ledgerAccountsByNo = (db: Db, nos: readonly string[]) =>
  rowsBy(db, 'ledger_account', relations.ledger_account, 'account', nos)
