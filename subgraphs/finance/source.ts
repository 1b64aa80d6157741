/**
 * Finance's statements, by noun. Each function is one statement; the `db` is limited to the caller.
 */
export * from './source/accounts.ts'
export * from './source/arguments.ts'
export * from './source/budget.ts'
export * from './source/database.ts'
export * from './source/debtors.ts'
export * from './source/ledger.ts'
export * from './source/open-items.ts'
export * from './source/receivables.ts'
