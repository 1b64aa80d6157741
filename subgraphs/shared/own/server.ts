/**
 * The way to a database of Isthmus's own on a server, and what whoever configured it can do where it
 * cannot be opened. Must not know what such a database is for.
 */
import type { Pool, PoolConfig } from 'pg'
import { AppError } from '../errors.ts'
import type { FailureKind } from '../sources/failures.ts'
import { failureKind } from '../sources/postgresql-failures.ts'
import { postgresqlLogin } from '../sources/postgresql-login.ts'
import type { OwnAddress, SettingNames } from './address.ts'

/** Connects when it is first asked. `name` is the key of configuration. */
export async function openPool(
  name: string,
  { url, tls }: OwnAddress,
  options: PoolConfig,
): Promise<Pool> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ ...postgresqlLogin({ system: name, url, tls }), ...options })
  // One that breaks while nobody uses it: the next statement gets another one.
  pool.on('error', () => undefined)
  return pool
}

const advice = ({ url, tls }: SettingNames): Readonly<Partial<Record<FailureKind, string>>> => ({
  account: `refuses the account, or a connection without encryption: check the user and the password in ${url}, and ${tls}`,
  absent: `is not on its server under the name in ${url}`,
  tls: `has no encryption or certificate that we accept: check ${tls}`,
  privilege: 'does not let its account read, write or make what it needs',
})

/** A failure while it is opened, which keeps its code. */
export const notOpened = (
  name: string,
  { code, cause }: AppError,
  settings: SettingNames = { url: name, tls: `${name}.tls` },
): AppError =>
  new AppError(
    code,
    `The database "${name}" ${advice(settings)[failureKind(cause)] ?? 'cannot be reached or used'}.`,
    { cause },
  )
