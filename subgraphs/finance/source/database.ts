/**
 * The finance database as its statements see it.
 */
import type { Kysely } from 'kysely'
import type { Database, RowOf } from '#shared/relations.ts'
import type { relations } from '../relations.ts'

export type FinanceDatabase = Database<typeof relations>
export type Db = Kysely<FinanceDatabase>
export type Row<Name extends keyof typeof relations> = RowOf<(typeof relations)[Name]>
