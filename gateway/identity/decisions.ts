/**
 * What people decide about the crosswalk: a candidate is the customer or is not, two customers are
 * one, a record is somebody else's. Each is kept with who, when and why, and no match undoes it. The
 * command line and the graph call the same.
 */
import { dateIn } from '#shared/calendar.ts'
import { AppError } from '#shared/errors.ts'
import type { Crosswalk } from './crosswalk.ts'
import { decidingIn, type Deciding } from './deciding.ts'
import { accountsIn } from './links.ts'
import { mergeInto, undoMerge } from './merges.ts'
import { once } from './once.ts'
import { keyOf, type RecordId } from './records.ts'
import type { KnownCandidate } from './rows.ts'

export interface Decision {
  readonly by: string
  readonly reason: string | null
  readonly now: Date
  /** By which a repetition is known; left out, a repetition is another decision. */
  readonly idempotencyKey?: string
}

export interface Merge {
  readonly survivor: string
  readonly merged: string
}

export interface Split {
  /** An Isthmus id, or one that was merged. */
  readonly id: string
  /** What is somebody else's; none of an id that was merged, which gets back what it brought. */
  readonly records: readonly RecordId[]
}

export interface Decisions {
  /** The Isthmus id that the record belongs to from now on. */
  accept(candidateId: string, decision: Decision): Promise<string>
  reject(candidateId: string, decision: Decision): Promise<KnownCandidate>
  /** The second id goes on to resolve to the first, which is answered. */
  merge(merge: Merge, decision: Decision): Promise<string>
  /** The ids that are customers of their own from now on. */
  split(split: Split, decision: Decision): Promise<readonly string[]>
}

export interface DecisionsOptions {
  readonly crosswalk: Pick<Crosswalk, 'write'>
  /** The company's. */
  readonly timeZone: string
}

const maxReasonLength = 1_000

export function createDecisions({ crosswalk, timeZone }: DecisionsOptions): Decisions {
  function decided<Result>(
    request: readonly unknown[],
    { by, reason, now, idempotencyKey }: Decision,
    work: (deciding: Deciding) => Promise<Result>,
  ): Promise<Result> {
    if ((reason?.length ?? 0) > maxReasonLength) {
      throw new AppError('BAD_USER_INPUT', `A reason has at most ${maxReasonLength} characters.`)
    }
    const at = `${now.toISOString().slice(0, 19)}Z`
    const today = dateIn(timeZone, now)
    return crosswalk.write((rows) =>
      once(rows, { subject: by, key: idempotencyKey, request: [...request, reason], at }, () =>
        work(decidingIn(rows, { by, reason, at, today })),
      ),
    )
  }

  return {
    accept: (id, decision) => decided(['accept', id], decision, (deciding) => accept(deciding, id)),
    reject: (id, decision) => decided(['reject', id], decision, (deciding) => reject(deciding, id)),
    merge: ({ survivor, merged }, decision) =>
      decided(['merge', survivor, merged], decision, (deciding) =>
        merge(deciding, { survivor, merged }),
      ),
    split: ({ id, records }, decision) =>
      decided(['split', id, records.map(keyOf)], decision, (deciding) =>
        split(deciding, { id, records }),
      ),
  }
}

async function knownCandidate(deciding: Deciding, id: string): Promise<KnownCandidate> {
  const found = await deciding.candidate(id)
  if (found !== null) return found
  throw new AppError(
    'NOT_FOUND',
    `There is no candidate "${id}". It may have been decided already; see identityCandidates, or: isthmus identity candidates`,
  )
}

async function accept(deciding: Deciding, id: string): Promise<string> {
  const { system, value, crmAccountId } = await knownCandidate(deciding, id)
  const customerId = await deciding.customerOf(crmAccountId)
  await deciding.note('ACCEPT', { system, value, crmAccountId, customerId })
  if (system === 'CRM') {
    const other = await deciding.customerOf(value)
    if (other !== customerId) await mergeInto(deciding, customerId, other)
    await deciding.removeCandidate(id)
    return customerId
  }
  for (const claim of await deciding.claimsOn({ system, value })) await deciding.removeLink(claim)
  const own = await deciding.linksOf(customerId)
  await deciding.addLink({
    customerId,
    system,
    value,
    isPrimary: own.every((link) => link.system !== system),
    matchedBy: 'MANUAL',
    confidence: '1',
    validFrom: deciding.today,
  })
  await deciding.removeCandidatesOf({ system, value })
  return customerId
}

async function reject(deciding: Deciding, id: string): Promise<KnownCandidate> {
  const candidate = await knownCandidate(deciding, id)
  const { system, value, crmAccountId } = candidate
  await deciding.note('REJECT', { system, value, crmAccountId })
  await deciding.removeCandidate(id)
  if (system === 'CRM') return candidate
  for (const claim of await deciding.claimsOn({ system, value })) {
    const own = await deciding.linksOf(claim.customerId)
    if (accountsIn(own).includes(crmAccountId)) await deciding.removeLink(claim)
  }
  return candidate
}

async function merge(deciding: Deciding, { survivor, merged }: Merge): Promise<string> {
  const one = (await deciding.aliasOf(survivor)) ?? survivor
  const other = (await deciding.aliasOf(merged)) ?? merged
  for (const id of [one, other]) {
    if ((await deciding.linksOf(id)).length === 0)
      throw new AppError('NOT_FOUND', `The crosswalk has no customer "${id}".`)
  }
  if (one === other)
    throw new AppError('BAD_USER_INPUT', `"${survivor}" and "${merged}" are one customer.`)
  await mergeInto(deciding, one, other)
  return one
}

async function split(deciding: Deciding, { id, records }: Split): Promise<readonly string[]> {
  const survivor = await deciding.aliasOf(id)
  if (records.length > 0) return await takeOut(deciding, survivor ?? id, records)
  if (survivor === null) {
    throw new AppError(
      'BAD_USER_INPUT',
      `"${id}" was not merged: say which records are somebody else's, such as ERP:200001.`,
    )
  }
  await undoMerge(deciding, id, survivor)
  return [id]
}

async function takeOut(deciding: Deciding, customerId: string, given: readonly RecordId[]) {
  const records = [...new Map(given.map((each) => [keyOf(each), each])).values()]
  const own = await deciding.linksOf(customerId)
  const taken = new Set(records.map(keyOf))
  const present = new Set(own.map(keyOf))
  for (const record of records) {
    if (!present.has(keyOf(record)))
      throw new AppError('NOT_FOUND', `${customerId} has no ${record.system}:${record.value}.`)
  }
  const left = own.filter((link) => !taken.has(keyOf(link)))
  if (left.length === 0) {
    throw new AppError('BAD_USER_INPUT', `${customerId} would have no record left.`)
  }
  const made: string[] = []
  for (const record of records) {
    await deciding.removeLink({ customerId, ...record })
    if (record.system === 'CRM') made.push(await deciding.customerOf(record.value))
  }
  const about = { customerId, otherCustomerId: made[0] ?? null }
  await deciding.part(records, accountsIn(left), about)
  return made
}
