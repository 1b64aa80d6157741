/**
 * What is refused before it is known who asks, folded for the audit: one entry for an address and a
 * reason within a window, with a count. Anybody may cause a refusal, so nothing about them grows with
 * what comes: neither the memory, nor the disk, nor the time that others wait for the writer.
 */
import { isIP } from 'node:net'
import type { Log } from '../log.ts'
import { unknownCaller } from '../store/audit.ts'
import type { RefusalReason } from '../tokens/refused.ts'
import type { UnknownCallerEntry } from './entry.ts'
import type { AuditWriter } from './writer.ts'

/** A request that was refused before it was known who asks. */
export interface Refused {
  readonly requestId: string
  /** The client's, as far as proxies are believed. */
  readonly address: string
  readonly reason: RefusalReason
}

export interface Refusals {
  /** Counts it; what comes of that nobody waits for. */
  readonly note: (refused: Refused) => void
  /** Hands what was counted to the writer, as at the end of a window. */
  readonly flush: () => void
}

export interface RefusalsOptions {
  readonly writer: Pick<AuditWriter, 'write'>
  readonly log: Pick<Log, 'error'>
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** A window begins with the first refusal, so that none costs nothing. */
export const windowMs = 60_000
/** Entries of one window that name an address; what comes from others is counted by reason alone. */
export const maxNamed = 20

type Counted = { -readonly [Key in keyof UnknownCallerEntry]: UnknownCallerEntry[Key] }

export function foldRefusals({ writer, log, now }: RefusalsOptions): Refusals {
  let counted = new Map<string, Counted>()
  let named = 0
  let timer: NodeJS.Timeout | undefined

  const begin = (address: string | null, { requestId, reason }: Refused, at: number): Counted => {
    if (address !== null) named += 1
    const since = at
    const begun: Counted = { at, kind: unknownCaller, since, requestId, address, reason, count: 0 }
    counted.set(keyOf(address, reason), begun)
    return begun
  }
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    const entries = [...counted.values()]
    counted = new Map()
    named = 0
    for (const entry of entries) {
      writer.write({ entry: JSON.stringify(entry), reading: null }).catch((error: unknown) => {
        const { requestId, reason, count } = entry
        log.error({ requestId, reason, count, err: error }, 'refusals are not in the audit')
      })
    }
  }
  return {
    note: (refused) => {
      timer ??= setTimeout(flush, windowMs).unref()
      const at = now()
      const address = plainOrNull(refused.address)
      const known =
        counted.get(keyOf(address, refused.reason)) ??
        (named < maxNamed && address !== null
          ? begin(address, refused, at)
          : (counted.get(keyOf(null, refused.reason)) ?? begin(null, refused, at)))
      known.count += 1
      known.at = at
    },
    flush,
  }
}

const keyOf = (address: string | null, reason: RefusalReason): string => `${reason} ${address}`

/** A zone is a name that a client may choose, and what is no address may be any text of a proxy. */
function plainOrNull(address: string): string | null {
  const [plain = ''] = address.split('%', 1)
  return isIP(plain) === 0 ? null : plain
}
