/**
 * The ERP's statements, by noun. Each function is one statement; the `db` is limited to the caller.
 */
export * from './source/customers.ts'
export * from './source/database.ts'
export * from './source/orders.ts'
export * from './source/plans.ts'
export * from './source/products.ts'
export * from './source/supply.ts'
