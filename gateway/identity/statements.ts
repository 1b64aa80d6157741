/**
 * The statements by which decisions change the crosswalk: each reads or changes the rows that it names and
 * no others. To be called in one transaction.
 */
import type { OwnRows } from '#shared/own/writing.ts'
import { surestFirst, type Link } from './links.ts'
import type { RecordId } from './records.ts'
import {
  candidateOf,
  linkOf,
  type DecisionRow,
  type IdentityTables,
  type KnownCandidate,
  type LinkRow,
} from './rows.ts'

/** What names a link. */
export type LinkKey = Pick<Link, 'customerId' | 'system' | 'value'>

export interface Statements {
  linksOf(customerId: string): Promise<readonly LinkRow[]>
  /** The claims on a record, the surest first. */
  claimsOn(record: RecordId): Promise<readonly Link[]>
  addLink(link: LinkRow): Promise<void>
  /** Another link stands for the customer where this one did. */
  removeLink(key: LinkKey): Promise<void>
  /** Likewise, for the customer that it is taken from. */
  moveLink(key: LinkKey, to: { customerId: string; isPrimary: boolean }): Promise<void>
  /** The id that took the place of an old one. */
  aliasOf(oldId: string): Promise<string | null>
  aliasesOf(customerId: string): Promise<readonly string[]>
  addAlias(oldId: string, customerId: string, since: string): Promise<void>
  moveAlias(oldId: string, customerId: string): Promise<void>
  removeAlias(oldId: string): Promise<void>
  candidate(id: string): Promise<KnownCandidate | null>
  removeCandidate(id: string): Promise<void>
  removeCandidatesOf(record: RecordId): Promise<void>
  addDecision(decision: Omit<DecisionRow, 'number'>): Promise<void>
  /** What the last merge of this id moved. */
  movedByMerge(oldId: string): Promise<string | null>
}

export function statementsIn(rows: OwnRows<IdentityTables>): Statements {
  const { db, insert, decoded, encoded } = rows
  const linksOf = async (customerId: string) =>
    decoded(
      'identity_link',
      await db
        .selectFrom('identity_link')
        .selectAll()
        .where('customerId', '=', customerId)
        .orderBy('system')
        .orderBy('value')
        .execute(),
    )
  const update = ({ customerId, system, value }: LinkKey, change: Partial<LinkRow>) =>
    db
      .updateTable('identity_link')
      .set(change)
      .where('customerId', '=', customerId)
      .where('system', '=', system)
      .where('value', '=', value)
      .execute()
  const primary = (isPrimary: boolean) => encoded('identity_link', 'isPrimary', isPrimary)

  /** Of the links of a customer in a system one stands for it. */
  async function givePrimary(customerId: string, system: string): Promise<void> {
    const own = (await linksOf(customerId)).filter((link) => link.system === system)
    const [first] = own
    if (first !== undefined && !own.some(({ isPrimary }) => isPrimary))
      await update(first, { isPrimary: primary(true) })
  }

  async function lastNumber(): Promise<number> {
    const found = await db
      .selectFrom('identity_decision')
      .select((eb) => eb.fn.max<bigint | string | null>('number').as('number'))
      .executeTakeFirst()
    return Number(found?.number ?? 0)
  }

  return {
    linksOf,
    claimsOn: async ({ system, value }) => {
      const found = await db
        .selectFrom('identity_link')
        .selectAll()
        .where('system', '=', system)
        .where('value', '=', value)
        .execute()
      return decoded('identity_link', found).map(linkOf).toSorted(surestFirst)
    },
    addLink: (link) => insert('identity_link', [link]),
    removeLink: async ({ customerId, system, value }) => {
      await db
        .deleteFrom('identity_link')
        .where('customerId', '=', customerId)
        .where('system', '=', system)
        .where('value', '=', value)
        .execute()
      await givePrimary(customerId, system)
    },
    moveLink: async (key, { customerId, isPrimary }) => {
      await update(key, { customerId, isPrimary: primary(isPrimary) })
      await givePrimary(key.customerId, key.system)
    },
    aliasOf: async (oldId) => {
      const found = await db
        .selectFrom('identity_alias')
        .select('customerId')
        .where('oldId', '=', oldId)
        .executeTakeFirst()
      return found?.customerId ?? null
    },
    aliasesOf: async (customerId) => {
      const found = await db
        .selectFrom('identity_alias')
        .select('oldId')
        .where('customerId', '=', customerId)
        .orderBy('oldId')
        .execute()
      return found.map(({ oldId }) => oldId)
    },
    addAlias: (oldId, customerId, since) =>
      insert('identity_alias', [{ oldId, customerId, since }]),
    moveAlias: async (oldId, customerId) => {
      await db
        .updateTable('identity_alias')
        .set({ customerId })
        .where('oldId', '=', oldId)
        .execute()
    },
    removeAlias: async (oldId) => {
      await db.deleteFrom('identity_alias').where('oldId', '=', oldId).execute()
    },
    candidate: async (id) => {
      const found = await db
        .selectFrom('identity_candidate')
        .selectAll()
        .where('id', '=', id)
        .execute()
      return decoded('identity_candidate', found).map(candidateOf)[0] ?? null
    },
    removeCandidate: async (id) => {
      await db.deleteFrom('identity_candidate').where('id', '=', id).execute()
    },
    removeCandidatesOf: async ({ system, value }) => {
      await db
        .deleteFrom('identity_candidate')
        .where('system', '=', system)
        .where('value', '=', value)
        .execute()
    },
    addDecision: async (decision) => {
      await insert('identity_decision', [{ ...decision, number: (await lastNumber()) + 1 }])
    },
    movedByMerge: async (oldId) => {
      const found = await db
        .selectFrom('identity_decision')
        .select('moved')
        .where('kind', '=', 'MERGE')
        .where('otherCustomerId', '=', oldId)
        .orderBy((eb) => eb.fn.coalesce('number', eb.lit(0)), 'desc')
        .orderBy('decidedAt', 'desc')
        .executeTakeFirst()
      return found?.moved ?? null
    },
  }
}
