/**
 * The configuration, read once from the environment and config.yaml. Every problem is said at once;
 * what comes out is frozen. Nothing else reads the environment.
 */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { AppError } from '#shared/errors.ts'
import { readAudit, type AuditConfig } from './audit/config.ts'
import { readLimits, type LimitsConfig } from './limits/read.ts'
import { minSecretLength, privateKeyFrom } from '#shared/internal-token.ts'
import { moduleExtension } from './module-extension.ts'
import { addressProblem } from './tokens/addresses.ts'
import { authorizations, type Authorization } from './request/denied.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Signatures with a key pair: a secret that both sides know is no issuer's. */
export const keyPairAlgorithms = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA'] as const),
]

export interface Issuer {
  readonly issuer: string
  readonly audience: string
  /** Left out, the issuer's discovery document names it. */
  readonly jwksUrl: string | undefined
  readonly algorithms: readonly (typeof keyPairAlgorithms)[number][]
  /** How far its clock may be from ours. */
  readonly clockToleranceSeconds: number
  /** How long a token may live at most. */
  readonly maxLifetimeSeconds: number
  /** The claim with the groups; dots lead into objects. */
  readonly groupsClaim: string
  /** The claim with the client that got the token. */
  readonly clientIdClaim: string
  /** Whose tokens it may sign. */
  readonly callers: 'employees' | 'partners' | 'all'
}

export interface SystemConfig {
  readonly source: 'in-process' | 'http'
  /** Instead of the routing_url of supergraph.yaml. */
  readonly url: string | undefined
  /** Milliseconds one call may take. */
  readonly timeoutMs: number
  /** Signs its internal tokens, instead of a key made from the gateway's. */
  readonly secret?: string | undefined
  /** Whether an internal token is good for one request to it only. */
  readonly bindRequests?: boolean
  /** The mappings of its own database: a name in its folder, or an absolute path. */
  readonly mapping?: string | undefined
}

export interface Config {
  readonly mode: 'demo' | 'production'
  readonly host: string
  readonly port: number
  /** Processes that answer; with one, it is this process itself. */
  readonly workers: number
  /** The folder of the embedded databases and of generated secrets. */
  readonly data: string
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
  /** Under which partners know this gateway; the token endpoint answers to that name only. */
  readonly publicUrl: string | undefined
  /** Addresses and ranges of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[]
  /** How long a run without a token may go by what its subject was last granted. */
  readonly maxUnseenDays: number
  /** What becomes of a question of which some fields may not be read. */
  readonly authorization: Authorization
  /** What `${NAME}` in mappings means. */
  readonly env: Environment
  /** Every caller is a principal with all rights (`serve --no-auth`, loopback only). */
  readonly noAuth: boolean
  system(name: string): SystemConfig
}

const root = resolve(import.meta.dirname, '..')

/** What names in the environment are relative to: the package is no place for anybody's files. */
const base = moduleExtension === '.ts' ? root : process.cwd()
const loopback = new Set(['127.0.0.1', '::1', '[::1]', 'localhost'])

/** Whether nobody on the way can change what comes from this address. */
export function isSafeUrl(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return protocol === 'https:' || (protocol === 'http:' && loopback.has(hostname))
}

/** Reads what can be wrong into `problems`, so that all of it is told together. */
class Reader {
  readonly problems: string[] = []

  whole(name: string, value: unknown, fallback: number, low: number, high: number): number {
    if (value === undefined || value === null) return fallback
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
    if (typeof number === 'number' && Number.isInteger(number) && number >= low && number <= high)
      return number
    this.problems.push(
      `${name}: ${JSON.stringify(value)} is not a whole number from ${low} to ${high}`,
    )
    return fallback
  }

  text(name: string, value: unknown, fallback?: string): string {
    if (typeof value === 'string' && value !== '') return value
    if ((value === undefined || value === null) && fallback !== undefined) return fallback
    this.problems.push(
      value === undefined ? `${name} is missing` : `${name}: ${JSON.stringify(value)} is not text`,
    )
    return ''
  }

  oneOf<const T extends string | boolean>(
    name: string,
    value: unknown,
    allowed: readonly T[],
    fallback: T,
  ): T {
    if (value === undefined || value === null) return fallback
    const found = allowed.find((each) => each === value)
    if (found !== undefined) return found
    this.problems.push(`${name}: ${JSON.stringify(value)} is none of ${allowed.join(', ')}`)
    return fallback
  }

  url(name: string, value: unknown): string {
    const text = this.text(name, value)
    if (text !== '' && !URL.canParse(text)) this.problems.push(`${name}: "${text}" is no address`)
    return text
  }

  /** Who can change what comes from it can come in as anybody. */
  safeUrl(name: string, value: unknown): string {
    const text = this.url(name, value)
    if (URL.canParse(text) && !isSafeUrl(text))
      this.problems.push(`${name}: "${text}" must be https, but on loopback`)
    return text
  }
}

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
  const internalKey = readPrivateKey(reader, yaml['internalKey'])
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
  const config: Config = {
    mode,
    host,
    port: reader.whole('PORT', overrides.port ?? env['PORT'], 4000, 0, 65_535),
    workers: workersIn(reader, env['WORKERS']),
    data: resolve(base, env['ISTHMUS_DATA'] ?? 'data'),
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
    audit: noAuth ? null : readAudit(yaml['audit'], reader.problems),
    corsOrigins: readOrigins(reader, yaml['corsOrigins']),
    internalSecret,
    internalKey,
    publicUrl:
      yaml['publicUrl'] === undefined
        ? undefined
        : reader.safeUrl('publicUrl', yaml['publicUrl']).replace(/\/+$/, ''),
    trustedProxies: readAddresses(reader, 'trustedProxies', yaml['trustedProxies']),
    maxUnseenDays: reader.whole('maxUnseenDays', yaml['maxUnseenDays'], 30, 1, 365),
    authorization: reader.oneOf('authorization', yaml['authorization'], authorizations, 'filter'),
    env,
    noAuth,
    system: (name) => systems.named.get(name) ?? systems.fallback,
  }
  if (reader.problems.length > 0) {
    throw new AppError('CONFIGURATION_INVALID', `Configuration:\n  ${reader.problems.join('\n  ')}`)
  }
  return Object.freeze(config)
}

