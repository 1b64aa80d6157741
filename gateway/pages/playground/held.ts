/** A value that panes look at and are told of when it changes, as React's useSyncExternalStore wants it. */
export function createHeld<Value>(first: Value) {
  let current = first
  const listeners = new Set<() => void>()
  return {
    subscribe: (listener: () => void) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    current: () => current,
    keep: (value: Value) => {
      current = value
      for (const listener of listeners) listener()
    },
  }
}
