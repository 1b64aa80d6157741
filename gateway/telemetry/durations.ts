/**
 * Durations, counted as a Prometheus histogram has them and gathered by prom-client's registry. Its own
 * histogram checks, sorts and joins the labels anew at each value, which is most of what a question's
 * metrics would cost; here a value finds its counts by the labels as they are.
 */
import type { Histogram, Registry } from 'prom-client'

/** Upper bounds in seconds: from a known question of one system to the deadline. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export interface DurationsOptions {
  readonly name: string
  readonly help: string
  readonly labels: readonly [first: string, second?: string]
}

/** What was counted for one set of labels. */
class Counts {
  /** By bucket, the last one for what is above all bounds; not yet the sums that Prometheus reads. */
  readonly buckets = new Float64Array(bounds.length + 1)
  seconds = 0

  add(seconds: number): void {
    let bucket = 0
    while (bucket < bounds.length && seconds > (bounds[bucket] ?? Infinity)) bucket += 1
    this.buckets[bucket] = (this.buckets[bucket] ?? 0) + 1
    this.seconds += seconds
  }
}

/** One series of a metric, as a registry reads it. */
interface Value {
  readonly metricName: string
  readonly labels: Readonly<Record<string, string | number>>
  readonly value: number
}

export class Durations {
  readonly name: string
  readonly #help: string
  readonly #labels: DurationsOptions['labels']
  readonly #counts = new Map<string, Map<string, Counts>>()

  constructor({ name, help, labels }: DurationsOptions, registry: Registry) {
    this.name = name
    this.#help = help
    this.#labels = labels
    // A registry reads the name of a metric and what its `get` answers; its type names only its own four.
    registry.registerMetric(this as unknown as Histogram)
  }

  /** The labels in their order. */
  observe(milliseconds: number, first: string, second = ''): void {
    let below = this.#counts.get(first)
    if (below === undefined) this.#counts.set(first, (below = new Map()))
    let counts = below.get(second)
    if (counts === undefined) below.set(second, (counts = new Counts()))
    counts.add(milliseconds / 1_000)
  }

  /** As prom-client's registry asks for it, also for a primary process, which adds up all workers. */
  get() {
    return Promise.resolve({
      name: this.name,
      help: this.#help,
      type: 'histogram',
      aggregator: 'sum',
      values: [...this.#counts].flatMap(([first, below]) =>
        [...below].flatMap(([second, counts]) => this.#values(counts, first, second)),
      ),
    })
  }

  #values({ buckets, seconds }: Counts, first: string, second: string): readonly Value[] {
    const [firstName, secondName] = this.#labels
    const labels = { [firstName]: first, ...(secondName && { [secondName]: second }) }
    let count = 0
    const below = [...buckets].map((inBucket, index) => ({
      metricName: `${this.name}_bucket`,
      labels: { le: bounds[index] ?? '+Inf', ...labels },
      value: (count += inBucket),
    }))
    return [
      ...below,
      { metricName: `${this.name}_sum`, labels, value: seconds },
      { metricName: `${this.name}_count`, labels, value: count },
    ]
  }
}
