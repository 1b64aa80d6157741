/**
 * Finds the account of every record that has none. What is sure is linked; what is likely, ambiguous
 * or contradicting becomes a candidate for somebody to decide. Links that are there stay as they are.
 * Pure: the same records, links, decisions and rules give the same answer.
 */
import { createHash } from 'node:crypto'
import { createIndex, type Index } from './blocking.ts'
import { compare, type Comparison } from './compare.ts'
import { accountsIn, newCustomerIds, pairKey, type Link, type Links } from './links.ts'
import type { PreparedRecord } from './prepare.ts'
import { keyOf, type RecordId, type RecordSystem } from './records.ts'
import type { Rules } from './rules.ts'

export type CandidateReason = 'LIKELY' | 'AMBIGUOUS' | 'CONTRADICTING' | 'DUPLICATE'

export interface Candidate {
  readonly id: string
  readonly system: RecordSystem
  readonly value: string
  readonly crmAccountId: string
  readonly reason: CandidateReason
  readonly score: number
  readonly evidence: Comparison['evidence']
}

export interface MatchInput {
  readonly accounts: readonly PreparedRecord[]
  /** By system, in the order in which they are matched: a later one may name records of an earlier. */
  readonly records: readonly (readonly PreparedRecord[])[]
  /** What is linked; what is found is added to it. */
  readonly links: Links
  /** Isthmus ids that were merged away: never given again. */
  readonly oldIds: ReadonlySet<string>
  /** `pairKey`s that somebody refused. */
  readonly rejected: ReadonlySet<string>
  readonly rules: Rules
  readonly onProgress?: (compared: number) => void
}

export interface Matched {
  readonly links: readonly Link[]
  readonly candidates: readonly Candidate[]
}

/** One account that a record may belong to. */
interface Scored {
  readonly account: PreparedRecord
  /** The customer whose account it is; null where the crosswalk does not know the account. */
  readonly customerId: string | null
  readonly comparison: Comparison
}

interface Certain {
  readonly record: PreparedRecord
  readonly found: Scored
}

export function matchRecords(input: MatchInput): Matched {
  const index = createIndex(input.accounts)
  const found: Link[] = []
  const candidates: Candidate[] = []
  let compared = 0
  for (const records of input.records) {
    const certain: Certain[] = []
    for (const record of records) {
      compared += 1
      if (compared % 1_000 === 0) input.onProgress?.(compared)
      const claims = input.links.claims(record.record)
      if (claims.length > 0) {
        candidates.push(...claimCandidates(record, claims, input))
        continue
      }
      const scored = scoredFor(record, index, input)
      const sure = certainAmong(scored, input.rules)
      if (sure === null) candidates.push(...candidatesAmong(record, scored, input.rules))
      else certain.push({ record, found: sure })
    }
    const { links, ambiguous } = withoutRivals(certain, input)
    candidates.push(...ambiguous)
    for (const each of links) found.push(...linked(each, input))
  }
  candidates.push(...duplicates(index, input))
  return { links: found, candidates: unique(candidates) }
}

/** Accounts of one customer are one; an account without a customer stands for itself. */
const groupOf = ({ customerId, account }: Pick<Scored, 'customerId' | 'account'>): string =>
  customerId === null ? keyOf(account.record) : keyOf({ system: 'ISTHMUS', value: customerId })

/** The accounts that are near, the best of each customer, the most alike first. */
function scoredFor(record: PreparedRecord, index: Index, input: MatchInput): readonly Scored[] {
  const sameTaxNumber = record.taxNumber === null ? [] : index.withTaxNumber(record.taxNumber)
  // What one account alone says by its tax number no likeness of another one changes.
  const exact = bestOfEach(record, sameTaxNumber, input)
  const isDecided = exact.length === 1 && exact[0]?.comparison.contradiction === null
  return isDecided
    ? exact
    : bestOfEach(record, new Set([...sameTaxNumber, ...index.near(record)]), input)
}

function bestOfEach(
  record: PreparedRecord,
  ats: Iterable<number>,
  { accounts, links, rejected, rules }: MatchInput,
): readonly Scored[] {
  const named = namedCustomer(record, links)
  const best = new Map<string, Scored>()
  for (const at of ats) {
    const account = accounts[at]
    if (account === undefined || rejected.has(pairKey(record.record, account.record.value)))
      continue
    const customerId = links.customerOfAccount(account.record.value)
    const reference = named === null ? null : named === customerId
    const comparison = compare(record, account, rules, reference)
    const group = groupOf({ customerId, account })
    const known = best.get(group)
    if (known === undefined || isBetter(comparison, known.comparison))
      best.set(group, { account, customerId, comparison })
  }
  return [...best.values()].toSorted((one, other) =>
    isBetter(one.comparison, other.comparison)
      ? -1
      : isBetter(other.comparison, one.comparison)
        ? 1
        : one.account.record.value < other.account.record.value
          ? -1
          : 1,
  )
}

/** Whose the record is that this one names; null where it names none, or one that is unmatched. */
function namedCustomer({ record }: PreparedRecord, links: Links): string | null {
  for (const reference of record.references) {
    const [claim] = links.claims(reference)
    if (claim !== undefined) return claim.customerId
  }
  return null
}

const isBetter = (one: Comparison, other: Comparison): boolean =>
  one.isExact === other.isExact ? one.score > other.score : one.isExact

const isSure = ({ comparison }: Scored, { accept }: Rules): boolean =>
  comparison.contradiction === null && comparison.isEnough && comparison.score >= accept

