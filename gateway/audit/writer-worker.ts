/** The thread of writer.ts: takes groups of entries one by one, and says whether they are on disk. */
import { parentPort, workerData } from 'node:worker_threads'
import { auditStatements } from '../store/audit.ts'
import { openStore } from '../store/store.ts'
import '../compile-cache.ts'
import { append, prune, type Chain, type Written } from './chain.ts'
import { auditKeys } from './keys.ts'

export interface WriterData {
  /** The file of the store. */
  readonly file: string
  readonly secret: string
  readonly retentionDays: number
}

export type Order =
  { readonly kind: 'WRITE'; readonly group: readonly Written[] } | { readonly kind: 'CLOSE' }

/** What became of a group: null when it is on disk. */
export interface Report {
  readonly problem: string | null
}

const { file, secret, retentionDays } = workerData as WriterData // what writer.ts gives
const dayMs = 24 * 3_600_000
const pruneEveryMs = 3_600_000

let chain: Chain | undefined
let prunedAt = 0

function opened(): Chain {
  const store = openStore(file)
  store.database.exec('PRAGMA synchronous = FULL') // an answer is given once its entry survives a power cut
  return { store, statements: auditStatements(store), keys: auditKeys(secret) }
}

function write(group: readonly Written[]): string | null {
  try {
    chain ??= opened()
    append(chain, group)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** What is too old stays a little longer when this fails; the next one tries again. */
function pruneNowAndThen(): void {
  const now = Date.now()
  if (chain === undefined || now - prunedAt < pruneEveryMs) return
  prunedAt = now
  try {
    prune(chain, { before: now - retentionDays * dayMs, now })
  } catch {
    prunedAt = 0
  }
}

parentPort?.on('message', (order: Order) => {
  if (order.kind === 'CLOSE') {
    chain?.store[Symbol.dispose]()
    parentPort?.close()
    return
  }
  parentPort?.postMessage({ problem: write(order.group) } satisfies Report)
  pruneNowAndThen()
})
