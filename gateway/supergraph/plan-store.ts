/**
 * Plans that were made, kept for the next start of the same supergraph: a gateway that restarts plans
 * nothing twice. Bounded; the file is written aside and renamed, so that it is whole or not there, and
 * several processes may share it: each adds what it made to what the others wrote, one at a time.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { QueryPlan } from '@apollo/query-planner'
import { tryLock, waitForLock } from './file-lock.ts'
import type { Plan } from './planner.ts'

export interface PlanStore {
  readonly plan: Plan
  /** Writes what is new; a file that cannot be written is not needed. */
  save(): void
}

export interface PlanStoreOptions {
  readonly plan: Plan
  readonly file: string
  /** The id of the supergraph; plans of another one are not used. */
  readonly generation: string
}

/** What the file may hold, in characters. */
const maxLength = 16 * 1024 * 1024

/** New plans are written together. */
const saveAfterMs = 5_000

/** How long a process that stops waits for the others, which may be stopping as well. */
const maxWaitMs = 2_000

export function createPlanStore({ plan, file, generation }: PlanStoreOptions): PlanStore {
  const key = `${generation} ${plannerVersion()}`
  // The most recently used are at the end.
  const kept = read(file, key)
  let length = lengthOf(kept)
  let timer: NodeJS.Timeout | undefined

  const writeAll = (): void => {
    // Another process may have written meanwhile: its plans count as older than ours.
    const all = new Map([...read(file, key)].filter(([operation]) => !kept.has(operation)))
    for (const [operation, text] of kept) all.set(operation, text)
    dropOldest(all, lengthOf(all))
    write(file, key, all)
  }
  /** Whether it was written, or need not be. */
  const saveWith = (lock: typeof tryLock): boolean => {
    try {
      mkdirSync(dirname(file), { recursive: true })
      using own = lock(`${file}.lock`)
      if (own === null) return false
      writeAll()
    } catch {
      // A folder that cannot be written costs the next start some time, nothing else.
    }
    return true
  }
  const saveLater = (): NodeJS.Timeout =>
    setTimeout(() => {
      timer = saveWith(tryLock) ? undefined : saveLater()
    }, saveAfterMs).unref()
  const save = (): void => {
    if (timer === undefined) return
    clearTimeout(timer)
    timer = undefined
    saveWith((path) => waitForLock(path, maxWaitMs))
  }
  const keep = (operation: string, text: string): void => {
    kept.set(operation, text)
    length = dropOldest(kept, length + operation.length + text.length)
    timer ??= saveLater()
  }
  return {
    save,
    plan: async (operation) => {
      const known = kept.get(operation)
      if (known !== undefined) {
        kept.delete(operation)
        kept.set(operation, known)
        return JSON.parse(known) as QueryPlan // written by ourselves
      }
      const made = await plan(operation)
      keep(operation, JSON.stringify(made))
      return made
    },
  }
}

const lengthOf = (plans: ReadonlyMap<string, string>): number =>
  [...plans].reduce((sum, [operation, text]) => sum + operation.length + text.length, 0)

/** Takes out what is beyond the limit, and answers the length that is left. */
function dropOldest(plans: Map<string, string>, length: number): number {
  let left = length
  for (const [oldest, text] of plans) {
    if (left <= maxLength) break
    plans.delete(oldest)
    left -= oldest.length + text.length
  }
  return left
}

const plannerVersion = (): string => {
  const manifest = createRequire(import.meta.url)('@apollo/query-planner/package.json') as {
    version: string
  } // an npm manifest
  return manifest.version
}

interface StoreFile {
  readonly key: string
  readonly plans: readonly (readonly [operation: string, plan: string])[]
}

function read(file: string, key: string): Map<string, string> {
  try {
    const stored = JSON.parse(readFileSync(file, 'utf8')) as StoreFile // another key makes it nothing
    if (stored.key === key) {
      return new Map(
        stored.plans.filter((entry) => entry.every((part) => typeof part === 'string')),
      )
    }
  } catch {
    // There is none, or none that is whole: plans are made again.
  }
  return new Map()
}

/** Operations carry what people ask for, so only the owner may read the file. */
function write(file: string, key: string, plans: ReadonlyMap<string, string>): void {
  const fresh = `${file}.${process.pid}.new`
  try {
    const stored: StoreFile = { key, plans: [...plans] }
    writeFileSync(fresh, JSON.stringify(stored), { mode: 0o600 })
    renameSync(fresh, file)
  } finally {
    rmSync(fresh, { force: true }) // nothing, once it is renamed
  }
}
