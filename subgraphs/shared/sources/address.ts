/**
 * Where a database server is and how it is reached: what PostgreSQL, MySQL and MariaDB have in common.
 */
import { AppError } from '../errors.ts'

export interface NetworkOptions {
  /** The name in supergraph.yaml: stands in messages, and in the name under which we connect. */
  readonly system: string
  /** `postgresql://user:password@host:5432/database`, or `mysql://…`. Never shown in a message. */
  readonly url: string
  /** Milliseconds that one statement may take; the default is 5,000. */
  readonly statementTimeoutMs?: number | undefined
  /** `max`: connections at the same time; the default is 8. */
  readonly pool?: { readonly max?: number | undefined } | undefined
  /** Left out, the connection is not encrypted. */
  readonly tls?: TlsOptions | undefined
}

export interface TlsOptions {
  /** Certificates that are trusted instead of those of Node, in PEM. */
  readonly ca?: string | undefined
  /** False accepts every certificate; the default is true, which checks the host's name too. */
  readonly rejectUnauthorized?: boolean | undefined
}

export const networkDefaults = { statementTimeoutMs: 5_000, maxConnections: 8 } as const

/** Names of this machine itself. */
export const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '[::1]', 'localhost'])

/** Milliseconds until a server must have accepted a connection. */
export const connectTimeoutMs = 5_000

export interface Address {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

export interface AddressForm {
  /** The first of them stands in the example of a message. */
  readonly protocols: readonly [string, ...string[]]
  readonly port: number
}

/** The parts of `url`; throws CONFIGURATION_INVALID, which does not repeat it. */
export function addressIn(
  { system, url }: Pick<NetworkOptions, 'system' | 'url'>,
  { protocols, port }: AddressForm,
): Address {
  const wrong = (problem: string) =>
    new AppError(
      'CONFIGURATION_INVALID',
      `The url of the source of "${system}" ${problem}. Expected ${protocols[0]}://user:password@host:${port}/database.`,
    )
  if (!URL.canParse(url)) throw wrong('is no address')
  const { protocol, hostname, port: given, username, password, pathname, search } = new URL(url)
  if (!protocols.some((each) => protocol === `${each}:`)) throw wrong('is of another kind')
  if (hostname === '') throw wrong('names no host')
  if (username === '') throw wrong('names no user')
  const database = decodeURIComponent(pathname.slice(1))
  if (database === '' || database.includes('/')) throw wrong('names no database')
  if (search !== '')
    throw wrong('has parameters after "?", which have keys of their own, such as tls')
  return {
    host: decodeURIComponent(hostname).replace(/^\[(.*)\]$/, '$1'),
    port: given === '' ? port : Number(given),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database,
  }
}

/** The name under which we connect, for whoever looks at the server. */
export const applicationName = (system: string): string => `isthmus-${system}`
