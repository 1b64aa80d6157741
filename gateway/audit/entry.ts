/** What the audit keeps of one request. Types, and how it is read back. */
import type { Audience } from '#shared/principal.ts'
import type { FoundEntry, unknownCaller } from '../store/audit.ts'
import type { RefusalReason } from '../tokens/refused.ts'

/** The records of one type that an answer holds. */
export interface ReadRecords {
  readonly type: string
  /** Their keys as `name=value`, the first ones only. */
  readonly keys: readonly string[]
  /** Records beyond those. */
  readonly more: number
  /** Records whose key nobody asked for. */
  readonly unkeyed: number
}

/** STARTED stands before a change; what became of it is an entry of its own. */
export type Outcome = 'STARTED' | 'ANSWERED' | 'PARTIAL' | 'REFUSED'

export interface AuditEntry {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly requestId: string
  readonly subject: string
  readonly audience: Audience
  /** The id of an issued token, or `sha256:` and the hash of another one; null for a run without. */
  readonly token: string | null
  readonly operationName: string | null
  /** SHA-256 of the operation without its values; null where it did not get so far. */
  readonly operationHash: string | null
  /** Names the coordinates; null where nothing protected was asked for. */
  readonly reading: string | null
  readonly records: readonly ReadRecords[]
  /** The row rule in force, with the first values it compares with; null: all rows. */
  readonly rows: RowsInForce | null
  readonly systems: readonly string[]
  readonly cost: number | null
  readonly outcome: Outcome
  /** The codes of its errors. */
  readonly codes: readonly string[]
  /** Variables and values that stood in the operation, hashed. */
  readonly variables: Readonly<Record<string, string>>
  /** What was sent to a webhook; only there where something was. */
  readonly delivery?: Delivery
}

/** What was sent to the webhook of a partner. */
export interface Delivery {
  /** The `webhook-id`, which the partner has as well. */
  readonly id: string
  readonly tries: number
  /** Of the body, each time it was sent. */
  readonly bytes: number
  /** What the last try was answered; null for no answer. */
  readonly status: number | null
}

export interface RowsInForce {
  readonly rule: string
  readonly parameters: Readonly<Record<string, readonly string[]>>
  /** Values beyond those. */
  readonly more: number
}

/**
 * Requests that were refused before it was known who asks, counted together: those of one address for
 * one reason, within a while.
 */
export interface UnknownCallerEntry {
  /** The last of them, as all moments in milliseconds since 1970. */
  readonly at: number
  readonly kind: typeof unknownCaller
  /** The first of them. */
  readonly since: number
  /** The id that the first of them had. */
  readonly requestId: string
  /** The client's; null: several addresses beyond those that are named, or none that is one. */
  readonly address: string | null
  readonly reason: RefusalReason
  readonly count: number
}

/** Stands in the chain where older entries were removed by their age. */
export interface PruneEntry {
  readonly at: number
  readonly kind: 'PRUNED'
  /** The last one that was removed. */
  readonly through: number
}

/** What an operation reads, and what it asked for in vain: coordinates. */
export interface Coordinates {
  readonly read: readonly string[]
  readonly refused: readonly string[]
}

/** An entry as it is shown: without a subject where it was not known who asks. */
export interface ReadBack extends Omit<AuditEntry, 'subject' | 'audience'> {
  readonly subject: string | null
  readonly audience: Audience | null
  /** Null where it was known who asks. */
  readonly unknown: UnknownCallerEntry | null
  readonly number: number
  readonly hash: string
  readonly coordinates: Coordinates
}

export function readBack({ number, hash, entry, coordinates }: FoundEntry): ReadBack {
  const written = JSON.parse(entry) as AuditEntry | UnknownCallerEntry // our own words, held by the hash
  const none: Coordinates = { read: [], refused: [] }
  const named = coordinates === null ? none : (JSON.parse(coordinates) as Coordinates) // likewise
  const link = { number, hash, coordinates: named }
  return 'kind' in written
    ? { ...ofNobody, at: written.at, requestId: written.requestId, unknown: written, ...link }
    : { ...written, unknown: null, ...link }
}

/** What an entry says where nothing is known of who asks, and the question was not looked at. */
const ofNobody = {
  subject: null,
  audience: null,
  token: null,
  operationName: null,
  operationHash: null,
  reading: null,
  records: [],
  rows: null,
  systems: [],
  cost: null,
  outcome: 'REFUSED',
  codes: ['UNAUTHENTICATED'],
  variables: {},
} as const satisfies Omit<ReadBack, keyof FoundEntry | 'at' | 'requestId' | 'unknown'>