/** The one account that nothing speaks against and no other comes near to. */
function certainAmong(scored: readonly Scored[], rules: Rules): Scored | null {
  const [first, ...others] = scored
  if (first === undefined || !isSure(first, rules)) return null
  const isRival = ({ comparison }: Scored) =>
    first.comparison.isExact
      ? comparison.isExact
      : comparison.contradiction === null &&
        comparison.score >= first.comparison.score - rules.margin
  return others.some(isRival) ? null : first
}

/** More of them would help nobody to decide. */
const maxCandidates = 5

function candidatesAmong(
  { record }: PreparedRecord,
  scored: readonly Scored[],
  rules: Rules,
): readonly Candidate[] {
  const likely = scored.filter(({ comparison }) => comparison.score >= rules.candidate)
  const sure = likely.filter((each) => isSure(each, rules))
  return likely
    .slice(0, maxCandidates)
    .map(({ account, comparison }) =>
      candidateOf(record, account.record.value, comparison, reasonOf(comparison, sure.length)),
    )
}

const reasonOf = ({ contradiction }: Comparison, sure: number): CandidateReason => {
  if (contradiction !== null) return 'CONTRADICTING'
  return sure > 0 ? 'AMBIGUOUS' : 'LIKELY'
}

const candidateOf = (
  { system, value }: RecordId,
  crmAccountId: string,
  { score, evidence }: Comparison,
  reason: CandidateReason,
): Candidate => ({
  id: candidateId({ system, value }, crmAccountId),
  system,
  value,
  crmAccountId,
  reason,
  score,
  evidence,
})

export const candidateId = (record: RecordId, crmAccountId: string): string =>
  `K${createHash('sha256').update(pairKey(record, crmAccountId)).digest('hex').slice(0, 12)}`

/** A record that several customers claim: somebody says whose it is. */
function claimCandidates(
  record: PreparedRecord,
  claims: readonly Link[],
  { links, accounts, rules }: MatchInput,
): readonly Candidate[] {
  if (new Set(claims.map(({ customerId }) => customerId)).size < 2) return []
  return claims.flatMap(({ customerId }) => {
    const [crmAccountId] = accountsIn(links.of(customerId))
    const account = accountAt(accounts, crmAccountId)
    if (account === undefined || crmAccountId === undefined) return []
    const comparison = compare(record, account, rules, null)
    return [candidateOf(record.record, crmAccountId, comparison, 'AMBIGUOUS')]
  })
}

const positions = new WeakMap<readonly PreparedRecord[], ReadonlyMap<string, PreparedRecord>>()

function accountAt(
  accounts: readonly PreparedRecord[],
  crmAccountId: string | undefined,
): PreparedRecord | undefined {
  let known = positions.get(accounts)
  if (known === undefined) {
    known = new Map(accounts.map((account) => [account.record.value, account]))
    positions.set(accounts, known)
  }
  return crmAccountId === undefined ? undefined : known.get(crmAccountId)
}

/** In a system where a customer has one record, two records of one customer are somebody's to decide. */
function withoutRivals(certain: readonly Certain[], { links, rules }: MatchInput) {
  const ofCustomer = Map.groupBy(certain, (each) => groupOf(each.found))
  const kept: Certain[] = []
  const ambiguous: Candidate[] = []
  for (const each of certain) {
    const { system } = each.record.record
    const { customerId } = each.found
    const known =
      customerId === null ? [] : links.of(customerId).filter((link) => link.system === system)
    const rivals = known.length + (ofCustomer.get(groupOf(each.found))?.length ?? 0)
    if (rivals < 2 || rules.several.has(system)) kept.push(each)
    else {
      const { account, comparison } = each.found
      ambiguous.push(candidateOf(each.record.record, account.record.value, comparison, 'AMBIGUOUS'))
    }
  }
  return { links: kept, ambiguous }
}

/** The link, and that of the account itself where the crosswalk does not know it yet. */
function linked({ record, found }: Certain, { links, oldIds }: MatchInput): readonly Link[] {
  const { system, value } = record.record
  const crmAccountId = found.account.record.value
  const known = links.customerOfAccount(crmAccountId)
  const customerId =
    known ??
    newCustomerIds(crmAccountId).find((id) => !links.has(id) && !oldIds.has(id)) ??
    crmAccountId
  const added: Link[] = []
  const add = (link: Link) => {
    links.add(link)
    added.push(link)
  }
  if (known === null) {
    add({
      customerId,
      system: 'CRM',
      value: crmAccountId,
      isPrimary: true,
      matchedBy: 'IMPORT',
      confidence: 1,
    })
  }
  add({
    customerId,
    system,
    value,
    isPrimary: links.of(customerId).every((link) => link.system !== system),
    matchedBy: found.comparison.isExact ? 'EXACT_TAX_NO' : 'RULE',
    confidence: found.comparison.score,
  })
  return added
}

/** Accounts of the CRM that look like one customer: never merged without a decision. */
function duplicates(index: Index, input: MatchInput): readonly Candidate[] {
  const { accounts, links, rules } = input
  return accounts.flatMap((account) => {
    const own = groupOf({ customerId: links.customerOfAccount(account.record.value), account })
    const near = new Set([
      ...(account.taxNumber === null ? [] : index.withTaxNumber(account.taxNumber)),
      ...index.near(account),
    ])
    return bestOfEach(account, near, input).flatMap((other) => {
      const [first, second] = [other.account.record.value, account.record.value]
      const isOther = first < second && groupOf(other) !== own && isSure(other, rules)
      return isOther ? [candidateOf(account.record, first, other.comparison, 'DUPLICATE')] : []
    })
  })
}

const unique = (candidates: readonly Candidate[]): readonly Candidate[] => [
  ...new Map(candidates.map((each) => [each.id, each])).values(),
]
