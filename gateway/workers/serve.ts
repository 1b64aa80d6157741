/**
 * A gateway of several processes: the primary one prepares and watches, the workers answer. All of
 * them are started by the same command; which one this is, `node:cluster` knows.
 */
import cluster from 'node:cluster'
import type { Config } from '../config.ts'

export async function serveWithWorkers(config: Config, logLevel: string): Promise<void> {
  if (cluster.isPrimary) {
    const [{ createLog }, { servePrimary }] = await Promise.all([
      import('../log.ts'),
      import('./primary.ts'),
    ])
    await servePrimary(config, createLog(logLevel))
    return
  }
  const { serveWorker } = await import('./worker.ts')
  await serveWorker(config, logLevel)
}
