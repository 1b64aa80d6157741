/** The thread of writer.ts: takes groups of entries one by one, and says whether they are on disk. */
import { parentPort, workerData } from 'node:worker_threads'
import type { OwnPlace } from '#shared/own/address.ts'
import { openStore } from '../store/store.ts'
import '../compile-cache.ts'
import { append, prune, type Chain, type Written } from './chain.ts'
import { auditKeys } from './keys.ts'

export interface WriterData {
  readonly store: OwnPlace
  readonly secret: string
  readonly retentionDays: number
}

export type Order =
  { readonly kind: 'WRITE'; readonly group: readonly Written[] } | { readonly kind: 'CLOSE' }

/** What became of a group: null when it is on disk. */
export interface Report {
  readonly problem: string | null
}

const { store: address, secret, retentionDays } = workerData as WriterData // what writer.ts gives
const dayMs = 24 * 3_600_000
const pruneEveryMs = 3_600_000

let chain: Chain | undefined
let prunedAt = 0

async function write(group: readonly Written[]): Promise<string | null> {
  try {
    chain ??= { store: await openStore(address), keys: auditKeys(secret) }
    await append(chain, group)
    return null
  } catch (error) {
    return said(error)
  }
}

/** With its causes, for the log. */
function said(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message} ${said(error.cause)}`
}

/** What is too old stays a little longer when this fails; the next one tries again. */
async function pruneNowAndThen(): Promise<void> {
  const now = Date.now()
  if (chain === undefined || now - prunedAt < pruneEveryMs) return
  prunedAt = now
  try {
    await prune(chain, { before: now - retentionDays * dayMs, now })
  } catch {
    prunedAt = 0
  }
}

async function obey(order: Order): Promise<void> {
  if (order.kind === 'CLOSE') {
    await chain?.store[Symbol.asyncDispose]()
    parentPort?.close()
    return
  }
  parentPort?.postMessage({ problem: await write(order.group) } satisfies Report)
  await pruneNowAndThen()
}

/** One order after the other. */
let last: Promise<void> = Promise.resolve()
parentPort?.on('message', (order: Order) => {
  last = last.then(() => obey(order))
})
