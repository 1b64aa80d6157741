/**
 * Writes entries in groups, in a thread of its own: waiting for the disk holds nobody up but those
 * whose entries are on their way. One group is under way at a time; what comes meanwhile is the next.
 */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { AppError } from '#shared/errors.ts'
import { moduleExtension } from '../module-extension.ts'
import type { Written } from './chain.ts'
import type { Order, Report, WriterData } from './writer-worker.ts'

export interface AuditWriter extends AsyncDisposable {
  /** Resolves when the entry is on disk; rejects with AUDIT_UNAVAILABLE. */
  write(written: Written): Promise<void>
}

interface Waiting {
  readonly written: Written
  readonly resolve: () => void
  readonly reject: (error: AppError) => void
}

/** Entries of one transaction, so that none takes long. */
const maxGroup = 1_000

export function startWriter(workerData: WriterData): AuditWriter {
  let underWay: readonly Waiting[] = []
  let waiting: Waiting[] = []
  let isStopped = false
  let worker: Worker | undefined
  let idle = Promise.withResolvers<void>()

  const unavailable = (cause: unknown) =>
    new AppError('AUDIT_UNAVAILABLE', 'The audit cannot be written, so nothing is shown.', {
      cause,
    })

  const settle = (problem: unknown): void => {
    const group = underWay
    underWay = []
    for (const { resolve, reject } of group) {
      if (problem === null) resolve()
      else reject(unavailable(problem))
    }
    next()
  }

  function started(): Worker {
    const own = new Worker(new URL(`./writer-worker${moduleExtension}`, import.meta.url), {
      workerData,
    })
    own.unref()
    own.on('message', ({ problem }: Report) => settle(problem === null ? null : new Error(problem)))
    const gone = (cause: unknown): void => {
      if (worker !== own) return
      worker = undefined // the next group begins another one
      if (underWay.length > 0) settle(cause)
    }
    own.once('error', gone)
    own.once('exit', () => gone(new Error('the writer stopped')))
    return own
  }

  function next(): void {
    if (underWay.length > 0) return
    if (waiting.length === 0) {
      worker?.unref()
      idle.resolve()
      return
    }
    underWay = waiting.slice(0, maxGroup)
    waiting = waiting.slice(maxGroup)
    worker ??= started()
    worker.ref()
    worker.postMessage({
      kind: 'WRITE',
      group: underWay.map(({ written }) => written),
    } satisfies Order)
  }

  worker = started() // so that the first answer need not wait for it
  idle.resolve()
  return {
    write: (written) =>
      new Promise((resolve, reject) => {
        if (isStopped) {
          reject(unavailable(new Error('the writer is stopped')))
          return
        }
        if (underWay.length === 0 && waiting.length === 0) idle = Promise.withResolvers<void>()
        waiting.push({ written, resolve, reject })
        next()
      }),
    [Symbol.asyncDispose]: async () => {
      isStopped = true
      await idle.promise
      const last = worker
      worker = undefined
      if (last === undefined) return
      last.ref()
      const exited = once(last, 'exit')
      last.postMessage({ kind: 'CLOSE' } satisfies Order)
      await exited
    },
  }
}
