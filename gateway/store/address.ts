/** Where the gateway's own database is: a file of the data folder, or a PostgreSQL that many share. */
import { join } from 'node:path'
import { ownPlace, readOwnAddress, type OwnPlace } from '#shared/own/address.ts'

export type StoreAddress = OwnPlace

/** The file of a data folder. */
export const storeFile = (data: string): string => join(data, 'isthmus.sqlite')

export const fileStore = (data: string): StoreAddress => ownPlace(undefined, storeFile(data))

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
  const address = isGiven ? readOwnAddress({ name: 'store', value, folder }, problems) : undefined
  return address === undefined ? fileStore(data) : { kind: 'postgresql', ...address }
}
