/**
 * Changes that are made by commands, and what they send to others, in the audit like changes that are made
 * in the graph: one entry before, without which nothing is done, and one for what became of it.
 */
import { randomUUID } from 'node:crypto'
import { AppError } from '#shared/errors.ts'
import { append, type Written } from '../audit/chain.ts'
import type { AuditEntry, Delivery, Outcome, ReadRecords } from '../audit/entry.ts'
import { auditKeys } from '../audit/keys.ts'
import { secretOf } from '../audit/log.ts'
import type { Config } from '../config.ts'
import type { Store } from '../store/store.ts'

export interface AuditedChange<Done> {
  /** The command, such as `token revoke`. */
  readonly command: string
  /** What it is about, as far as that is known before: `Type:key=value`. */
  readonly about?: readonly string[]
  readonly work: () => Promise<Done>
  /** What was changed; `about` where that is left out. */
  readonly changed?: (done: Done) => readonly string[]
  /** What was sent to a webhook so far. */
  readonly delivery?: () => Delivery | undefined
}

export type Audited = <Done>(change: AuditedChange<Done>) => Promise<Done>

export function createAudited(
  { audit, data }: Pick<Config, 'audit' | 'data'>,
  store: Store,
  by: string,
): Audited {
  return async ({ command, about = [], work, changed = () => about, delivery }) => {
    if (audit === null) return await work()
    const keys = auditKeys(secretOf(data, audit))
    const entryOf = commandEntries(command, by)
    const write = (outcome: Outcome, told: Told) =>
      append({ store, keys }, [entryOf(outcome, { ...told, delivery: delivery?.() })])
    await write('STARTED', { about }).catch(unavailable('so nothing is changed or sent'))
    let done
    try {
      done = await work()
    } catch (error) {
      // Why it failed is what is told; that it was begun stands in the audit already.
      const code = error instanceof AppError ? error.code : 'INTERNAL'
      await write('REFUSED', { about, codes: [code] }).catch(() => undefined)
      throw error
    }
    await write('ANSWERED', { about: changed(done) }).catch(unavailable('but it was done'))
    return done
  }
}

const unavailable = (so: string) => (cause: unknown) => {
  throw new AppError('AUDIT_UNAVAILABLE', `The audit cannot be written, ${so}.`, { cause })
}

interface Told {
  readonly about?: readonly string[]
  readonly codes?: readonly string[]
  readonly delivery?: Delivery | undefined
}

/** The entries of one run of a command; `about` is what it is about, each `Type:key=value`. */
export function commandEntries(command: string, by: string) {
  const requestId = `cli-${randomUUID()}`
  return (outcome: Outcome, { about = [], codes = [], delivery }: Told = {}): Written => {
    const entry: AuditEntry = {
      at: Date.now(),
      requestId,
      subject: by,
      audience: 'EMPLOYEE',
      token: null,
      operationName: command,
      operationHash: null,
      reading: null,
      records: about.map(recordOf),
      rows: null,
      systems: [],
      cost: null,
      outcome,
      codes,
      variables: {},
      ...(delivery && { delivery }),
    }
    return { entry: JSON.stringify(entry), reading: null }
  }
}

function recordOf(record: string): ReadRecords {
  const [, type = '', key = ''] = /^(\w+):(.*)$/s.exec(record) ?? []
  return { type, keys: [key], more: 0, unkeyed: 0 }
}
