/** How the commands of `identity` print what they found. */
import type { Summary } from '../../../identity/quality.ts'
import {
  keyOf,
  readRecords,
  recordSystems,
  type Ask,
  type CustomerRecord,
  type RecordId,
} from '../../../identity/records.ts'

const columns = [
  ['records', 'records'],
  ['matched', 'matched'],
  ['unmatched', 'unmatched'],
  ['doublyMatched', 'doubly matched'],
  ['contradicting', 'contradicting'],
  ['candidates', 'to decide'],
] as const

export function printSummaries(summaries: readonly Summary[]): void {
  console.log(`${' '.repeat(8)}${columns.map(([, title]) => title.padStart(16)).join('')}`)
  for (const summary of summaries) {
    const counts = columns.map(([name]) => String(summary[name]).padStart(16))
    console.log(`${summary.system.padEnd(8)}${counts.join('')}`)
  }
}

/** Records as their systems have them now: the crosswalk keeps ids only. */
export async function recordsBy(
  ask: Ask,
  ids: readonly RecordId[],
): Promise<ReadonlyMap<string, CustomerRecord>> {
  const found = new Map<string, CustomerRecord>()
  for (const system of recordSystems) {
    const values = [
      ...new Set(ids.filter((each) => each.system === system).map(({ value }) => value)),
    ]
    if (values.length === 0) continue
    for (const record of (await readRecords(system, ask, { values })).records)
      found.set(keyOf(record), record)
  }
  return found
}

/** What is said of a record that its system does not have any more. */
export const nameOf = (record: CustomerRecord | undefined): string =>
  record?.names[0] ?? '(not in its system)'
