/** What the ERP's resolvers have at hand. */
import type { Context } from '#shared/subgraph.ts'
import type { databases, Loaders } from '../loaders.ts'

export type Erp = Context<typeof databases, Loaders>

/** The arguments of a field that looks at a range of days. */
export interface Ranged {
  readonly range?: { readonly from?: string | null; readonly to?: string | null } | null
}

/** Loads what a nullable key names; a dimension that was not asked for is no key either. */
export const maybe = <Row>(key: string | null | undefined, load: (key: string) => Promise<Row>) =>
  key === null || key === undefined ? null : load(key)
