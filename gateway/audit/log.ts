/** The audit as it is read: searched, and verified as a whole. */
import type { Config } from '../config.ts'
import { auditStatements, type AuditFilter, type Link } from '../store/audit.ts'
import type { Store } from '../store/store.ts'
import { verify, type Verified } from './chain.ts'
import { defaultAudit, type AuditConfig } from './config.ts'
import { readBack, type ReadBack } from './entry.ts'
import { auditKeys, auditSecret } from './keys.ts'

export const secretOf = (data: string, { key }: AuditConfig): string => key ?? auditSecret(data)

export interface AuditLog {
  /** The newest first; `before` is the number of the entry before the page. */
  page(filter: AuditFilter, limit: number, before: number | null): Promise<readonly ReadBack[]>
  count(filter: AuditFilter): Promise<number>
  /** `expected` is a head that was noted elsewhere. */
  verify(expected: Link | null): Promise<Verified>
}

export function auditLog(store: Store, config: Config): AuditLog {
  const statements = auditStatements(store)
  return {
    page: async (filter, limit, before) =>
      (await statements.page({ filter, limit, before })).map(readBack),
    count: (filter) => statements.count(filter),
    verify: (expected) => {
      const keys = auditKeys(secretOf(config.data, config.audit ?? defaultAudit))
      return verify({ store, keys }, expected)
    },
  }
}

export const everything: AuditFilter = {
  subject: null,
  coordinate: null,
  record: null,
  isKnown: null,
  address: null,
  reason: null,
  since: null,
  until: null,
}
