/**
 * The chain of entries: each hash holds the one before, so that nothing can be changed, left out or
 * moved unnoticed by who does not have the key. Several processes may append: each group is one
 * transaction that holds the database's write lock from reading the head to moving it.
 */
import type { AuditStatements, Link } from '../store/audit.ts'
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
  readonly statements: AuditStatements
  readonly keys: AuditKeys
}

/** All or none of them. */
export function append({ store, statements, keys }: Chain, group: readonly Written[]): void {
  store.transaction(() => {
    const readings = new Map(
      group.flatMap(({ reading }) => (reading ? [[reading.hash, reading]] : [])),
    )
    for (const { hash, coordinates } of readings.values())
      statements.insertReading(hash, coordinates)
    let head = statements.head()
    for (const { entry } of group) head = add(statements, keys, head, entry)
    statements.moveHead(head)
  })
}

function add(statements: AuditStatements, keys: AuditKeys, head: Link, entry: string): Link {
  const number = head.number + 1
  const link = { number, hash: keys.link(head.hash, number, entry) }
  statements.insert({ ...link, entry })
  return link
}

/**
 * Removes what is older. That it was removed by its age stands in the chain itself: who takes the
 * beginning away without the key cannot make that look like this.
 */
export function prune(
  { store, statements, keys }: Chain,
  { before, now }: { readonly before: number; readonly now: number },
): void {
  if (statements.lastBefore(before) === null) return
  store.transaction(() => {
    const last = statements.lastBefore(before)
    if (last === null) return // another process was faster
    const entry: PruneEntry = { at: now, kind: 'PRUNED', through: last.number }
    statements.moveHead(add(statements, keys, statements.head(), JSON.stringify(entry)))
    statements.removeThrough(last)
  })
}

export interface Verified {
  readonly entries: number
  readonly head: Link
  /** Empty when all is as it was written; the first ones only. */
  readonly problems: readonly string[]
}

const maxProblems = 20

/** `expected` is a head that was noted elsewhere: without it nobody sees that the end is missing. */
export function verify({ store, statements, keys }: Chain, expected: Link | null = null): Verified {
  const problems: string[] = []
  const tell = (problem: string) => {
    if (problems.length < maxProblems) problems.push(problem)
  }
  // One transaction, so that entries that are written meanwhile do not count.
  store.database.exec('BEGIN')
  try {
    const [anchor, head] = [statements.anchor(), statements.head()]
    const readings = new Set<string>()
    let before = anchor
    let entries = 0
    let removedThrough = 0
    let isExpectedSeen = expected === null || expected.number <= anchor.number
    for (const { number, entry, hash } of statements.entries()) {
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
      const coordinates = statements.reading(hash)
      if (coordinates === null || digest(coordinates) !== hash)
        tell(`the coordinates ${hash} are missing, or not as they were written`)
    }
    return { entries, head: before, problems }
  } finally {
    store.database.exec('ROLLBACK')
  }
}

function parsed(entry: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(entry) as Readonly<Record<string, unknown>> // our own, or told by its hash
  } catch {
    return {}
  }
}
