/**
 * The primary process: makes what is made once (demo data, secret, supergraph, Playground), says once
 * where the gateway is, and passes on what it is told. It answers no question itself.
 */
import cluster from 'node:cluster'
import type { Listening } from '#shared/http-server.ts'
import type { Config } from '../config.ts'
import { ensureDemo, isEmbedded, printDemo, sayMaking } from '../demo.ts'
import type { Log } from '../log.ts'
import { ensureBundle } from '../pages/bundled.ts'
import { readWithPlatform } from '../platform/schema.ts'
import { graceMs } from '../serve.ts'
import { isBare, type SupergraphText } from '../supergraph/read.ts'
import { demoSecret } from '../tokens/demo.ts'
import { createPool, type Pool } from './pool.ts'

/** What a worker may take beyond the requests in flight, in milliseconds. */
const closingMs = 5_000

export async function servePrimary(config: Config, log: Log): Promise<void> {
  await ensureDemo(config, sayMaking)
  // Made here, so that no worker reads it while another one writes it.
  if (config.mode === 'demo' && !config.noAuth) demoSecret(config.data)
  const read = () => readWithPlatform(config.supergraph)
  // The workers share the socket. Handed on by us, a connection would wait for ever when the worker
  // that it was handed to is killed just then.
  cluster.schedulingPolicy = cluster.SCHED_NONE
  const pool = createPool({
    count: config.workers,
    supergraph: read(),
    log,
    graceMs: graceMs + closingMs,
  })
  const stopped = stopOnSignal(pool)
  if (!isBare(config.supergraph)) bundleFor(pool, log)
  const url = await Promise.race([pool.ready, stopped])
  if (url === undefined) return
  reloadOnSignal(pool, read, log)
  const metrics = await listenForAll(config)
  console.log(`Isthmus answers at ${url}/graphql with ${config.workers} workers`)
  if (metrics !== null) console.log(`Metrics at ${metrics.url}/metrics`)
  if (isEmbedded(config)) printDemo(config.data, url)
  try {
    await Promise.race([pool.over, stopped])
  } finally {
    await metrics?.close(0)
  }
}

/** What the workers count is told together, by the process that none of them is. */
async function listenForAll({ telemetry }: Config): Promise<Listening | null> {
  if (telemetry.metrics === null) return null
  const [{ createGathering }, { listenForScrapes }] = await Promise.all([
    import('../telemetry/metrics.ts'),
    import('../telemetry/scrapes.ts'),
  ])
  return await listenForScrapes(telemetry.metrics, createGathering())
}

function stopOnSignal(pool: Pool): Promise<undefined> {
  return new Promise((resolve) => {
    let isStopping = false
    const stop = () => {
      if (isStopping) return
      isStopping = true
      void pool.stop().then(() => resolve(undefined))
    }
    process.on('SIGINT', stop)
    process.on('SIGTERM', stop)
  })
}

function reloadOnSignal(pool: Pool, read: () => SupergraphText, log: Log): void {
  const reload = async (before: Promise<void>): Promise<void> => {
    await before
    try {
      await pool.reload(read())
    } catch (error) {
      log.error({ err: error }, 'not reloaded: the old supergraph stays')
    }
  }
  let reloading = Promise.resolve()
  process.on('SIGHUP', () => {
    reloading = reload(reloading)
  })
}

/** The Playground is bundled once; the workers are told when that is over. */
function bundleFor(pool: Pool, log: Log): void {
  const bundle = ensureBundle(log)
  void bundle.over.then((problem) => pool.tellAll({ kind: 'BUNDLE_OVER', problem }))
}
