/**
 * Whether keys of other rows lead to a row, in the same system and in the others: different keys, looked
 * for as the graph looks for them. Of many keys an evenly spread sample is taken.
 */
import type { AnyDatabase, EntityKey } from '#shared/relations.ts'
import { appErrorIn } from '#shared/errors.ts'
import type { SourceKind } from '#shared/sources/connection.ts'
import { overMapping, type DescribedMapping } from '#shared/sources/derived.ts'
import type { Prefixes } from '#shared/sources/prefixes.ts'
import { quoted } from '#shared/sources/quoted.ts'
import type { Kysely } from 'kysely'
import type { OtherSystems, Owner } from './others.ts'
import {
  problem,
  referenceText,
  warning,
  type CheckedReference,
  type Finding,
  type UncheckedReference,
} from './report.ts'
import type { Counting } from './values.ts'

/** Different keys of one column that are looked for. */
const mostKeys = 10_000
/** Keys in one statement. */
const chunkSize = 1_000
const mostShown = 5

export interface References {
  readonly checked: readonly CheckedReference[]
  readonly unchecked: readonly UncheckedReference[]
  readonly findings: readonly Finding[]
}

export interface ReferenceOptions {
  readonly system: string
  /** The relations of the system itself, as the graph reads them. */
  readonly db: Kysely<AnyDatabase>
  readonly others: OtherSystems
  readonly count: Counting
  /** What ids of the graph begin with, and the columns of the source do not. */
  readonly prefixes: Prefixes
  /** Columns whose values are not printed. */
  readonly sensitive: ReadonlySet<string>
  /** The least share of keys, in percent, that must lead to a row. */
  readonly leastPercent: number
}

export async function checkReferences(
  described: DescribedMapping,
  options: ReferenceOptions,
): Promise<References> {
  const checked: CheckedReference[] = []
  const unchecked: UncheckedReference[] = []
  const findings: Finding[] = []
  for (const column of described.held.keys()) {
    const key = described.relation.columns[column]?.refersTo
    if (key === undefined) continue
    const target = await targetOf(key, options)
    if (target.sources === null) {
      unchecked.push({ column, to: target.to, reason: target.reason })
      continue
    }
    const found = await checkReference(described, column, target, options)
    if ('reason' in found) {
      unchecked.push(found)
      continue
    }
    checked.push(found)
    findings.push(...findingsOf(found, options.leastPercent))
  }
  return { checked, unchecked, findings }
}

type Target =
  | {
      readonly sources: readonly Kysely<AnyDatabase>[]
      readonly to: string
      readonly owner: Owner
    }
  | { readonly sources: null; readonly to: string; readonly reason: string }

async function targetOf(
  key: EntityKey,
  { system, db: own, others }: ReferenceOptions,
): Promise<Target> {
  const owner = others.ownerOf(key)
  if (owner === null) return { sources: null, to: key, reason: 'no system here declares it' }
  const to = `${owner.system}.${owner.relation}.${owner.column}`
  if (owner.system === system) return { sources: [own], to, owner }
  const opened = await others.open(owner.system)
  return opened.sources === null ? { to, ...opened } : { to, owner, ...opened }
}

async function checkReference(
  described: DescribedMapping,
  column: string,
  { sources, to, owner }: Extract<Target, { owner: Owner }>,
  { system, others, count, prefixes, sensitive }: ReferenceOptions,
): Promise<CheckedReference | UncheckedReference> {
  const { keys, sample: own } = await differentKeys(described, column, count)
  const prefix = prefixes.get(`${described.mapping.relation}.${column}`) ?? ''
  const sample = own.map((key) => prefix + key)
  const found = await keysIn(sources, owner, sample).catch((error: unknown) => {
    const ours = appErrorIn(error)
    if (ours?.code === 'NOT_MAPPED') return `${to} is not mapped`
    // What is wrong with another system is told when that one is checked.
    if (ours === null || owner.system === system) throw error
    if (ours.code !== 'MAPPING_INVALID') others.failed(owner.system, ours.message)
    return ours.message
  })
  if (typeof found === 'string') return { column, to, reason: found }
  const missing = sample.filter((key) => !found.has(key))
  const share = sample.length === 0 ? null : 1 - missing.length / sample.length
  return {
    column,
    to,
    keys,
    lookedFor: sample.length,
    found: sample.length - missing.length,
    // Cut, not rounded: 100 is said of all only.
    percent: share === null ? null : Math.floor(share * 1_000) / 10,
    missing: sensitive.has(column) ? null : missing.slice(0, mostShown),
  }
}

/** Those of the keys that are there, as the graph finds them: in any of the system's sources. */
async function keysIn(
  sources: readonly Kysely<AnyDatabase>[],
  { relation, column }: Owner,
  keys: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  const name = `${relation}.${column}`
  for (let at = 0; at < keys.length; at += chunkSize) {
    const chunk = keys.slice(at, at + chunkSize)
    for (const db of sources) {
      const rows = await db.selectFrom(relation).select(name).where(name, 'in', chunk).execute()
      for (const row of rows) found.add(String(row[column]))
    }
  }
  return found
}

/** Different keys of a column: all, or as many as are looked for, evenly spread. */
async function differentKeys(
  described: DescribedMapping,
  column: string,
  count: Counting,
): Promise<{ readonly keys: number; readonly sample: readonly string[] }> {
  const { kind } = described
  const name = `m.${quoted(column, kind)}`
  const { sql: different, parameters } = overMapping(
    described,
    `DISTINCT ${keyText(name, kind)} AS k`,
    `WHERE ${name} IS NOT NULL`,
  )
  const [[all = 0] = []] = await count({
    sql: `SELECT count(*) FROM (${different}) d`,
    parameters,
  })
  const keys = Number(all)
  const step = Math.ceil(keys / mostKeys)
  const rows = await count({
    sql:
      step <= 1
        ? `SELECT k FROM (${different}) d ORDER BY k`
        : `SELECT k FROM (SELECT k, row_number() OVER (ORDER BY k) AS place FROM (${different}) d) s WHERE place % ${step} = 0 ORDER BY place`,
    parameters,
  })
  return { keys, sample: rows.map(([key]) => String(key)) }
}

/** A key as the graph reads it: text, told apart exactly, whatever the collation. */
function keyText(column: string, kind: SourceKind): string {
  switch (kind) {
    case 'mysql':
      return `CAST(${column} AS char) COLLATE utf8mb4_bin`
    case 'postgresql':
    case 'sqlite':
      return `CAST(${column} AS text)`
  }
}

function findingsOf(reference: CheckedReference, leastPercent: number): readonly Finding[] {
  const { percent, missing } = reference
  if (percent === null || percent === 100) return []
  const shown =
    missing === null
      ? ''
      : `; lead nowhere: ${missing.map((key) => JSON.stringify(key)).join(', ')}`
  return percent < leastPercent
    ? [problem(`${referenceText(reference)}${shown}. At least ${leastPercent} % must`)]
    : [warning(`${referenceText(reference)}${shown}`)]
}
