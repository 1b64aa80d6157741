/**
 * Changes that are made by commands, in the audit like those that are made in the graph: one entry
 * before the change, without which it is not made, and one for what became of it.
 */
import { randomUUID } from 'node:crypto'
import { AppError } from '#shared/errors.ts'
import { append, type Written } from '../audit/chain.ts'
import type { AuditEntry, Outcome } from '../audit/entry.ts'
import { auditKeys } from '../audit/keys.ts'
import { secretOf } from '../audit/log.ts'
import type { Config } from '../config.ts'
import type { Store } from '../store/store.ts'

export interface AuditedChange<Done> {
  /** The command, such as `token revoke`. */
  readonly command: string
  /** What it is about, as far as that is known before: `Type:key=value`. */
  readonly about?: string
  readonly work: () => Promise<Done>
  /** What was changed. */
  readonly changed: (done: Done) => string
}

export type Audited = <Done>(change: AuditedChange<Done>) => Promise<Done>

export function createAudited(
  { audit, data }: Pick<Config, 'audit' | 'data'>,
  store: Store,
  by: string,
): Audited {
  return async ({ command, about, work, changed }) => {
    if (audit === null) return await work()
    const keys = auditKeys(secretOf(data, audit))
    const entryOf = commandEntries(command, by)
    const write = (outcome: Outcome, record: string | undefined, codes: readonly string[]) =>
      append({ store, keys }, [entryOf(outcome, record, codes)])
    await write('STARTED', about, []).catch(unavailable('so nothing is changed'))
    let done
    try {
      done = await work()
    } catch (error) {
      // Why it failed is what is told; that it was begun stands in the audit already.
      const code = error instanceof AppError ? error.code : 'INTERNAL'
      await write('REFUSED', about, [code]).catch(() => undefined)
      throw error
    }
    await write('ANSWERED', changed(done), []).catch(unavailable('but the change was made'))
    return done
  }
}

const unavailable = (so: string) => (cause: unknown) => {
  throw new AppError('AUDIT_UNAVAILABLE', `The audit cannot be written, ${so}.`, { cause })
}

/** The entries of one run of a command; `record` is what it is about, `Type:key=value`. */
export function commandEntries(command: string, by: string) {
  const given = { requestId: `cli-${randomUUID()}`, subject: by, operationName: command }
  return (outcome: Outcome, record?: string, codes: readonly string[] = []): Written => {
    const entry: AuditEntry = { ...emptyEntry(record), ...given, outcome, codes }
    return { entry: JSON.stringify(entry), reading: null }
  }
}

type Given = 'requestId' | 'subject' | 'operationName' | 'outcome' | 'codes'

function emptyEntry(record: string | undefined): Omit<AuditEntry, Given> {
  const [, type = '', key = ''] = /^(\w+):(.*)$/s.exec(record ?? '') ?? []
  return {
    at: Date.now(),
    audience: 'EMPLOYEE',
    token: null,
    operationHash: null,
    reading: null,
    records: record === undefined ? [] : [{ type, keys: [key], more: 0, unkeyed: 0 }],
    rows: null,
    systems: [],
    cost: null,
    variables: {},
  }
}
