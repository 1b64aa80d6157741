/**
 * The configuration, read once from the environment and config.yaml. Every problem is said at once;
 * what comes out is frozen. Nothing else reads the environment.
 */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { AppError } from '#shared/errors.ts'
import type { OwnPlace } from '#shared/own/address.ts'
import { loopback } from '#shared/sources/address.ts'
import { readAudit, type AuditConfig } from './audit/config.ts'
import { readIssuer, type Issuer } from './config/issuers.ts'
import { readOwnPlace, type OwnName } from './config/own-places.ts'
import { listOf, Reader, recordOf, variableIn, type Yaml } from './config/reader.ts'
import { readPrivateKey, readSecret, readSystems, type SystemConfig } from './config/systems.ts'
import { readLimits, type LimitsConfig } from './limits/read.ts'
import { moduleExtension } from './module-extension.ts'
import { readTelemetry, type TelemetryConfig } from './telemetry/config.ts'
import { addressProblem } from './tokens/addresses.ts'
import { authorizations, type Authorization } from './request/denied.ts'

/** What introspection and the SDL show an employee: all, or what the own scopes may read. */
export const introspections = ['all', 'scopes'] as const
export type Introspection = (typeof introspections)[number]

export type Environment = Readonly<Record<string, string | undefined>>

export interface Config {
  readonly mode: 'demo' | 'production'
  readonly host: string
  readonly port: number
  /** Processes that answer; with one, it is this process itself. */
  readonly workers: number
  /** The folder of the embedded databases and of generated secrets. */
  readonly data: string
  /** The gateway's own database. */
  readonly store: OwnPlace
  readonly crosswalk: OwnPlace
  readonly supergraph: string
  readonly policy: string
  readonly timeZone: string
  readonly fiscalYearStartMonth: number
  readonly requestTimeoutMs: number
  readonly issuers: readonly Issuer[]
  /** From which the secret of each system is made. */
  readonly internalSecret: string | undefined
  readonly limits: LimitsConfig
  /** Null where nothing is kept of who reads what. */
  readonly audit: AuditConfig | null
  /** Origins whose pages may ask, as browsers send them. */
  readonly corsOrigins: readonly string[]
  /** A private key of the curve P-256 in PEM: internal tokens are then signed by ES256. */
  readonly internalKey: string | undefined
  /** Private keys of the curve P-256 in PEM: the first signs answers, all are published. */
  readonly answerKeys: readonly string[]
  /** Under which partners know this gateway; the token endpoint answers to that name only. */
  readonly publicUrl: string | undefined
  /** How long browsers remember to come by https alone; 0 where they are not told. */
  readonly hstsSeconds: number
  /** Addresses and ranges of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[]
  /** How long a run without a token may go by what its subject was last granted. */
  readonly maxUnseenDays: number
  /** What becomes of a question of which some fields may not be read. */
  readonly authorization: Authorization
  readonly introspection: Introspection
  readonly telemetry: TelemetryConfig
  /** What `${NAME}` in mappings means. */
  readonly env: Environment
  /** Every caller is a principal with all rights (`serve --no-auth`, loopback only). */
  readonly noAuth: boolean
  system(name: string): SystemConfig
}

const root = resolve(import.meta.dirname, '..')

/** What names in the environment are relative to: the package is no place for anybody's files. */
const base = moduleExtension === '.ts' ? root : process.cwd()
export interface ConfigOverrides {
  readonly port?: string | undefined
  readonly supergraph?: string | undefined
  readonly noAuth?: boolean | undefined
}

