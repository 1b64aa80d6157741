/**
 * Which failure an error of `mysql2` is, by the server's error number or SQLSTATE. Numbers, because
 * `mysql2` has no names for those of MariaDB.
 */
import { networkFailure, type FailureKind } from './failures.ts'

const numbers: Readonly<Record<number, FailureKind>> = {
  1040: 'full',
  1044: 'account',
  1045: 'account',
  1049: 'absent',
  1053: 'starting',
  1054: 'column',
  1109: 'table',
  1129: 'account',
  1130: 'account',
  1142: 'privilege',
  1143: 'privilege',
  1146: 'table',
  1203: 'full',
  1205: 'locked',
  1213: 'conflict',
  1226: 'full',
  1290: 'writes',
  1300: 'encoding',
  1317: 'timeout', // somebody else stopped it
  1356: 'table', // a view whose tables changed
  1366: 'encoding',
  1370: 'privilege',
  1698: 'account',
  1792: 'writes',
  1927: 'lost', // MariaDB: the connection was killed
  1969: 'timeout', // MariaDB: max_statement_time
  2026: 'tls',
  3024: 'timeout', // MySQL: max_execution_time
  4031: 'lost', // MySQL: idle for too long
}

/** By the first two characters of the SQLSTATE. */
const classes: Readonly<Record<string, FailureKind>> = {
  '08': 'lost',
  '21': 'data', // a subquery with more than one row
  '22': 'data',
  '28': 'account',
  '40': 'conflict',
  '42': 'statement',
}

/** What `mysql2` itself says. */
const codes: Readonly<Record<string, FailureKind>> = {
  PROTOCOL_CONNECTION_LOST: 'lost',
  PROTOCOL_SEQUENCE_TIMEOUT: 'unreachable',
  HANDSHAKE_NO_SSL_SUPPORT: 'tls',
  HANDSHAKE_SSL_ERROR: 'tls',
}

export function failureKind(error: unknown): FailureKind {
  if (!(error instanceof Error)) return 'unable'
  const { errno, sqlState, code } = error as Error & {
    readonly errno?: unknown
    readonly sqlState?: unknown
    readonly code?: unknown
  }
  const network = networkFailure(error) ?? codes[String(code)]
  if (network !== undefined && network !== null) return network
  if (typeof errno === 'number' && numbers[errno] !== undefined) return numbers[errno]
  if (typeof sqlState === 'string') return classes[sqlState.slice(0, 2)] ?? 'unable'
  if (/closed state|Connection lost/.test(error.message)) return 'lost'
  return 'unable'
}

/** ER_UNKNOWN_SYSTEM_VARIABLE names the variable in every language of the server. */
export const isUnknownSetting = (error: unknown, name: string): boolean =>
  error instanceof Error && 'errno' in error && error.errno === 1193 && error.message.includes(name)
