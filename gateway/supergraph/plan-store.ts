/**
 * Plans that were made, kept for the next start of the same supergraph: a gateway that restarts plans
 * nothing twice. Bounded; the file is written aside and renamed, so that it is whole or not there.
 */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import type { QueryPlan } from '@apollo/query-planner'
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

export function createPlanStore({ plan, file, generation }: PlanStoreOptions): PlanStore {
  const key = `${generation} ${plannerVersion()}`
  // The most recently used are at the end.
  const kept = read(file, key)
  let length = [...kept].reduce((sum, [operation, text]) => sum + operation.length + text.length, 0)
  let timer: NodeJS.Timeout | undefined

  const save = (): void => {
    if (timer === undefined) return
    clearTimeout(timer)
    timer = undefined
    write(file, key, kept)
  }
  const keep = (operation: string, text: string): void => {
    kept.set(operation, text)
    length += operation.length + text.length
    for (const [oldest, old] of kept) {
      if (length <= maxLength) break
      kept.delete(oldest)
      length -= oldest.length + old.length
    }
    timer ??= setTimeout(save, saveAfterMs).unref()
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
    if (stored.key === key) return new Map(stored.plans)
  } catch {
    // There is none, or none that is whole: plans are made again.
  }
  return new Map()
}

/** Operations carry what people ask for, so only the owner may read the file. */
function write(file: string, key: string, plans: ReadonlyMap<string, string>): void {
  try {
    mkdirSync(dirname(file), { recursive: true })
    const stored: StoreFile = { key, plans: [...plans] }
    writeFileSync(`${file}.new`, JSON.stringify(stored), { mode: 0o600 })
    renameSync(`${file}.new`, file)
  } catch {
    // A folder that cannot be written costs the next start some time, nothing else.
  }
}
