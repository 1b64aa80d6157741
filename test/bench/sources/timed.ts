/** Pieces of work that are compared, timed in turns. */
import { median } from '../rounds.ts'

export type Work = () => Promise<unknown>

/** A line of a table, and what it misses. */
export interface Measured {
  readonly cells: readonly string[]
  readonly problems: readonly string[]
}

/** Milliseconds of each, in alternating rounds: the medians. */
export async function timed<Name extends string>(
  works: Readonly<Record<Name, Work>>,
  rounds: number,
): Promise<Readonly<Record<Name, number>>> {
  const entries = Object.entries<Work>(works)
  const taken = new Map<string, number[]>(entries.map(([name]) => [name, []]))
  for (const [, work] of entries) for (let at = 0; at < 3; at += 1) await work()
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, work] of round % 2 === 0 ? entries : entries.toReversed()) {
      const started = performance.now()
      await work()
      taken.get(name)?.push(performance.now() - started)
    }
  }
  return Object.fromEntries([...taken].map(([name, each]) => [name, median(each)])) as Readonly<
    Record<Name, number>
  >
}
