/**
 * The CRM's databases as their statements see them: the CRM itself, and Isthmus's crosswalk.
 */
import type { Kysely } from 'kysely'
import type { Database, RowOf } from '#shared/relations.ts'
import type { identityRelations } from '../identity-relations.ts'
import type { relations } from '../relations.ts'

export type CrmDatabase = Database<typeof relations>
export type Db = Kysely<CrmDatabase>
export type IdentityDb = Kysely<Database<typeof identityRelations>>
export type Row<Name extends keyof typeof relations> = RowOf<(typeof relations)[Name]>
export type IdentityLink = RowOf<(typeof identityRelations)['identity_link']>
