/** What `--url` says: a database server, or a SQLite file. */
import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '#shared/errors.ts'
import type { SourceKind } from '#shared/sources/connection.ts'

export interface GivenAddress {
  readonly kind: SourceKind
  /** Of a server. */
  readonly url: string | null
  /** Of a SQLite file, absolute. */
  readonly file: string | null
}

const kinds: Readonly<Record<string, SourceKind>> = {
  'postgresql:': 'postgresql',
  'postgres:': 'postgresql',
  'mysql:': 'mysql',
  'mariadb:': 'mysql',
}

export function addressGiven(given: string): GivenAddress {
  const protocol = URL.canParse(given) ? new URL(given).protocol : ''
  const kind = kinds[protocol]
  if (kind !== undefined) return { kind, url: given, file: null }
  const path = protocol === 'file:' ? fileURLToPath(given) : given.replace(/^sqlite:(\/\/)?/, '')
  const file = resolve(path)
  if (existsSync(file)) return { kind: 'sqlite', url: null, file }
  throw new AppError(
    'BAD_USER_INPUT',
    '--url: expected postgresql://user:password@host:port/database, mysql://…, or the path of a SQLite file that exists.',
  )
}

/** `orders` of `postgresql://…/orders`, `shop` of `shop.sqlite`: lower case, with hyphens. */
export function databaseName({ url, file }: GivenAddress): string {
  // Only an address is encoded: a file may be called `100%.sqlite`.
  const path = url === null ? (file ?? '') : decodeURIComponent(new URL(url).pathname)
  const name = basename(path)
    .replace(/\.(sqlite3?|db3?|sl3)$/i, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  return name === '' ? 'source' : name
}
