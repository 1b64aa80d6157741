/** How each system is reached, and the keys that speak to it, as the configuration says it. */
import { resolve } from 'node:path'
import { minSecretLength, privateKeyFrom } from '#shared/internal-token.ts'
import { recordOf, type Reader, type Yaml } from './reader.ts'

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
  /** The mappings of its own databases: names in its folder, or absolute paths. */
  readonly mapping?: string | readonly string[] | undefined
}

export function readSystems(reader: Reader, yaml: Yaml, folder: string) {
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

/** One, or one for each of several sources. A path is relative to the configuration's own folder. */
function readMappingName(reader: Reader, name: string, value: unknown, folder: string) {
  if (value === undefined || value === null) return undefined
  const read = (each: unknown) => {
    const text = reader.text(name, each)
    return text.includes('/') ? resolve(folder, text) : text
  }
  return Array.isArray(value) ? value.map(read) : read(value)
}

export function readSecret(reader: Reader, name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' && value.length >= minSecretLength) return value
  reader.problems.push(`${name}: expected text of at least ${minSecretLength} characters`)
  return undefined
}

export function readPrivateKey(reader: Reader, name: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  try {
    if (typeof value !== 'string') throw new TypeError('no text')
    privateKeyFrom(value)
    return value
  } catch {
    reader.problems.push(`${name}: expected a private key of the curve P-256 in PEM`)
    return undefined
  }
}
