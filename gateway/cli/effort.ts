/** What a long command took, on standard error. `started` is of `performance.now()`. */
export function printEffort(started: number): void {
  const seconds = ((performance.now() - started) / 1_000).toFixed(1)
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1_024)
  console.error(`done in ${seconds} s, with at most ${peakMb} MB of memory`)
}
