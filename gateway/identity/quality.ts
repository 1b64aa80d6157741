/**
 * What is wrong with the records of customers across systems, by the links as they are: unmatched,
 * matched twice, contradicting, missing, and values that disagree. Ids and fields only. Pure.
 */
import { bestOf, taxSimilarity, type ComparedField } from './compare.ts'
import { accountsIn, isRecordSystem, type Link, type Links } from './links.ts'
import type { Candidate } from './match.ts'
import type { PreparedRecord } from './prepare.ts'
import {
  accountRecord,
  keyOf,
  recordSystems,
  sharedValues,
  type RecordId,
  type RecordSystem,
  type SharedValue,
} from './records.ts'
import type { Rules } from './rules.ts'
import { addressSimilarity, nameSimilarity } from './similarity.ts'

export type FindingKind =
  'UNMATCHED' | 'DOUBLY_MATCHED' | 'CONTRADICTING' | 'MISSING' | 'DISAGREEING'
export type FindingField = ComparedField | SharedValue

export interface Finding {
  readonly id: string
  readonly kind: FindingKind
  readonly system: RecordSystem
  readonly value: string
  readonly customerId: string | null
  readonly other: RecordId | null
  readonly field: FindingField | null
}

export interface Summary {
  readonly system: RecordSystem
  readonly records: number
  readonly matched: number
  readonly unmatched: number
  readonly doublyMatched: number
  readonly contradicting: number
  readonly candidates: number
}

export interface QualityInput {
  /** All that were read. */
  readonly records: readonly PreparedRecord[]
  /** The systems that were read: what others have cannot be missing. */
  readonly read: ReadonlySet<RecordSystem>
  /** As they are after the match, all of them. */
  readonly all: readonly Link[]
  readonly links: Links
  readonly candidates: readonly Candidate[]
  readonly rules: Rules
}

export interface Quality {
  readonly findings: readonly Finding[]
  readonly summaries: readonly Summary[]
}

export function qualityOf(input: QualityInput): Quality {
  const byKey = new Map(input.records.map((each) => [keyOf(each.record), each]))
  const customers = new Set(input.all.map(({ customerId }) => customerId))
  const findings = [
    ...input.records.flatMap((record) => ofRecord(record, input)),
    ...[...customers].flatMap((customerId) => ofCustomer(customerId, byKey, input)),
  ].toSorted((one, other) => (one.id < other.id ? -1 : 1))
  return { findings, summaries: summariesOf(input, findings) }
}

type Given = Pick<Finding, 'kind'> & Partial<Pick<Finding, 'customerId' | 'other' | 'field'>>

function finding(
  { system, value }: RecordId,
  { kind, customerId = null, other = null, field = null }: Given,
): Finding {
  const parts = [kind, system, value, field, customerId, other === null ? null : keyOf(other)]
  const id = parts.filter((part) => part !== null).join(':')
  return { id, kind, system, value, customerId, other, field }
}

function ofRecord({ record }: PreparedRecord, { links }: QualityInput): readonly Finding[] {
  const claims = links.claims(record)
  const customers = [...new Set(claims.map(({ customerId }) => customerId))]
  if (customers.length > 1)
    return customers.map((customerId) => finding(record, { kind: 'DOUBLY_MATCHED', customerId }))
  return isMatched(record, links)
    ? []
    : [finding(record, { kind: 'UNMATCHED', customerId: customers[0] ?? null })]
}

/** Together with a record of another system of those that are matched. */
function isMatched(record: RecordId, links: Links): boolean {
  const [claim] = links.claims(record)
  return (
    claim !== undefined &&
    links
      .of(claim.customerId)
      .some(({ system }) => isRecordSystem(system) && system !== record.system)
  )
}

