/**
 * The gateway of `npm run bench:limits` in a process of its own, which reports on request how long its
 * event loop was held at most since it was asked last, and how much memory it holds.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createApp } from '../../gateway/app.ts'
import { readConfig } from '../../gateway/config.ts'
import { noLog } from '../../gateway/log.ts'

export interface Report {
  readonly port: number
  readonly heldMs: number
  readonly heapMb: number
  readonly residentMb: number
}

const app = await createApp(readConfig({ ISTHMUS_DATA: process.argv[2], PORT: '0' }), {
  log: noLog,
})
const { url } = await app.listen(null)
const resolutionMs = 1
const delay = monitorEventLoopDelay({ resolution: resolutionMs })
delay.enable()

process.on('message', (asked) => {
  // Two turns, so that what held the loop until now has been counted.
  setTimeout(() => {
    const heldMs = Math.max(0, delay.max / 1e6 - resolutionMs)
    if (asked === 'collected') globalThis.gc?.()
    const { heapUsed, external, rss } = process.memoryUsage()
    const report: Report = {
      port: Number(new URL(url).port),
      heldMs,
      heapMb: (heapUsed + external) / 1_048_576,
      residentMb: rss / 1_048_576,
    }
    process.send?.(report)
    delay.reset()
  }, 5)
})
