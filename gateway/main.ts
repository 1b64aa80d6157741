/**
 * Runs the gateway: read the configuration, make the demo data when there is none, listen, drain.
 */
import { AppError } from '#shared/errors.ts'
import { createApp } from './app.ts'
import { readConfig } from './config.ts'
import { createLog } from './log.ts'
import { serve } from './serve.ts'

try {
  const config = readConfig(process.env)
  const log = createLog(process.env['LOG_LEVEL'] ?? 'info')
  await serve(config, log, createApp)
} catch (error) {
  if (!(error instanceof AppError)) throw error
  console.error(`${error.code}: ${error.message}`)
  process.exitCode = 1
}
