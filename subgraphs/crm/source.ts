/**
 * The CRM's statements, by noun. Each function is one statement; the `db` is limited to the caller.
 */
export * from './source/attribution.ts'
export * from './source/campaigns.ts'
export * from './source/customers.ts'
export * from './source/database.ts'
export * from './source/identity.ts'
export * from './source/matching.ts'
export * from './source/sales.ts'
export * from './source/service.ts'
