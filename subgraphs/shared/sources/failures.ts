/**
 * What can go wrong with a database server, in one list for all kinds: each driver only says which
 * of these a failure is. The messages are for clients and name the system alone; what the driver
 * said is the cause, which goes to the log and to the operator's commands.
 */
import { AppError, type ErrorCode } from '../errors.ts'

interface Meaning {
  readonly code: ErrorCode
  /** Follows `The database of "erp"`. */
  readonly text: string
  /** The connection is of no more use. */
  readonly isLost?: true
}

const checked = 'See what no longer fits with: isthmus source check'

export const failures = {
  unreachable: { code: 'SOURCE_UNAVAILABLE', text: 'cannot be reached.', isLost: true },
  starting: {
    code: 'SOURCE_UNAVAILABLE',
    text: 'is starting or stopping: ask again in a moment.',
    isLost: true,
  },
  lost: { code: 'SOURCE_UNAVAILABLE', text: 'broke off the connection.', isLost: true },
  full: {
    code: 'SOURCE_UNAVAILABLE',
    text: 'accepts no more connections: lower pool.max in source.yaml or raise its limit.',
    isLost: true,
  },
  account: {
    code: 'SOURCE_UNAVAILABLE',
    text: 'refuses the account: check user and password in source.yaml.',
    isLost: true,
  },
  absent: {
    code: 'SOURCE_UNAVAILABLE',
    text: 'is not on its server under the name in source.yaml.',
    isLost: true,
  },
  tls: {
    code: 'SOURCE_UNAVAILABLE',
    text: 'has no encryption or certificate that we accept: check tls in source.yaml.',
    isLost: true,
  },
  conflict: { code: 'SOURCE_UNAVAILABLE', text: 'gave up in favour of others: ask again.' },
  unable: { code: 'SOURCE_UNAVAILABLE', text: 'could not answer.' },
  timeout: { code: 'SOURCE_TIMEOUT', text: 'did not answer within its time limit.' },
  busy: {
    code: 'SOURCE_TIMEOUT',
    text: 'is answering as much as pool.max in source.yaml allows: ask again in a moment.',
  },
  locked: {
    code: 'SOURCE_TIMEOUT',
    text: 'waited too long for something that another program has locked.',
  },
  table: { code: 'MAPPING_INVALID', text: `lacks a table that its mapping reads. ${checked}` },
  column: { code: 'MAPPING_INVALID', text: `lacks a column that its mapping reads. ${checked}` },
  privilege: {
    code: 'MAPPING_INVALID',
    text: `does not let its account read something that its mapping reads. ${checked}`,
  },
  writes: { code: 'MAPPING_INVALID', text: 'was asked to write: a mapping is one plain SELECT.' },
  statement: { code: 'MAPPING_INVALID', text: `does not understand its mapping. ${checked}` },
  data: {
    code: 'SOURCE_DATA_INVALID',
    text: `holds a value with which its mapping cannot reckon. ${checked}`,
  },
  encoding: { code: 'SOURCE_DATA_INVALID', text: 'holds text that is not well formed.' },
} as const satisfies Record<string, Meaning>

export type FailureKind = keyof typeof failures

export const isLost = (kind: FailureKind): boolean => 'isLost' in failures[kind]

export const failureOf = (system: string, kind: FailureKind, cause?: unknown): AppError =>
  new AppError(failures[kind].code, `The database of "${system}" ${failures[kind].text}`, { cause })

const networkKinds: Readonly<Record<string, FailureKind>> = {
  ECONNREFUSED: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  ETIMEDOUT: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ECONNRESET: 'lost',
  ECONNABORTED: 'lost',
  EPIPE: 'lost',
}

/** What Node says of sockets and certificates, or null. */
export function networkFailure(error: unknown): FailureKind | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null
  if (/^ERR_(?:TLS|SSL)_|CERT|SELF_SIGNED|UNABLE_TO_/.test(error.code)) return 'tls'
  return networkKinds[error.code] ?? null
}
