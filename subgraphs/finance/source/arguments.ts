/** The arguments that finance's aggregates have in common. */
import type { AggregateOrder } from '#shared/aggregate.ts'
import type { TimeBucket } from '#shared/calendar.ts'

/** The arguments of an aggregate field. */
export interface AggregateArgs<Measures extends string = string> {
  readonly filter?: object | null
  readonly groupBy: readonly string[]
  readonly bucket?: TimeBucket | null
  readonly orderBy?: AggregateOrder<Measures> | null
  readonly first?: number | null
}
