/**
 * Where a database that belongs to Isthmus itself is: a file of the data folder, or a PostgreSQL that
 * several machines share. How configuration says so, and what can be wrong with it. Must not know what
 * such a database is for.
 */
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { AppError } from '../errors.ts'
import { isObject } from '../json.ts'
import { addressIn, loopback, type TlsOptions } from '../sources/address.ts'
import { postgresqlForm } from '../sources/postgresql-login.ts'

/** A database of PostgreSQL. */
export interface OwnAddress {
  readonly kind: 'postgresql'
  /** `postgresql://user:password@host:5432/database`. Never shown in a message. */
  readonly url: string
  /** Left out, the connection is not encrypted. */
  readonly tls?: TlsOptions | undefined
  /** What whoever configured it calls its parts; left out, they are keys of the gateway's configuration. */
  readonly settings?: SettingNames
}

/** The names of the settings, for messages. */
export interface SettingNames {
  readonly url: string
  readonly tls: string
}

export type OwnPlace = { readonly kind: 'sqlite'; readonly file: string } | OwnAddress

/** The addresses of such databases, by the name that configuration has for each. */
export type OwnAddresses = Readonly<Record<string, OwnAddress>>

/** Of the places those on a server; a subgraph knows its files itself. */
export const onServers = (places: Readonly<Record<string, OwnPlace>>): OwnAddresses =>
  Object.fromEntries(
    Object.entries(places).flatMap(([name, place]) =>
      place.kind === 'postgresql' ? [[name, place] as const] : [],
    ),
  )

interface OwnSetting {
  /** The name of the key. */
  readonly name: string
  /** As the address keeps them, where the parts have names of their own. */
  readonly settings?: SettingNames
  /** An address, or `url` and `tls`. */
  readonly value: unknown
  /** What the path of a certificate is relative to. */
  readonly folder: string
}

/** Every problem is said, with its place and without the address, which has a password. */
export function readOwnAddress(
  { name, settings, value, folder }: OwnSetting,
  problems: string[],
): OwnAddress | undefined {
  const { url, tls, ...unknown } = isObject(value) ? value : { url: value }
  for (const key of Object.keys(unknown)) problems.push(`${name}: "${key}" is not known`)
  if (typeof url !== 'string' || url === '') {
    problems.push(`${name}: expected an address, postgresql://user:password@host:5432/database`)
    return undefined
  }
  const names = { tls: settings?.tls ?? `${name}.tls`, ca: settings?.tls ?? `${name}.tls.ca` }
  const read = tls === undefined ? undefined : readTls(names, tls, folder, problems)
  try {
    const { host } = addressIn({ system: name, url }, postgresqlForm)
    if (read === undefined && !loopback.has(host))
      problems.push(
        `${name}: ${settings?.tls ?? 'tls'} is needed for a server that is not on this machine`,
      )
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    problems.push(`${name}: ${error.message}`)
    return undefined
  }
  return { kind: 'postgresql', url, tls: read, ...(settings && { settings }) }
}

function readTls(
  names: { readonly tls: string; readonly ca: string },
  value: unknown,
  folder: string,
  problems: string[],
): TlsOptions {
  const { ca, rejectUnauthorized, ...unknown } = isObject(value) ? value : { value }
  const isKnown =
    Object.keys(unknown).length === 0 &&
    (ca === undefined || typeof ca === 'string') &&
    (rejectUnauthorized === undefined || typeof rejectUnauthorized === 'boolean')
  if (!isKnown) problems.push(`${names.tls}: expected ca (a file) and rejectUnauthorized`)
  const path = typeof ca === 'string' ? resolve(folder, ca) : undefined
  const isThere = path !== undefined && existsSync(path)
  if (path !== undefined && !isThere) problems.push(`${names.ca}: there is no file ${path}`)
  return {
    ca: isThere ? readFileSync(path, 'utf8') : undefined,
    rejectUnauthorized: typeof rejectUnauthorized === 'boolean' ? rejectUnauthorized : undefined,
  }
}
