/** What finance's resolvers have at hand. */
import type { DateRange } from '#shared/calendar.ts'
import type { Context } from '#shared/subgraph.ts'
import type { databases, Loaders } from '../loaders.ts'

export type Finance = Context<typeof databases, Loaders>

/** The arguments of a field that looks at a range of days. */
export interface Ranged {
  readonly range: DateRange
}
