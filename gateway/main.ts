/**
 * Runs the gateway: read the configuration, make the demo data when there is none, listen, drain.
 * Everything is imported after the compile cache is on, because only what is loaded later is kept.
 */
import './compile-cache.ts'

const { AppError } = await import('#shared/errors.ts')
try {
  const [{ createApp }, { readConfig }, { createLog }, { serve }] = await Promise.all([
    import('./app.ts'),
    import('./config.ts'),
    import('./log.ts'),
    import('./serve.ts'),
  ])
  const config = readConfig(process.env)
  const log = createLog(process.env['LOG_LEVEL'] ?? 'info')
  await serve(config, log, createApp)
} catch (error) {
  if (!(error instanceof AppError)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
}
