/**
 * A process that answers. It takes its supergraph and its orders from the primary one, shares the
 * address with the other workers, and ends with its primary.
 */
import { createApp, type App } from '../app.ts'
import type { Config } from '../config.ts'
import { keepMemoryLevel } from '../heap.ts'
import { createLog, noLog, type Log } from '../log.ts'
import { ensureBundle } from '../pages/bundled.ts'
import { graceMs, pagesOf } from '../serve.ts'
import { isBare } from '../supergraph/read.ts'
import { openTelemetry } from '../telemetry/telemetry.ts'
import { problemOf, type Order, type Report } from './messages.ts'

type Started = Extract<Order, { kind: 'START' }>

export async function serveWorker(config: Config, logLevel: string): Promise<void> {
  // Whoever is at the terminal tells all processes at once; the primary one tells us what to do.
  process.on('SIGINT', () => undefined)
  process.on('SIGHUP', () => undefined)
  const orders = hearOrders()
  process.on('SIGTERM', orders.stop)
  const start = await orders.started
  const log = createLog(logLevel, start.number)
  const telemetry = await openTelemetry(config.telemetry, { log, isWorker: true })
  let { supergraph } = start
  try {
    const app = await createApp(config, { log, telemetry, supergraph: () => supergraph })
    const bundle = () => ensureBundle(noLog, () => orders.bundled) // the primary one logs a failure
    const listening = await app.listen(isBare(config.supergraph) ? null : pagesOf(config, bundle()))
    const stopped = orders.fromNowOn({
      reload: (next) => {
        supergraph = next
        return reload(app, log)
      },
    })
    keepMemoryLevel()
    tell({ kind: 'LISTENING', url: listening.url, generation: app.generation().id })
    await stopped
    await listening.close(graceMs)
    await app[Symbol.asyncDispose]()
    await telemetry?.[Symbol.asyncDispose]()
    process.exit(0)
  } catch (error) {
    const problem = problemOf(error)
    if (problem.code === 'INTERNAL') log.error({ err: error }, 'not started')
    tell({ kind: 'NOT_STARTED', problem }, () => process.exit(1))
  }
}

async function reload(app: App, log: Log): Promise<void> {
  try {
    await app.reload()
    log.info({ generation: app.generation().id }, 'reloaded')
    tell({ kind: 'RELOADED', generation: app.generation().id })
  } catch (error) {
    tell({ kind: 'NOT_RELOADED', problem: problemOf(error) })
  }
}

interface Listener {
  readonly reload: (supergraph: Started['supergraph']) => Promise<void>
}

function hearOrders() {
  const started = Promise.withResolvers<Started>()
  const stopped = Promise.withResolvers<void>()
  const bundled = Promise.withResolvers<string>()
  let listener: Listener | undefined
  let reloading = Promise.resolve()
  const reloadAfter = async (before: Promise<void>, supergraph: Started['supergraph']) => {
    await before
    await listener?.reload(supergraph)
  }
  const stop = (): void => {
    if (listener === undefined) process.exit(0) // nobody has asked anything yet
    stopped.resolve()
  }
  process.on('message', (order: Order) => {
    switch (order.kind) {
      case 'START':
        started.resolve(order)
        return
      case 'RELOAD':
        reloading = reloadAfter(reloading, order.supergraph)
        return
      case 'BUNDLE_OVER':
        bundled.resolve(order.problem)
        return
      case 'STOP':
        stop()
    }
  })
  tell({ kind: 'HERE' })
  return {
    started: started.promise,
    bundled: bundled.promise,
    stop,
    /** Who listens stops in its own time: resolves when it is told to. */
    fromNowOn: (busy: Listener): Promise<void> => {
      listener = busy
      return stopped.promise
    },
  }
}

/** Nobody hears a worker whose primary process is gone; `node:cluster` then ends it. */
function tell(report: Report, told: () => void = () => undefined): void {
  if (process.connected) process.send?.(report, undefined, undefined, told)
}
