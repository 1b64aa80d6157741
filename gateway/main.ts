/**
 * Runs the gateway: read the configuration, make the demo data when there is none, listen, drain.
 * Everything is imported after the compile cache is on, because only what is loaded later is kept.
 */
import './compile-cache.ts'

const { AppError } = await import('#shared/errors.ts')
try {
  const [{ readConfig }, { start }] = await Promise.all([
    import('./config.ts'),
    import('./start.ts'),
  ])
  await start(readConfig(process.env), process.env['LOG_LEVEL'] ?? 'info')
} catch (error) {
  if (!(error instanceof AppError)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
}
