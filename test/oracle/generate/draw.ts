/** Drawing from fast-check's random numbers, in the words that the generators use. */
import type { Random } from 'fast-check'

export interface Draw {
  /** A whole number between both, both included. */
  int(min: number, max: number): number
  chance(probability: number): boolean
  pick<Item>(items: readonly Item[]): Item
  /** Like `pick`; undefined when there is nothing to draw from. */
  maybe<Item>(items: readonly Item[]): Item | undefined
  shuffled<Item>(items: readonly Item[]): readonly Item[]
  /** Between min and max different items, as far as there are so many. */
  some<Item>(items: readonly Item[], min: number, max: number): readonly Item[]
}

export function drawFrom(random: Random): Draw {
  const int = (min: number, max: number) => random.nextInt(min, max)
  const maybe = <Item>(items: readonly Item[]): Item | undefined =>
    items.length === 0 ? undefined : items[int(0, items.length - 1)]
  const shuffled = <Item>(items: readonly Item[]): readonly Item[] => {
    const left = [...items]
    const out: Item[] = []
    while (left.length > 0) out.push(...left.splice(int(0, left.length - 1), 1))
    return out
  }
  return {
    int,
    maybe,
    shuffled,
    chance: (probability) => random.nextDouble() < probability,
    pick: (items) => {
      const found = maybe(items)
      if (found === undefined) throw new RangeError('nothing to pick from')
      return found
    },
    some: (items, min, max) => shuffled(items).slice(0, int(min, Math.max(min, max))),
  }
}
