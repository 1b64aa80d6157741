/**
 * How likely a record of another system is the customer of an account: field by field, weighed by
 * the company's rules. Pure.
 */
import type { PreparedRecord } from './prepare.ts'
import type { Rules } from './rules.ts'
import { addressSimilarity, nameSimilarity } from './similarity.ts'

export type ComparedField = 'TAX_NUMBER' | 'NAME' | 'ADDRESS' | 'TELEPHONE' | 'REFERENCE'

export interface Comparison {
  /** 0 to 1, three places. */
  readonly score: number
  /** Whether it is by the tax number alone. */
  readonly isExact: boolean
  /** What speaks against it, however alike the rest is. */
  readonly contradiction: 'TAX_NUMBER' | 'NAME' | null
  /** Whether enough was compared to match without a decision. */
  readonly isEnough: boolean
  readonly evidence: Readonly<Partial<Record<ComparedField, number>>>
}

/** `reference`: whether the record names this customer (true) or another one (false), if any. */
export function compare(
  record: PreparedRecord,
  account: PreparedRecord,
  rules: Rules,
  reference: boolean | null,
): Comparison {
  const name = bestOf(record.names, account.names, nameSimilarity)
  const taxNumber = taxSimilarity(record, account)
  const fields: readonly [ComparedField, number | null, number][] = [
    ['NAME', name, rules.weights.name],
    [
      'ADDRESS',
      bestOf(record.addresses, account.addresses, addressSimilarity),
      rules.weights.address,
    ],
    ['TELEPHONE', telephoneSimilarity(record, account), rules.weights.telephone],
    ['REFERENCE', reference === null ? null : Number(reference), rules.weights.reference],
  ]
  let weight = 0
  let sum = 0
  const evidence: Partial<Record<ComparedField, number>> = {}
  if (taxNumber !== null) evidence.TAX_NUMBER = taxNumber
  for (const [field, similarity, weighs] of fields) {
    if (similarity === null || weighs === 0) continue
    weight += weighs
    sum += weighs * similarity
    evidence[field] = rounded(similarity)
  }
  const weighed = weight === 0 ? 0 : sum / weight
  const isOtherName = name !== null && name < rules.nameAtLeast
  if (taxNumber === 1) {
    return {
      score: 1,
      isExact: true,
      contradiction: isOtherName ? 'NAME' : null,
      isEnough: true,
      evidence,
    }
  }
  return {
    score: rounded(weighed),
    isExact: false,
    contradiction: taxNumber === 0 ? 'TAX_NUMBER' : null,
    isEnough: weight >= rules.comparedWeight,
    evidence,
  }
}

const rounded = (value: number): number => Math.round(value * 1_000) / 1_000

/** 1 for the same tax number, 0 for another one; null where one of the two has none. */
export const taxSimilarity = (one: PreparedRecord, other: PreparedRecord): 0 | 1 | null => {
  if (one.taxNumber === null || other.taxNumber === null) return null
  return one.taxNumber === other.taxNumber ? 1 : 0
}

/** A number that differs says nothing: companies have many. */
const telephoneSimilarity = (one: PreparedRecord, other: PreparedRecord): 1 | null =>
  one.telephones.some((each) => other.telephones.includes(each)) ? 1 : null

/** The most alike of all pairs; null where none can be compared. */
export function bestOf<Value>(
  ones: readonly Value[],
  others: readonly Value[],
  similarity: (one: Value, other: Value) => number | null,
): number | null {
  let best: number | null = null
  for (const one of ones) {
    for (const other of others) {
      const found = similarity(one, other)
      if (found !== null && (best === null || found > best)) best = found
      if (best === 1) return 1
    }
  }
  return best
}
