/**
 * Keeps what was used most lately, as long as it does not weigh more than a limit altogether. A use only
 * notes its turn: a map whose entries are taken out and put in again at each use is copied again and
 * again, and the copies hold on to each other. What was used longest ago is looked for when something
 * must go, among as many as there are, so an entry should not weigh next to nothing.
 */
export interface Recent<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value, weight: number): void
  delete(key: string): void
  /** The most recent first. */
  values(): Iterable<Value>
}

interface Kept<Value> {
  readonly value: Value
  readonly weight: number
  /** The turn in which it was used last. */
  used: number
}

export function createRecent<Value>(maxWeight: number): Recent<Value> {
  const kept = new Map<string, Kept<Value>>()
  let total = 0
  let turn = 0
  const remove = (key: string): void => {
    total -= kept.get(key)?.weight ?? 0
    kept.delete(key)
  }
  const isOver = () => total > maxWeight
  return {
    get: (key) => {
      const found = kept.get(key)
      if (found === undefined) return undefined
      found.used = turn += 1
      return found.value
    },
    set: (key, value, weight) => {
      remove(key)
      kept.set(key, { value, weight, used: (turn += 1) })
      total += weight
      while (isOver()) remove(oldestIn(kept))
    },
    delete: remove,
    values: () => [...kept.values()].toSorted((a, b) => b.used - a.used).map(({ value }) => value),
  }
}

function oldestIn(kept: ReadonlyMap<string, Kept<unknown>>): string {
  let oldest = ''
  let earliest = Infinity
  for (const [key, { used }] of kept) {
    if (used >= earliest) continue
    oldest = key
    earliest = used
  }
  return oldest
}
