/**
 * The links of the crosswalk as matching looks at them: whose a record is, and which accounts a
 * customer has. Of several claims the surest counts, as in the graph. Pure.
 */
import { accountRecord, keyOf, type RecordId, type RecordSystem } from './records.ts'

export const matchMethods = ['MANUAL', 'EXACT_TAX_NO', 'RULE', 'IMPORT'] as const

export interface Link {
  readonly customerId: string
  /** Of any system, also of those whose records are not matched. */
  readonly system: string
  readonly value: string
  readonly isPrimary: boolean
  readonly matchedBy: (typeof matchMethods)[number] | null
  /** 0 to 1; null where nobody rated it. */
  readonly confidence: number | null
}

/**
 * A record and an account of which somebody decides whether they are the same customer. Of two accounts
 * it is one pair, whichever is named first.
 */
export function pairKey(record: RecordId, crmAccountId: string): string {
  const isTurned = record.system === 'CRM' && record.value < crmAccountId
  return isTurned
    ? `${keyOf(accountRecord(crmAccountId))} ${record.value}`
    : `${keyOf(record)} ${crmAccountId}`
}

export interface Links {
  /** The claims on a record, the surest first. */
  claims(record: RecordId): readonly Link[]
  /** The customer to whom an account counts; null where the crosswalk does not know it. */
  customerOfAccount(crmAccountId: string): string | null
  /** The links of a customer, in all systems. */
  of(customerId: string): readonly Link[]
  has(customerId: string): boolean
  add(link: Link): void
}

export function createLinks(given: readonly Link[]): Links {
  const byRecord = new Map<string, Link[]>()
  const byCustomer = new Map<string, Link[]>()
  const push = (map: Map<string, Link[]>, key: string, link: Link) => {
    const known = map.get(key)
    if (known === undefined) map.set(key, [link])
    else known.push(link)
  }
  for (const link of given) {
    push(byRecord, keyOf(link), link)
    push(byCustomer, link.customerId, link)
  }
  for (const claims of byRecord.values()) claims.sort(surestFirst)
  const claims = (key: string): readonly Link[] => byRecord.get(key) ?? []
  return {
    claims: (record) => claims(keyOf(record)),
    customerOfAccount: (account) => claims(keyOf(accountRecord(account)))[0]?.customerId ?? null,
    of: (customerId) => byCustomer.get(customerId) ?? [],
    has: (customerId) => byCustomer.has(customerId),
    add: (link) => {
      push(byRecord, keyOf(link), link)
      push(byCustomer, link.customerId, link)
      byRecord.get(keyOf(link))?.sort(surestFirst)
    },
  }
}

/** Claims on a record, as the graph has it: the highest confidence, then the lowest customer id. */
export const surestFirst = (one: Link, other: Link): number =>
  (other.confidence ?? -1) - (one.confidence ?? -1) || (one.customerId < other.customerId ? -1 : 1)

/** The accounts of a customer, the primary one first. */
export const accountsIn = (
  links: readonly Pick<Link, 'system' | 'value' | 'isPrimary'>[],
): readonly string[] =>
  links
    .filter(({ system }) => system === 'CRM')
    .toSorted(
      (one, other) =>
        Number(other.isPrimary) - Number(one.isPrimary) || (one.value < other.value ? -1 : 1),
    )
    .map(({ value }) => value)

/**
 * The Isthmus ids that an account without one may get, the first that is free: the account id, by which
 * the graph knows it already, so that no id changes when a first record is matched to it.
 */
export function* newCustomerIds(crmAccountId: string): Generator<string, never> {
  yield crmAccountId
  for (let at = 2; ; at += 1) yield `${crmAccountId}-${at}`
}

export const isRecordSystem = (system: string): system is RecordSystem =>
  system === 'CRM' || system === 'ERP' || system === 'FINANCE'
