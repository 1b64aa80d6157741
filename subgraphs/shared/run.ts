/**
 * Runs one subgraph as a program of its own: reads its few settings, listens, stops on a signal.
 * `main.ts` of each system is two lines around this. Must not know which system it runs.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { dateIn } from './calendar.ts'
import { AppError } from './errors.ts'
import type { Listening } from './http-server.ts'
import { openSubgraph } from './open.ts'
import { serveSubgraph } from './serve.ts'
import type { Databases, SubgraphDefinition } from './subgraph.ts'

type Environment = Readonly<Record<string, string | undefined>>

interface Settings {
  readonly data: string
  readonly host: string
  readonly port: number
  readonly secret: string
  readonly timeZone: string
  readonly fiscalYearStartMonth: number
  readonly production: boolean
}

/** Serves the subgraph until SIGINT or SIGTERM; sets the exit code. */
export async function runSubgraph<D extends Databases, Loaders>(
  definition: SubgraphDefinition<D, Loaders>,
  env: Environment,
): Promise<void> {
  try {
    const settings = readSettings(env)
    const subgraph = openSubgraph(definition, {
      ...settings,
      ...(settings.production ? { today: () => dateIn(settings.timeZone, new Date()) } : {}),
      onError: (error) => console.error(definition.name, error),
    })
    subgraph.check()
    const listening = await serveSubgraph(subgraph, settings)
    console.log(`${definition.name} listens on ${listening.url}`)
    stopOnSignal(listening)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    console.error(`${error.code}: ${error.message}`)
    process.exitCode = 1
  }
}

function stopOnSignal(listening: Listening): void {
  const stop = () => void listening.close()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

function readSettings(env: Environment): Settings {
  const problems: string[] = []
  const whole = (name: string, fallback: number, min: number, max: number) => {
    const text = env[name] ?? String(fallback)
    const value = Number(text)
    if (!Number.isInteger(value) || value < min || value > max) {
      problems.push(`${name}: "${text}" is not a whole number from ${min} to ${max}`)
    }
    return value
  }
  const production = env['ISTHMUS_MODE'] === 'production'
  const data = env['ISTHMUS_DATA'] ?? 'data'
  const secret = env['ISTHMUS_INTERNAL_SECRET'] ?? (production ? '' : demoSecret(data))
  if (secret.length < 32) {
    problems.push(
      production
        ? 'ISTHMUS_INTERNAL_SECRET is missing or shorter than 32 characters'
        : 'no secret in the data folder yet: run the gateway or `npm run seed` first, or set ISTHMUS_INTERNAL_SECRET',
    )
  }
  const settings: Settings = {
    data,
    host: env['HOST'] ?? '127.0.0.1',
    port: whole('PORT', 4001, 0, 65_535),
    secret,
    timeZone: env['ISTHMUS_TIME_ZONE'] ?? 'Asia/Taipei',
    fiscalYearStartMonth: whole('ISTHMUS_FISCAL_YEAR_START_MONTH', 1, 1, 12),
    production,
  }
  if (problems.length > 0) {
    throw new AppError('CONFIGURATION_INVALID', `Configuration:\n  ${problems.join('\n  ')}`)
  }
  return settings
}

/** The secret that the demo gateway generated into the data folder. */
function demoSecret(data: string): string {
  try {
    return readFileSync(join(data, 'secret'), 'utf8').trim()
  } catch {
    return '' // the caller says what to do
  }
}
