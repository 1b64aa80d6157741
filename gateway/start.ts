/**
 * Starts the gateway as a program: in this process, or in several. What the other way needs is not
 * loaded.
 */
import type { Config } from './config.ts'

export async function start(config: Config, logLevel: string): Promise<void> {
  if (config.workers > 1) {
    const { serveWithWorkers } = await import('./workers/serve.ts')
    await serveWithWorkers(config, logLevel)
    return
  }
  const [{ createApp }, { createLog }, { serve }] = await Promise.all([
    import('./app.ts'),
    import('./log.ts'),
    import('./serve.ts'),
  ])
  await serve(config, createLog(logLevel), createApp)
}
