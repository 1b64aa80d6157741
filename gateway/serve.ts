/**
 * A gateway as a program: prepares the embedded data, prints where it is and how to get in, reloads
 * on SIGHUP, and stops on SIGINT and SIGTERM when the requests in flight are done.
 */
import type { createApp, Pages } from './app.ts'
import type { Config } from './config.ts'
import { loadDemo } from './demo.ts'
import type { Log } from './log.ts'
import { ensureBundle } from './pages/bundled.ts'
import { createPages } from './pages/pages.ts'
import { readLibrary } from './reports/library.ts'
import { demoIdentities, demoSecret, demoToken, isDemoIdentity } from './tokens/demo.ts'

/** How long requests in flight may take when the program stops, in milliseconds. */
const graceMs = 10_000

export async function serve(config: Config, log: Log, create: typeof createApp): Promise<void> {
  const isBare = config.supergraph.endsWith('.graphql')
  const isEmbedded = config.mode === 'demo' && !isBare
  if (isEmbedded) await prepareDemo(config.data)
  const app = await create(config, { log })
  const listening = await app.listen(isBare ? null : pagesOf(config, log))
  console.log(`Isthmus answers at ${listening.url}/graphql`)
  if (isEmbedded) printDemo(config.data, listening.url)

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
      await app[Symbol.asyncDispose]()
    })()
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
}

/** The pages with what they may know: demo identities and tokens in demo mode only. */
export function pagesOf({ mode, data }: Config, log: Log): Pages {
  const isDemo = mode === 'demo'
  return createPages({
    mode,
    bundle: ensureBundle(log),
    questions: readLibrary(),
    identities: isDemo
      ? Object.entries(demoIdentities).map(([name, { label }]) => ({ name, label }))
      : [],
    demoToken: isDemo
      ? (name) => (isDemoIdentity(name) ? demoToken(name, demoSecret(data)) : null)
      : null,
  })
}

async function prepareDemo(data: string): Promise<void> {
  const { demoState, seedDemo } = await loadDemo()
  const { state } = demoState(data)
  if (state !== 'absent') return // what is wrong with it is said by the questions that need it
  console.log('Making the demo data, which takes a few seconds …')
  seedDemo({ data, size: 'small' })
}

function printDemo(data: string, url: string): void {
  const secret = demoSecret(data)
  console.log(`Playground: ${url}/playground`)
  console.log(`Tokens: ${url}/tokens`)
  console.log('\nDemo tokens (Authorization: Bearer …), good for eight hours:')
  for (const [name, { label }] of Object.entries(demoIdentities)) {
    if (isDemoIdentity(name)) console.log(`\n  ${label} (${name})\n  ${demoToken(name, secret)}`)
  }
}
