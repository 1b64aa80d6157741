/** Keeps what was used most lately, as long as the keys are not longer than a limit altogether. */
export interface Recent<Value> {
  get(key: string): Value | undefined
  set(key: string, value: Value): void
  delete(key: string): void
  /** The most recent first. */
  values(): Iterable<Value>
}

export function createRecent<Value>(maxLength: number): Recent<Value> {
  // The most recently used are at the end, the oldest goes first.
  const kept = new Map<string, Value>()
  let length = 0
  let newest: string | undefined
  const remove = (key: string): void => {
    if (kept.delete(key)) length -= key.length
  }
  return {
    get: (key) => {
      const value = kept.get(key)
      if (value !== undefined && key !== newest) {
        kept.delete(key)
        kept.set(key, value)
        newest = key
      }
      return value
    },
    set: (key, value) => {
      remove(key)
      kept.set(key, value)
      newest = key
      length += key.length
      for (const oldest of kept.keys()) {
        if (length <= maxLength) break
        remove(oldest)
      }
    },
    delete: remove,
    values: () => [...kept.values()].toReversed(),
  }
}
