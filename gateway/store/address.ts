/** Where the gateway's own database is: a file of the data folder, or a PostgreSQL that many share. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { isObject } from '#shared/json.ts'
import { addressIn, type TlsOptions } from '#shared/sources/address.ts'
import { loopback } from '../config/reader.ts'

export type StoreAddress =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgresql'; readonly url: string; readonly tls: TlsOptions | undefined }

export const fileStore = (data: string): StoreAddress => ({
  kind: 'sqlite',
  file: join(data, 'isthmus.sqlite'),
})

/** What an address of PostgreSQL looks like. */
export const postgresqlForm = { protocols: ['postgresql', 'postgres'], port: 5432 } as const

/** The name that messages and the server's list of connections have for it. */
export const storeName = 'isthmus store'

export interface StoreSetting {
  /** `store` of config.yaml: an address, or `url` and `tls`. */
  readonly value: unknown
  /** Whether it is there: one that names a variable without a value must not mean the file. */
  readonly isGiven: boolean
  readonly data: string
  /** What a path of a certificate is relative to. */
  readonly folder: string
}

/** Every problem is said, with its place and without the address, which has a password. */
export function readStore(setting: StoreSetting, problems: string[]): StoreAddress {
  const { value, isGiven, data, folder } = setting
  const none = fileStore(data)
  if (!isGiven) return none
  const { url, tls, ...unknown } = isObject(value) ? value : { url: value }
  for (const name of Object.keys(unknown)) problems.push(`store: "${name}" is not known`)
  if (typeof url !== 'string' || url === '') {
    problems.push('store: expected an address, postgresql://user:password@host:5432/database')
    return none
  }
  const read = tls === undefined ? undefined : readTls(tls, folder, problems)
  try {
    const { host } = addressIn({ system: storeName, url }, postgresqlForm)
    if (read === undefined && !loopback.has(host))
      problems.push('store: tls is needed for a server that is not on this machine')
    return { kind: 'postgresql', url, tls: read }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    problems.push(`store: ${error.message}`)
    return none
  }
}

function readTls(value: unknown, folder: string, problems: string[]): TlsOptions {
  const { ca, rejectUnauthorized, ...unknown } = isObject(value) ? value : { value }
  const isKnown =
    Object.keys(unknown).length === 0 &&
    (ca === undefined || typeof ca === 'string') &&
    (rejectUnauthorized === undefined || typeof rejectUnauthorized === 'boolean')
  if (!isKnown) problems.push('store.tls: expected ca (a file) and rejectUnauthorized')
  const path = typeof ca === 'string' ? resolve(folder, ca) : undefined
  if (path !== undefined && !existsSync(path)) problems.push(`store.tls.ca: there is no ${path}`)
  return {
    ca: path !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : undefined,
    rejectUnauthorized: typeof rejectUnauthorized === 'boolean' ? rejectUnauthorized : undefined,
  }
}
