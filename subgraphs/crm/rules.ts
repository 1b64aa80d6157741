/**
 * What the CRM knows beyond its rows: reading the crosswalk, folding a pipeline. Pure.
 */
import { Big, decimalText } from '#shared/decimal.ts'
import { moneyOf, type Money } from '#shared/money.ts'

export interface Link {
  readonly customerId: string
  readonly system: string
  readonly value: string
  readonly isPrimary: boolean
  /** Whether the id counts for this account, or is only claimed: another match may be surer. */
  readonly counts: boolean
}

/** The ids that count for one account, out of the links of its customer. */
export interface CustomerIds {
  /** The Isthmus id; the account id where the crosswalk does not know the account. */
  readonly id: string
  readonly erpCustomerNo: string | null
  readonly erpCustomerNos: readonly string[]
  readonly debtorNo: string | null
}

export function customerIds(crmAccountId: string, links: readonly Link[]): CustomerIds {
  const valuesOf = (system: string) =>
    links
      .filter((link) => link.system === system && link.counts)
      .toSorted(primaryFirst)
      .map((link) => link.value)
  const erpCustomerNos = valuesOf('ERP')
  return {
    id: links[0]?.customerId ?? crmAccountId,
    erpCustomerNo: erpCustomerNos[0] ?? null,
    erpCustomerNos,
    debtorNo: valuesOf('FINANCE')[0] ?? null,
  }
}

const primaryFirst = (a: Link, b: Link): number => Number(b.isPrimary) - Number(a.isPrimary)

export interface StageTotals {
  readonly stage: string
  readonly count: number
  readonly amount: string
  readonly weighted: string
}

export interface Pipeline {
  readonly currency: string
  readonly count: number
  readonly amount: Money
  readonly weighted: Money
  readonly won: Money
  readonly lost: Money
  readonly winRate: string | null
  readonly byStage: readonly { stage: string; count: number; amount: Money }[]
}

/** The pipeline in one currency, out of its totals by stage. */
export function pipelineOf(currency: string, stages: readonly StageTotals[]): Pipeline {
  const open = stages.filter(({ stage }) => stage !== 'WON' && stage !== 'LOST')
  const sum = (rows: readonly StageTotals[], of: 'amount' | 'weighted') =>
    moneyOf(
      rows.reduce((total, row) => total.plus(row[of]), new Big(0)),
      currency,
    )
  const at = (stage: string) => stages.filter((row) => row.stage === stage)
  const countOf = (rows: readonly StageTotals[]) =>
    rows.reduce((total, row) => total + row.count, 0)
  return {
    currency,
    count: countOf(open),
    amount: sum(open, 'amount'),
    weighted: sum(open, 'weighted'),
    won: sum(at('WON'), 'amount'),
    lost: sum(at('LOST'), 'amount'),
    winRate: winRate(countOf(at('WON')), countOf(at('LOST'))),
    byStage: stages.map(({ stage, count, amount }) => ({
      stage,
      count,
      amount: moneyOf(amount, currency),
    })),
  }
}

/** A part of a whole, 0 to 1 with four places; null when there is no whole. */
const shareOf = (part: number, whole: number): string | null =>
  whole === 0 ? null : decimalText(new Big(part).div(whole).round(4))

/** Won among those closed. */
export const winRate = (won: number, lost: number): string | null => shareOf(won, won + lost)

/** Converted among all. */
export const conversionRate = (converted: number, all: number): string | null =>
  shareOf(converted, all)

export interface CauseCounts {
  readonly rootCause: string | null
  readonly complaints: number
  readonly returns: number
  readonly warranties: number
}

/** What customers complained about, with the three most frequent known causes. */
export function complaintStats(rows: readonly CauseCounts[]) {
  const total = (of: 'complaints' | 'returns' | 'warranties') =>
    rows.reduce((sum, row) => sum + row[of], 0)
  const weight = (row: CauseCounts) => row.complaints + row.returns + row.warranties
  return {
    complaints: total('complaints'),
    returns: total('returns'),
    warranties: total('warranties'),
    topRootCauses: rows
      .filter((row) => row.rootCause !== null && weight(row) > 0)
      .toSorted(
        (a, b) => weight(b) - weight(a) || ((a.rootCause ?? '') < (b.rootCause ?? '') ? -1 : 1),
      )
      .slice(0, 3)
      .map((row) => row.rootCause),
  }
}

/** The evidence of a candidate: field → similarity, as the match wrote it. */
export function evidenceOf(text: string): readonly { field: string; similarity: string }[] {
  const found = JSON.parse(text) as Readonly<Record<string, number>> // written by the match only
  return Object.entries(found).map(([field, similarity]) => ({
    field,
    similarity: decimalText(new Big(similarity).round(3)),
  }))
}

/** The latest of several moments, null when there is none. */
export const latest = (moments: readonly string[]): string | null =>
  moments.toSorted().at(-1) ?? null
