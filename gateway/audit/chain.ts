/**
 * The chain of entries: each hash holds the one before, so that nothing can be changed, left out or
 * moved unnoticed by who does not have the key. Several processes may append: each group is one
 * transaction, and only one of them at a time goes from reading the head to moving it.
 */
import { auditStatements, type Link, type StoredEntry } from '../store/audit.ts'
import type { Statements } from '../store/statements.ts'
import type { Store } from '../store/store.ts'
import type { PruneEntry } from './entry.ts'
import { digest, type AuditKeys } from './keys.ts'

/** An entry to be written, with the coordinates it names. */
export interface Written {
  readonly entry: string
  readonly reading: { readonly hash: string; readonly coordinates: string } | null
}

export interface Chain {
  readonly store: Store
  readonly keys: AuditKeys
}

/** All or none of them. */
export async function append({ store, keys }: Chain, group: readonly Written[]): Promise<void> {
  await store.transaction('audit', (inside) => appendInside(inside, keys, group))
}

/** The same as part of a transaction that changes the audit too. */
export async function appendInside(
  inside: Statements,
  keys: AuditKeys,
  group: readonly Written[],
): Promise<void> {
  const readings = new Map(
    group.flatMap(({ reading }) => (reading ? [[reading.hash, reading]] : [])),
  )
  const statements = auditStatements(inside)
  for (const { hash, coordinates } of readings.values())
    await statements.insertReading(hash, coordinates)
  let head = await statements.head()
  const entries = group.map(({ entry }): StoredEntry => {
    const link = linked(keys, head, wellFormed(entry))
    head = link
    return link
  })
  await statements.insert(entries)
  await statements.moveHead(head)
}

function linked(keys: AuditKeys, head: Link, entry: string): StoredEntry {
  const number = head.number + 1
  return { number, hash: keys.link(head.hash, number, entry), entry }
}

/**
 * Nobody may bring a text by which a whole group could not be written: what PostgreSQL has no character
 * for (NUL, half of a surrogate pair) becomes the replacement character. Others are as they came.
 */
function wellFormed(entry: string): string {
  if (!/\\u(?:0000|d[89a-f])/i.test(entry)) return entry
  return JSON.stringify(JSON.parse(entry), (_, value: unknown) =>
    typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '\ufffd') : value,
  )
}

/** Entries that are removed at once, so that nobody who writes waits long. */
const maxRemoved = 20_000

/**
 * Removes what is older. That it was removed by its age stands in the chain itself: who takes the
 * beginning away without the key cannot make that look like this.
 */
export async function prune(
  { store, keys }: Chain,
  { before, now, most = maxRemoved }: PruneOptions,
): Promise<void> {
  while ((await auditStatements(store).lastBefore(before, most)) !== null) {
    await store.transaction('audit', async (inside) => {
      const statements = auditStatements(inside)
      const last = await statements.lastBefore(before, most)
      if (last === null) return // another process was faster
      const entry: PruneEntry = { at: now, kind: 'PRUNED', through: last.number }
      const link = linked(keys, await statements.head(), JSON.stringify(entry))
      await statements.insert([link])
      await statements.moveHead(link)
      await statements.removeThrough(last)
    })
  }
}

export interface PruneOptions {
  /** Milliseconds since 1970, as all moments. */
  readonly before: number
  readonly now: number
  /** Entries at once. */
  readonly most?: number
}

export interface Verified {
  readonly entries: number
  readonly head: Link
  /** Empty when all is as it was written; the first ones only. */
  readonly problems: readonly string[]
}

const maxProblems = 20

/** `expected` is a head that was noted elsewhere: without it nobody sees that the end is missing. */
export const verify = ({ store, keys }: Chain, expected: Link | null = null): Promise<Verified> =>
  // What is written meanwhile does not count.
  store.snapshot((inside) => verifyInside(inside, keys, expected))

/** The same as part of what encloses it. */
export async function verifyInside(
  inside: Statements,
  keys: AuditKeys,
  expected: Link | null,
): Promise<Verified> {
  const statements = auditStatements(inside)
  const problems: string[] = []
  const tell = (problem: string) => {
    if (problems.length < maxProblems) problems.push(problem)
  }
  const [anchor, head] = [await statements.anchor(), await statements.head()]
  const readings = new Set<string>()
  let before = anchor
  let entries = 0
  let removedThrough = 0
  let isExpectedSeen = expected === null || expected.number <= anchor.number
  for await (const { number, entry, hash } of statements.entries()) {
    entries += 1
    if (number !== before.number + 1)
      tell(`entries ${before.number + 1} to ${number - 1} are missing`)
    else if (keys.link(before.hash, number, entry) !== hash)
      tell(`entry ${number} is not as it was written, or not in its place`)
    if (number === expected?.number) {
      isExpectedSeen = true
      if (hash !== expected.hash) tell(`entry ${number} is another one than was noted`)
    }
    const said = parsed(entry)
    if (typeof said['reading'] === 'string') readings.add(said['reading'])
    if (said['kind'] === 'PRUNED') removedThrough = Number(said['through'])
    before = { number, hash }
  }
  if (anchor.number !== removedThrough)
    tell(`entries up to ${anchor.number} are missing, and were not removed by their age`)
  if (before.number !== head.number || before.hash !== head.hash)
    tell(`the chain ends at entry ${before.number}, but should end at ${head.number}`)
  if (!isExpectedSeen && expected !== null) tell(`entry ${expected.number} is missing`)
  for (const hash of readings) {
    const coordinates = await statements.reading(hash)
    if (coordinates === null || digest(coordinates) !== hash)
      tell(`the coordinates ${hash} are missing, or not as they were written`)
  }
  return { entries, head: before, problems }
}

function parsed(entry: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(entry) as Readonly<Record<string, unknown>> // our own, or told by its hash
  } catch {
    return {}
  }
}
