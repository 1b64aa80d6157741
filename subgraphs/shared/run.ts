/**
 * Runs one subgraph as a program of its own: reads its few settings, listens, stops on a signal.
 * `main.ts` of each system is two lines around this. Must not know which system it runs.
 */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dateIn } from './calendar.ts'
import { AppError } from './errors.ts'
import type { Listening } from './http-server.ts'
import {
  minSecretLength,
  publicKeyFrom,
  sharedKey,
  subgraphSecret,
  type VerifyingKey,
} from './internal-token.ts'
import { openMappableSubgraph } from './open.ts'
import { readOwnAddress, type OwnAddress, type OwnAddresses } from './own/address.ts'
import { serveSubgraph } from './serve.ts'
import { mappingFolder, type MappingPlace } from './sources/mapping-place.ts'
import type { Databases, SubgraphDefinition } from './subgraph.ts'

type Environment = Readonly<Record<string, string | undefined>>

interface Settings {
  readonly data: string
  readonly host: string
  readonly port: number
  readonly key: VerifyingKey
  readonly bound: boolean
  readonly timeZone: string
  readonly fiscalYearStartMonth: number
  readonly production: boolean
  readonly mappings: readonly MappingPlace[]
  readonly own: OwnAddresses
}

/**
 * Serves the subgraph until SIGINT or SIGTERM; sets the exit code. `own` says where databases of Isthmus's
 * own are; of those left out the environment says so.
 */
export async function runSubgraph<D extends Databases, Loaders>(
  definition: SubgraphDefinition<D, Loaders>,
  env: Environment,
  own: OwnAddresses = {},
): Promise<void> {
  try {
    const settings = readSettings(definition, env, dirname(fileURLToPath(definition.schema)))
    const subgraph = await openMappableSubgraph(definition, {
      ...settings,
      own: { ...settings.own, ...own },
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

function readSettings(
  { name, databases }: Pick<SubgraphDefinition, 'name' | 'databases'>,
  env: Environment,
  folder: string,
): Settings {
  const problems: string[] = []
  const whole = (setting: string, fallback: number, min: number, max: number) => {
    const text = env[setting] ?? String(fallback)
    const value = Number(text)
    if (!Number.isInteger(value) || value < min || value > max) {
      problems.push(`${setting}: "${text}" is not a whole number from ${min} to ${max}`)
    }
    return value
  }
  const production = env['ISTHMUS_MODE'] === 'production'
  const data = env['ISTHMUS_DATA'] ?? 'data'
  const mappings = (env['ISTHMUS_MAPPING'] ?? '').split(',').map((each) => each.trim())
  const settings: Settings = {
    data,
    host: env['HOST'] ?? '127.0.0.1',
    port: whole('PORT', 4001, 0, 65_535),
    key: readKey(name, env, { demoFolder: production ? null : data, problems }),
    bound: env['ISTHMUS_SUBGRAPH_BOUND'] === 'true',
    timeZone: env['ISTHMUS_TIME_ZONE'] ?? 'Asia/Taipei',
    fiscalYearStartMonth: whole('ISTHMUS_FISCAL_YEAR_START_MONTH', 1, 1, 12),
    production,
    mappings: mappings
      .filter((each) => each !== '')
      .map((each) => ({ folder: mappingFolder(each, folder), env })),
    own: readOwn(databases, env, problems),
  }
  if (problems.length > 0) {
    throw new AppError('CONFIGURATION_INVALID', `Configuration:\n  ${problems.join('\n  ')}`)
  }
  return settings
}

/** `ISTHMUS_CROSSWALK_URL`, and `ISTHMUS_CROSSWALK_CA` where its server is elsewhere. */
function readOwn(databases: Databases, env: Environment, problems: string[]): OwnAddresses {
  const names = Object.values(databases).flatMap(({ own }) => own ?? [])
  return Object.fromEntries(
    names.flatMap((name): (readonly [string, OwnAddress])[] => {
      const variable = `ISTHMUS_${name.toUpperCase()}`
      const settings = { url: `${variable}_URL`, tls: `${variable}_CA` }
      const [url, ca] = [env[settings.url], env[settings.tls]]
      if (url === undefined) return []
      const value = ca === undefined ? url : { url, tls: { ca } }
      const given = { name: settings.url, settings, value, folder: process.cwd() }
      const address = readOwnAddress(given, problems)
      return address === undefined ? [] : [[name, address]]
    }),
  )
}

interface ReadingKey {
  /** The data folder in demo mode. */
  readonly demoFolder: string | null
  readonly problems: string[]
}

/** A secret of this subgraph alone, or the gateway's public key. */
function readKey(name: string, env: Environment, { demoFolder, problems }: ReadingKey) {
  const { ISTHMUS_SUBGRAPH_SECRET: secret, ISTHMUS_SUBGRAPH_PUBLIC_KEY: pem } = env
  if (secret !== undefined && pem !== undefined)
    problems.push('ISTHMUS_SUBGRAPH_SECRET and ISTHMUS_SUBGRAPH_PUBLIC_KEY exclude each other')
  if (pem !== undefined) {
    try {
      return { algorithm: 'ES256', publicKey: publicKeyFrom(pem) } as const
    } catch {
      problems.push('ISTHMUS_SUBGRAPH_PUBLIC_KEY is no public key of the curve P-256 in PEM')
      return sharedKey('')
    }
  }
  const own = secret ?? (demoFolder === null ? '' : demoSecret(demoFolder, name))
  if (own.length < minSecretLength) {
    problems.push(
      secret !== undefined
        ? `ISTHMUS_SUBGRAPH_SECRET is shorter than ${minSecretLength} characters`
        : demoFolder === null
          ? `ISTHMUS_SUBGRAPH_SECRET or ISTHMUS_SUBGRAPH_PUBLIC_KEY is missing: where the gateway is, \`isthmus subgraph ${name} --key\` prints it`
          : 'no secret in the data folder yet: run the gateway or `npm run seed` first, or set ISTHMUS_SUBGRAPH_SECRET',
    )
  }
  return sharedKey(own)
}

/** Made from the secret that the demo gateway generated into the data folder. */
function demoSecret(data: string, name: string): string {
  try {
    return subgraphSecret(readFileSync(join(data, 'secret'), 'utf8').trim(), name)
  } catch {
    return '' // the caller says what to do
  }
}
