/**
 * A gateway as a program of one process: prepares the embedded data, prints where it is and how to get
 * in, reloads on SIGHUP, and stops on SIGINT and SIGTERM when the requests in flight are done.
 */
import type { createApp, Pages } from './app.ts'
import type { Config } from './config.ts'
import { ensureDemo, isEmbedded, printDemo, sayMaking } from './demo.ts'
import { keepMemoryLevel } from './heap.ts'
import type { Log } from './log.ts'
import { ensureBundle, type Bundle } from './pages/bundled.ts'
import { createPages } from './pages/pages.ts'
import { readLibrary } from './reports/library.ts'
import { isBare } from './supergraph/read.ts'
import { openTelemetry } from './telemetry/telemetry.ts'
import { demoIdentities, demoSecret, demoToken, isDemoIdentity } from './tokens/demo.ts'

/** How long requests in flight may take when the program stops, in milliseconds. */
export const graceMs = 10_000

export async function serve(config: Config, log: Log, create: typeof createApp): Promise<void> {
  await ensureDemo(config, sayMaking)
  // What cannot begin must end: nothing may be left that listens.
  await using begun = new AsyncDisposableStack()
  const telemetry = begun.use(await openTelemetry(config.telemetry, { log }))
  const app = begun.use(await create(config, { log, telemetry }))
  const listening = await app.listen(
    isBare(config.supergraph) ? null : pagesOf(config, ensureBundle(log)),
  )
  const running = begun.move()
  keepMemoryLevel()
  console.log(`Isthmus answers at ${listening.url}/graphql`)
  if (telemetry?.metricsUrl != null) console.log(`Metrics at ${telemetry.metricsUrl}`)
  if (isEmbedded(config)) printDemo(config.data, listening.url)

  process.on('SIGHUP', () => {
    app.reload().then(
      () => log.info({ generation: app.generation().id }, 'reloaded'),
      (error: unknown) => log.error({ err: error }, 'not reloaded: the old supergraph stays'),
    )
  })
  let stopping = false
  const stop = () => {
    if (stopping) return
    stopping = true
    void (async () => {
      await listening.close(graceMs)
      await running.disposeAsync()
    })()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

/** The pages with what they may know: demo identities and tokens in demo mode only. */
export function pagesOf({ mode, data }: Config, bundle: Bundle): Pages {
  const isDemo = mode === 'demo'
  return createPages({
    mode,
    bundle,
    questions: readLibrary(),
    identities: isDemo
      ? Object.entries(demoIdentities).map(([name, { label }]) => ({ name, label }))
      : [],
    demoToken: isDemo
      ? (name) => (isDemoIdentity(name) ? demoToken(name, demoSecret(data)) : null)
      : null,
  })
}
