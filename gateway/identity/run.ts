/**
 * One match from the beginning to the end: reads the records of all systems, finds what belongs
 * together, and says what is wrong with it. Keeping the result is left to the caller.
 */
import type { Crosswalk } from './crosswalk.ts'
import { createLinks, type Link } from './links.ts'
import { matchRecords, type Candidate } from './match.ts'
import { prepared, type PreparedRecord } from './prepare.ts'
import { qualityOf, type Quality } from './quality.ts'
import { readRecords, recordSystems, type Ask, type RecordSystem } from './records.ts'
import type { Rules } from './rules.ts'

export interface MatchRun extends Quality {
  /** What the match adds. */
  readonly links: readonly Link[]
  readonly candidates: readonly Candidate[]
  /** Of the crosswalk that it started from. */
  readonly revision: string
}

export interface MatchOptions {
  readonly ask: Ask
  readonly crosswalk: Pick<Crosswalk, 'state'>
  readonly rules: Rules
  /** Told in a line what is going on. */
  readonly onProgress?: (text: string) => void
}

export async function runMatch({
  ask,
  crosswalk,
  rules,
  onProgress = () => undefined,
}: MatchOptions): Promise<MatchRun> {
  const bySystem = new Map<RecordSystem, readonly PreparedRecord[]>()
  for (const system of recordSystems) {
    const { records, isMapped, notMapped } = await readRecords(system, ask, {
      onProgress: (count) => {
        if (count % 10_000 === 0) onProgress(`${system}: ${count} records`)
      },
    })
    if (!isMapped) {
      onProgress(`${system}: has no customer records`)
      continue
    }
    for (const field of notMapped) onProgress(`${system}: does not have ${field}`)
    onProgress(`${system}: ${records.length} records read`)
    // By id, so that one answer of a database in another order changes nothing.
    const inOrder = records.toSorted((one, other) => (one.value < other.value ? -1 : 1))
    bySystem.set(
      system,
      inOrder.map((record) => prepared(record, rules.legalForms)),
    )
  }
  const accounts = bySystem.get('CRM') ?? []
  const others = recordSystems.slice(1).flatMap((system) => {
    const records = bySystem.get(system)
    return records === undefined ? [] : [records]
  })
  const state = await crosswalk.state()
  const links = createLinks(state.links)
  onProgress('comparing')
  const matched = matchRecords({
    accounts,
    records: others,
    links,
    oldIds: new Set(state.aliases.keys()),
    rejected: state.rejected,
    rules,
    onProgress: (count) => {
      if (count % 10_000 === 0) onProgress(`${count} records compared`)
    },
  })
  onProgress('looking at what is matched')
  const quality = qualityOf({
    records: [...bySystem.values()].flat(),
    read: new Set(bySystem.keys()),
    all: [...state.links, ...matched.links],
    links,
    candidates: matched.candidates,
    rules,
  })
  return { ...matched, ...quality, revision: state.revision }
}
