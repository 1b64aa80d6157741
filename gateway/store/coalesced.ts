/**
 * Reads that share a round trip and are never older than who asks: whoever comes while one is under way
 * waits for the next one, which begins after he came. So there is one at a time, however many ask.
 */
export function coalesced<Found>(read: () => Promise<Found>): () => Promise<Found> {
  let underWay: Promise<unknown> = Promise.resolve()
  /** Who waits for one that has not begun. */
  let next: Promise<Found> | null = null
  const begin = (): Promise<Found> => {
    next = null
    const begun = read()
    underWay = begun
    return begun
  }
  return () => (next ??= underWay.then(begin, begin))
}
