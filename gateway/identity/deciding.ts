/** One decision while it is made: the statements, what is kept of it, and who made it. */
import { randomUUID } from 'node:crypto'
import type { OwnRows } from '#shared/own/writing.ts'
import { newCustomerIds } from './links.ts'
import { accountRecord, type RecordId } from './records.ts'
import type { DecisionRow, IdentityTables } from './rows.ts'
import { statementsIn, type Statements } from './statements.ts'

/** What a decision is about; what does not belong to its kind is left out. */
export type About = Partial<
  Pick<
    DecisionRow,
    'system' | 'value' | 'crmAccountId' | 'customerId' | 'otherCustomerId' | 'moved'
  >
>

export interface Deciding extends Statements {
  /** `YYYY-MM-DD`, of the company. */
  readonly today: string
  /** Keeps what was decided. */
  note(kind: DecisionRow['kind'], about: About): Promise<void>
  /** The customer of an account, made where the crosswalk does not know it. */
  customerOf(crmAccountId: string): Promise<string>
  /** Each of the records is from now on known not to be any of these accounts. */
  part(records: readonly RecordId[], accounts: readonly string[], about: About): Promise<void>
}

export interface Decider {
  readonly by: string
  readonly reason: string | null
  /** ISO 8601 */
  readonly at: string
  readonly today: string
}

const nothing = {
  system: null,
  value: null,
  crmAccountId: null,
  customerId: null,
  otherCustomerId: null,
  moved: null,
}

export function decidingIn(rows: OwnRows<IdentityTables>, decider: Decider): Deciding {
  const statements = statementsIn(rows)
  const { by, reason, at, today } = decider

  const note: Deciding['note'] = (kind, about) =>
    statements.addDecision({
      ...nothing,
      ...about,
      id: randomUUID(),
      kind,
      decidedBy: by,
      decidedAt: at,
      reason,
    })

  const isTaken = async (customerId: string) =>
    (await statements.aliasOf(customerId)) !== null ||
    (await statements.linksOf(customerId)).length > 0

  async function freeIdFor(crmAccountId: string): Promise<string> {
    for (const id of newCustomerIds(crmAccountId)) if (!(await isTaken(id))) return id
    throw new TypeError('there is always another id')
  }

  return {
    ...statements,
    today,
    note,
    customerOf: async (crmAccountId) => {
      const record = accountRecord(crmAccountId)
      const [known] = await statements.claimsOn(record)
      if (known !== undefined) return known.customerId
      const customerId = await freeIdFor(crmAccountId)
      await statements.addLink({
        ...record,
        customerId,
        isPrimary: true,
        matchedBy: 'IMPORT',
        confidence: '1',
        validFrom: today,
      })
      return customerId
    },
    part: async (records, accounts, about) => {
      if (records.length === 0) await note('SPLIT', about)
      for (const { system, value } of records) {
        const others = accounts.filter((account) => system !== 'CRM' || account !== value)
        if (others.length === 0) await note('SPLIT', { ...about, system, value })
        for (const crmAccountId of others)
          await note('SPLIT', { ...about, system, value, crmAccountId })
      }
    },
  }
}
