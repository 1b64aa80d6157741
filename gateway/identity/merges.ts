/** Two customers are made one, and made two again: what the merge changed is kept with it. */
import type { Deciding } from './deciding.ts'
import { accountsIn } from './links.ts'
import { candidateId } from './match.ts'
import { accountRecord } from './records.ts'
import type { LinkRow } from './rows.ts'

/** What a link had that the survivor has already: it is made anew when the merge is undone. */
type Dropped = Pick<LinkRow, 'matchedBy' | 'confidence' | 'validFrom'>

/**
 * A link or old id that changed its customer, or was dropped because the survivor has the record itself:
 * system, value, whether it was the primary one.
 */
type Moved = readonly [system: string, value: string, isPrimary: boolean, dropped?: Dropped]

/** Stands in `Moved` for an id that resolved to the one that was merged. */
const oldIdMark = 'ISTHMUS'

/** The second id goes on to resolve to the first. */
export async function mergeInto(
  deciding: Deciding,
  survivor: string,
  merged: string,
): Promise<void> {
  const kept = await deciding.linksOf(survivor)
  const brought = await deciding.linksOf(merged)
  const moved: Moved[] = []
  for (const link of brought) {
    const { system, value, isPrimary, matchedBy, confidence, validFrom } = link
    const inSystem = kept.filter((each) => each.system === system)
    if (inSystem.some((each) => each.value === value)) {
      moved.push([system, value, isPrimary, { matchedBy, confidence, validFrom }])
      await deciding.removeLink(link)
    } else {
      moved.push([system, value, isPrimary])
      const hasPrimary = inSystem.some((each) => each.isPrimary)
      await deciding.moveLink(link, { customerId: survivor, isPrimary: isPrimary && !hasPrimary })
    }
  }
  for (const oldId of await deciding.aliasesOf(merged)) {
    moved.push([oldIdMark, oldId, false])
    await deciding.moveAlias(oldId, survivor)
  }
  await deciding.addAlias(merged, survivor, deciding.today)
  await deciding.note('MERGE', {
    customerId: survivor,
    otherCustomerId: merged,
    moved: JSON.stringify(moved),
  })
  // They are one: nobody has to decide about a pair of their accounts any more.
  for (const one of accountsIn(kept)) {
    for (const other of accountsIn(brought)) {
      await deciding.removeCandidate(candidateId(accountRecord(one), other))
    }
  }
}

/** The old id gets back what it brought, but for what somebody has decided about since. */
export async function undoMerge(
  deciding: Deciding,
  oldId: string,
  survivor: string,
): Promise<void> {
  const text = await deciding.movedByMerge(oldId)
  const moved = text === null ? [] : (JSON.parse(text) as readonly Moved[]) // written by a merge
  await deciding.removeAlias(oldId)
  const parted: string[] = []
  for (const [system, value, isPrimary, dropped] of moved) {
    if (system === oldIdMark) {
      await deciding.moveAlias(value, oldId)
      continue
    }
    const own = await deciding.linksOf(survivor)
    if (!own.some((link) => link.system === system && link.value === value)) continue
    if (dropped === undefined) {
      const key = { customerId: survivor, system, value }
      await deciding.moveLink(key, { customerId: oldId, isPrimary })
      if (system === 'CRM') parted.push(value)
    } else {
      await deciding.addLink({ ...dropped, customerId: oldId, system, value, isPrimary })
    }
  }
  const left = accountsIn(await deciding.linksOf(survivor))
  const about = { customerId: survivor, otherCustomerId: oldId }
  await deciding.part(parted.map(accountRecord), left, about)
}
