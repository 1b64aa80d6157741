/**
 * Reads that share a round trip and are never older than who asks: whoever comes while one is under way
 * waits for the next one, which begins after he came. So there is one at a time, however many ask.
 */
export function coalesced<Found>(read: () => Promise<Found>): () => Promise<Found> {
  let underWay: Promise<Found> | null = null
  let next: Promise<Found> | null = null
  const begin = (): Promise<Found> => {
    next = null
    const mine = read()
    underWay = mine
    const ended = (): void => {
      if (underWay === mine) underWay = null
    }
    mine.then(ended, ended)
    return mine
  }
  return () => {
    if (underWay === null) return begin()
    next ??= underWay.then(begin, begin)
    return next
  }
}
