/** Keeps a map bounded: what was put there first goes first. */
export function dropOldest(kept: Map<string, unknown>, maxSize: number): void {
  if (kept.size <= maxSize) return
  const [oldest] = kept.keys()
  if (oldest !== undefined) kept.delete(oldest)
}
