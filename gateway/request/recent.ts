/** Keeps what was used most lately, as long as it does not weigh more than a limit altogether. */
export interface Recent<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value, weight: number): void
  delete(key: string): void
  /** The most recent first. */
  values(): Iterable<Value>
}

export function createRecent<Value>(maxWeight: number): Recent<Value> {
  // The most recently used are at the end, the oldest goes first.
  const kept = new Map<string, { readonly value: Value; readonly weight: number }>()
  let total = 0
  let newest: string | undefined
  const remove = (key: string): void => {
    total -= kept.get(key)?.weight ?? 0
    kept.delete(key)
  }
  return {
    get: (key) => {
      const found = kept.get(key)
      if (found !== undefined && key !== newest) {
        kept.delete(key)
        kept.set(key, found)
        newest = key
      }
      return found?.value
    },
    set: (key, value, weight) => {
      remove(key)
      kept.set(key, { value, weight })
      newest = key
      total += weight
      for (const oldest of kept.keys()) {
        if (total <= maxWeight) break
        remove(oldest)
      }
    },
    delete: remove,
    values: () => [...kept.values()].toReversed().map(({ value }) => value),
  }
}