function ofCustomer(
  customerId: string,
  byKey: ReadonlyMap<string, PreparedRecord>,
  { links, read, rules }: QualityInput,
): readonly Finding[] {
  const own = links.of(customerId)
  const missing: Finding[] = []
  const present: PreparedRecord[] = []
  for (const { system, value } of own) {
    if (!isRecordSystem(system) || !read.has(system)) continue
    const record = byKey.get(keyOf({ system, value }))
    if (record === undefined)
      missing.push(finding({ system, value }, { kind: 'MISSING', customerId }))
    // A number that another customer claims more surely says nothing of this one.
    else if (links.claims(record.record)[0]?.customerId === customerId) present.push(record)
  }
  const accounts = accountsIn(own).flatMap((value) => byKey.get(keyOf(accountRecord(value))) ?? [])
  const others = present.filter(({ record }) => record.system !== 'CRM')
  return [
    ...missing,
    ...others.flatMap((record) => againstAccounts(customerId, record, accounts, rules)),
    ...disagreements(customerId, present),
  ]
}

/** What a record has that none of the customer's accounts has. */
function againstAccounts(
  customerId: string,
  record: PreparedRecord,
  accounts: readonly PreparedRecord[],
  { nameAtLeast }: Rules,
): readonly Finding[] {
  const [first] = accounts
  if (first === undefined) return []
  const other = first.record
  const contradicting = (field: 'TAX_NUMBER' | 'NAME') =>
    finding(record.record, { kind: 'CONTRADICTING', customerId, other, field })
  const disagreeing = (field: 'ADDRESS' | 'NAME') =>
    finding(record.record, { kind: 'DISAGREEING', customerId, other, field })
  const names = accounts.flatMap((account) => account.names)
  const name = bestOf(record.names, names, nameSimilarity)
  // That a registered name is the same does not make the name by which it goes the same.
  const ownName = bestOf(record.names.slice(0, 1), names, nameSimilarity)
  const addresses = accounts.flatMap((account) => account.addresses)
  const address = bestOf(record.addresses, addresses, addressSimilarity)
  const isOther = name !== null && name < nameAtLeast
  return [
    ...(accounts.every((account) => taxSimilarity(record, account) === 0)
      ? [contradicting('TAX_NUMBER')]
      : []),
    ...(isOther ? [contradicting('NAME')] : []),
    ...(!isOther && ownName !== null && ownName < 1 ? [disagreeing('NAME')] : []),
    ...(address !== null && address < 1 ? [disagreeing('ADDRESS')] : []),
  ]
}

/** Each value against the first record that has it, in the order of the systems. */
function disagreements(customerId: string, records: readonly PreparedRecord[]): readonly Finding[] {
  const inOrder = records.toSorted(
    ({ record: one }, { record: other }) =>
      recordSystems.indexOf(one.system) - recordSystems.indexOf(other.system) ||
      (one.value < other.value ? -1 : 1),
  )
  return sharedValues.flatMap((field) => {
    const [first, ...others] = inOrder.filter(({ record }) => record.values[field] !== undefined)
    if (first === undefined) return []
    return others
      .filter(({ record }) => record.values[field] !== first.record.values[field])
      .map(({ record }) =>
        finding(record, { kind: 'DISAGREEING', customerId, other: first.record, field }),
      )
  })
}

function summariesOf(
  { records, read, links, candidates }: QualityInput,
  findings: readonly Finding[],
): readonly Summary[] {
  const distinct = (of: readonly RecordId[], system: RecordSystem) =>
    new Set(of.filter((each) => each.system === system).map(({ value }) => value)).size
  const ofKind = (kind: FindingKind) => findings.filter((each) => each.kind === kind)
  const [double, contradicting] = [ofKind('DOUBLY_MATCHED'), ofKind('CONTRADICTING')]
  return recordSystems
    .filter((system) => read.has(system))
    .map((system) => {
      const own = records.filter(({ record }) => record.system === system)
      const matched = own.filter(({ record }) => isMatched(record, links)).length
      return {
        system,
        records: own.length,
        matched,
        unmatched: own.length - matched,
        doublyMatched: distinct(double, system),
        contradicting: distinct(contradicting, system),
        candidates: distinct(candidates, system),
      }
    })
}
