/**
 * The rows of the crosswalk's database, as the CRM subgraph declares its tables, and what they are to
 * matching and deciding. Pure.
 */
import { matchMethods, type Link } from './links.ts'
import type { Candidate, CandidateReason } from './match.ts'
import type { Finding, Summary } from './quality.ts'
import { recordSystems, type RecordSystem } from './records.ts'

export interface LinkRow {
  readonly customerId: string
  readonly system: string
  readonly value: string
  readonly isPrimary: boolean
  readonly validFrom: string | null
  readonly matchedBy: string | null
  readonly confidence: string | null
}

interface AliasRow {
  readonly oldId: string
  readonly customerId: string
  readonly since: string
}

interface CandidateRow {
  readonly id: string
  readonly system: string
  readonly value: string
  readonly crmAccountId: string
  readonly reason: string
  readonly score: string
  readonly evidence: string
  readonly foundOn: string
}

export interface DecisionRow {
  readonly id: string
  /** In their order; null for those of versions that did not number them. */
  readonly number: number | null
  readonly kind: 'ACCEPT' | 'REJECT' | 'MERGE' | 'SPLIT'
  readonly system: string | null
  readonly value: string | null
  readonly crmAccountId: string | null
  readonly customerId: string | null
  readonly otherCustomerId: string | null
  readonly moved: string | null
  readonly decidedBy: string
  readonly decidedAt: string
  readonly reason: string | null
}

interface FindingRow {
  readonly id: string
  readonly kind: string
  readonly system: string
  readonly value: string
  readonly customerId: string | null
  readonly otherSystem: string | null
  readonly otherValue: string | null
  readonly field: string | null
}

interface SummaryRow extends Omit<Summary, 'system'> {
  readonly system: string
  readonly checkedAt: string
}

interface RequestRow {
  readonly subject: string
  readonly key: string
  readonly requestHash: string
  readonly result: string
  readonly doneAt: string
}

/** The database that statements are built against. */
export interface IdentityTables {
  readonly identity_link: LinkRow
  readonly identity_alias: AliasRow
  readonly identity_candidate: CandidateRow
  readonly identity_decision: DecisionRow
  readonly identity_finding: FindingRow
  readonly identity_summary: SummaryRow
  readonly identity_request: RequestRow
}

export interface KnownCandidate extends Omit<Candidate, 'evidence'> {
  readonly evidence: Readonly<Record<string, number>>
  readonly foundOn: string
}

export interface KnownFinding extends Omit<Finding, 'kind' | 'field'> {
  readonly kind: string
  readonly field: string | null
}

export interface KnownSummary extends Summary {
  /** ISO 8601 */
  readonly checkedAt: string
}

export const linkRow = ({ confidence, ...link }: Link, validFrom: string | null): LinkRow => ({
  ...link,
  confidence: decimalOrNull(confidence),
  validFrom,
})

const decimalOrNull = (value: number | null): string | null =>
  value === null ? null : String(value)

export const linkOf = ({
  customerId,
  system,
  value,
  isPrimary,
  matchedBy,
  confidence,
}: LinkRow): Link => ({
  customerId,
  system,
  value,
  isPrimary,
  matchedBy: matchMethods.find((each) => each === matchedBy) ?? null,
  confidence: confidence === null ? null : Number(confidence),
})

export const systemOf = (text: string): RecordSystem => {
  const known = recordSystems.find((each) => each === text)
  if (known === undefined) throw new TypeError(`the crosswalk names a system ${text}`)
  return known
}

export const candidateRow = (
  { evidence, score, ...candidate }: Candidate,
  foundOn: string,
): CandidateRow => ({
  ...candidate,
  score: String(score),
  evidence: JSON.stringify(evidence),
  foundOn,
})

export const candidateOf = ({
  system,
  score,
  evidence,
  reason,
  ...row
}: CandidateRow): KnownCandidate => ({
  ...row,
  system: systemOf(system),
  reason: reason as CandidateReason, // written by a match only
  score: Number(score),
  evidence: JSON.parse(evidence) as Readonly<Record<string, number>>, // likewise
})

export const findingRow = ({ other, ...finding }: Finding): FindingRow => ({
  ...finding,
  otherSystem: other?.system ?? null,
  otherValue: other?.value ?? null,
})

export const findingOf = ({
  system,
  otherSystem,
  otherValue,
  ...row
}: FindingRow): KnownFinding => ({
  ...row,
  system: systemOf(system),
  other:
    otherSystem === null || otherValue === null
      ? null
      : { system: systemOf(otherSystem), value: otherValue },
})

export const summaryOf = ({ system, ...row }: SummaryRow): KnownSummary => ({
  ...row,
  system: systemOf(system),
})