type Yaml = Readonly<Record<string, unknown>>

const known = new Set([
  'timeZone',
  'fiscalYearStartMonth',
  'requestTimeoutMs',
  'systemTimeoutMs',
  'defaultSource',
  'systems',
  'issuers',
  'internalSecret',
  'limits',
  'audit',
  'corsOrigins',
  'internalKey',
  'publicUrl',
  'trustedProxies',
  'maxUnseenDays',
  'authorization',
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
    const [, name] = /^\$\{([A-Z][A-Z0-9_]*)\}$/.exec(value) ?? []
    return name === undefined ? value : env[name]
  }
  if (Array.isArray(value)) return value.map((each) => withEnvironment(each, env))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, withEnvironment(inner, env)]),
  )
}

function readIssuer(reader: Reader, value: unknown, at: number): Issuer {
  const entry = recordOf(value)
  const name = `issuers[${at}]`
  const within = (key: string, fallback: number, low: number, high: number) =>
    reader.whole(`${name}.${key}`, entry[key], fallback, low, high)
  for (const key of Object.keys(entry)) {
    if (!knownOfIssuer.has(key)) reader.problems.push(`${name}: "${key}" is not known`)
  }
  const isDiscovered = entry['jwksUrl'] === undefined
  return {
    issuer: isDiscovered
      ? reader.safeUrl(`${name}.issuer`, entry['issuer'])
      : reader.text(`${name}.issuer`, entry['issuer']),
    audience: reader.text(`${name}.audience`, entry['audience']),
    jwksUrl: isDiscovered ? undefined : reader.safeUrl(`${name}.jwksUrl`, entry['jwksUrl']),
    algorithms: listOf(entry['algorithms'] ?? ['RS256']).map((algorithm) =>
      reader.oneOf(`${name}.algorithms`, algorithm, keyPairAlgorithms, 'RS256'),
    ),
    clockToleranceSeconds: within('clockToleranceSeconds', 30, 0, 300),
    maxLifetimeSeconds: within('maxLifetimeSeconds', 86_400, 60, 2_592_000),
    groupsClaim: reader.text(`${name}.groupsClaim`, entry['groupsClaim'], 'groups'),
    clientIdClaim: reader.text(`${name}.clientIdClaim`, entry['clientIdClaim'], 'client_id'),
    callers: reader.oneOf(
      `${name}.callers`,
      entry['callers'],
      ['employees', 'partners', 'all'],
      'all',
    ),
  }
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

const knownOfIssuer = new Set([
  ...['issuer', 'audience', 'jwksUrl', 'algorithms', 'clockToleranceSeconds'],
  ...['maxLifetimeSeconds', 'groupsClaim', 'clientIdClaim', 'callers'],
])

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

function readSystems(reader: Reader, yaml: Yaml, folder: string) {
  const sources = ['in-process', 'http'] as const
  const fallback: SystemConfig = {
    source: reader.oneOf('defaultSource', yaml['defaultSource'], sources, 'in-process'),
    url: undefined,
    timeoutMs: reader.whole('systemTimeoutMs', yaml['systemTimeoutMs'], 10_000, 1, 600_000),
  }
  const named = new Map(
    Object.entries(recordOf(yaml['systems'])).map(([name, value]): [string, SystemConfig] => {
      const entry = recordOf(value)
      const at = `systems.${name}`
      return [
        name,
        {
          source: reader.oneOf(`${at}.source`, entry['source'], sources, fallback.source),
          url: entry['url'] === undefined ? undefined : reader.url(`${at}.url`, entry['url']),
          timeoutMs: reader.whole(
            `${at}.timeoutMs`,
            entry['timeoutMs'],
            fallback.timeoutMs,
            1,
            600_000,
          ),
          secret: readSecret(reader, `${at}.secret`, entry['secret']),
          bindRequests: reader.oneOf(
            `${at}.bindRequests`,
            entry['bindRequests'],
            [false, true],
            false,
          ),
          mapping: readMappingName(reader, `${at}.mapping`, entry['mapping'], folder),
        },
      ]
    }),
  )
  const owners = Map.groupBy(named, ([, { secret }]) => secret)
  for (const [secret, sharing] of owners) {
    if (secret === undefined || sharing.length < 2) continue
    const names = sharing.map(([name]) => name).join(', ')
    reader.problems.push(`systems: ${names} have one secret: each could speak to the others`)
  }
  return { named, fallback }
}

/** A path is relative to the configuration's own folder. */
function readMappingName(reader: Reader, name: string, value: unknown, folder: string) {
  if (value === undefined || value === null) return undefined
  const text = reader.text(name, value)
  return text.includes('/') ? resolve(folder, text) : text
}

function readSecret(reader: Reader, name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && value.length >= minSecretLength) return value
  reader.problems.push(`${name}: expected text of at least ${minSecretLength} characters`)
  return undefined
}

function readPrivateKey(reader: Reader, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  try {
    if (typeof value !== 'string') throw new TypeError('no text')
    privateKeyFrom(value)
    return value
  } catch {
    reader.problems.push('internalKey: expected a private key of the curve P-256 in PEM')
    return undefined
  }
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

const recordOf = (value: unknown): Yaml =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Yaml) : {}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