export function readConfig(env: Environment, overrides: ConfigOverrides = {}): Config {
  const reader = new Reader()
  const file = resolve(base, env['ISTHMUS_CONFIG'] ?? join(root, 'gateway/config.yaml'))
  const yaml = readYaml(file, env, reader)
  const mode = reader.oneOf('ISTHMUS_MODE', env['ISTHMUS_MODE'], ['demo', 'production'], 'demo')
  const host = env['HOST'] ?? '127.0.0.1'
  const noAuth = overrides.noAuth ?? false
  if (!loopback.has(host) && (mode === 'demo' || noAuth)) {
    reader.problems.push(
      `HOST: "${host}" is not loopback; ${noAuth ? '--no-auth' : 'demo mode'} listens on loopback only`,
    )
  }
  const issuers = listOf(yaml['issuers']).map((entry, at) => readIssuer(reader, entry, at))
  const internalSecret = readSecret(reader, 'internalSecret', yaml['internalSecret'])
  const internalKey = readPrivateKey(reader, 'internalKey', yaml['internalKey'])
  const systems = readSystems(reader, yaml, dirname(file))
  if (internalSecret !== undefined && internalKey !== undefined)
    reader.problems.push('internalSecret and internalKey exclude each other')
  if (mode === 'production' && !noAuth) {
    if (issuers.length === 0) reader.problems.push('issuers: production needs at least one')
    const hasOwn = [...systems.named.values()].some(({ secret }) => secret !== undefined)
    if (internalSecret === undefined && internalKey === undefined && !hasOwn) {
      reader.problems.push(
        'internalSecret: production needs one, or an internalKey, or a secret of each system',
      )
    }
  }
  const data = resolve(base, env['ISTHMUS_DATA'] ?? 'data')
  const ownPlaceOf = (name: OwnName) =>
    readOwnPlace(name, yaml, { data, config: dirname(file) }, reader.problems)
  const audit = noAuth ? null : readAudit(yaml['audit'], reader.problems)
  if (Object.hasOwn(yaml, 'store') && audit !== null && audit.key === undefined)
    reader.problems.push('audit.key: a shared store needs one, as all write one chain with it')
  const config: Config = {
    mode,
    host,
    port: reader.whole('PORT', overrides.port ?? env['PORT'], 4000, 0, 65_535),
    workers: workersIn(reader, env['WORKERS']),
    data,
    store: ownPlaceOf('store'),
    crosswalk: ownPlaceOf('crosswalk'),
    supergraph: resolve(
      overrides.supergraph === undefined ? base : process.cwd(),
      overrides.supergraph ?? env['ISTHMUS_SUPERGRAPH'] ?? join(root, 'supergraph.yaml'),
    ),
    policy: resolve(dirname(file), 'policy'),
    timeZone: timeZone(reader, yaml['timeZone']),
    fiscalYearStartMonth: reader.whole(
      'fiscalYearStartMonth',
      yaml['fiscalYearStartMonth'],
      1,
      1,
      12,
    ),
    requestTimeoutMs: reader.whole(
      'requestTimeoutMs',
      yaml['requestTimeoutMs'],
      15_000,
      1,
      600_000,
    ),
    issuers,
    limits: readLimits(yaml['limits'], reader.problems),
    audit,
    corsOrigins: readOrigins(reader, yaml['corsOrigins']),
    internalSecret,
    internalKey,
    answerKeys: listOf(yaml['answerKeys'] ?? []).flatMap(
      (each, at) => readPrivateKey(reader, `answerKeys[${at}]`, each) ?? [],
    ),
    publicUrl:
      yaml['publicUrl'] === undefined
        ? undefined
        : reader.safeUrl('publicUrl', yaml['publicUrl']).replace(/\/+$/, ''),
    hstsSeconds: reader.whole('hstsSeconds', yaml['hstsSeconds'], 31_536_000, 0, 63_072_000),
    trustedProxies: readAddresses(reader, 'trustedProxies', yaml['trustedProxies']),
    maxUnseenDays: reader.whole('maxUnseenDays', yaml['maxUnseenDays'], 30, 1, 365),
    authorization: reader.oneOf('authorization', yaml['authorization'], authorizations, 'filter'),
    introspection: reader.oneOf('introspection', yaml['introspection'], introspections, 'all'),
    telemetry: readTelemetry(reader, yaml['telemetry']),
    env,
    noAuth,
    system: (name) => systems.named.get(name) ?? systems.fallback,
  }
  if (reader.problems.length > 0) {
    throw new AppError('CONFIGURATION_INVALID', `Configuration:\n  ${reader.problems.join('\n  ')}`)
  }
  return Object.freeze(config)
}

const known = new Set([
  'store',
  'timeZone',
  'fiscalYearStartMonth',
  'requestTimeoutMs',
  'systemTimeoutMs',
  'defaultSource',
  'systems',
  'issuers',
  'internalSecret',
  'limits',
  'crosswalk',
  'audit',
  'corsOrigins',
  'internalKey',
  'answerKeys',
  'publicUrl',
  'hstsSeconds',
  'trustedProxies',
  'maxUnseenDays',
  'authorization',
  'introspection',
  'telemetry',
])

function readYaml(file: string, env: Environment, reader: Reader): Yaml {
  try {
    const value = withEnvironment(parse(readFileSync(file, 'utf8')), env)
    const yaml = recordOf(value)
    for (const name of Object.keys(yaml)) {
      if (!known.has(name)) reader.problems.push(`${file}: "${name}" is not known`)
    }
    return yaml
  } catch (cause) {
    reader.problems.push(
      `${file}: ${cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause)}`,
    )
    return {}
  }
}

/** `${NAME}` as a whole value becomes the variable's value, or is left out when it is not set. */
function withEnvironment(value: unknown, env: Environment): unknown {
  if (typeof value === 'string') {
    const name = variableIn(value)
    return name === undefined ? value : env[name]
  }
  if (Array.isArray(value)) return value.map((each) => withEnvironment(each, env))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, withEnvironment(inner, env)]),
  )
}

/** Each named whole: a page of any other may not ask in a reader's name. */
function readOrigins(reader: Reader, value: unknown): readonly string[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) reader.problems.push('corsOrigins: expected a list of origins')
  return listOf(value).flatMap((entry) => {
    if (typeof entry === 'string' && URL.parse(entry)?.origin === entry) return [entry]
    reader.problems.push(
      `corsOrigins: ${JSON.stringify(entry)} is no origin such as "https://app.example.com"`,
    )
    return []
  })
}

function readAddresses(reader: Reader, name: string, value: unknown): readonly string[] {
  const entries = listOf(value ?? []).filter((each) => typeof each === 'string')
  if (value !== undefined && (!Array.isArray(value) || entries.length !== value.length))
    reader.problems.push(`${name}: expected a list of addresses`)
  for (const entry of entries) {
    const problem = addressProblem(entry)
    if (problem !== null) reader.problems.push(`${name}: ${problem}`)
  }
  return entries
}

const maxWorkers = 256

function workersIn(reader: Reader, value: string | undefined): number {
  if (value === undefined) return 1
  if (value === 'auto') return availableParallelism()
  const given = /^[0-9]{1,3}$/.test(value) ? Number(value) : 0
  if (given >= 1 && given <= maxWorkers) return given
  reader.problems.push(
    `WORKERS: ${JSON.stringify(value)} is neither "auto" nor a whole number from 1 to ${maxWorkers}`,
  )
  return 1
}

function timeZone(reader: Reader, value: unknown): string {
  const name = reader.text('timeZone', value, 'Asia/Taipei')
  try {
    new Intl.DateTimeFormat('en', { timeZone: name }).format()
  } catch {
    reader.problems.push(`timeZone: "${name}" is no time zone`)
  }
  return name
}
