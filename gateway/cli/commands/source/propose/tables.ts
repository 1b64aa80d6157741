/**
 * Which table a relation is found in: by its name, by its columns, and by what refers to it.
 */
import type { Relation, Relations } from '#shared/relations.ts'
import type { CatalogueColumn, CatalogueTable } from '#shared/sources/catalogue.ts'
import type { SourceKind } from '#shared/sources/connection.ts'
import { looksSecret } from '#shared/sources/secrets.ts'
import { fitOf } from './fit.ts'
import { similarity, without, wordsOf } from './words.ts'

export interface Candidate {
  readonly table: CatalogueTable
  /** 0 to 1. */
  readonly confidence: number
}

export interface Choosing {
  readonly relations: Relations
  readonly tables: readonly CatalogueTable[]
  readonly kind: SourceKind
  /** Words of the system's own name, which its keys begin with. */
  readonly systemWords: readonly string[]
}

/** Below this, a table is no candidate. */
const leastConfidence = 0.45

/** The candidates of each relation, the best first; none where nothing is close. */
export function tablesFor(choosing: Choosing): ReadonlyMap<string, readonly Candidate[]> {
  const { relations, tables } = choosing
  const prefixes = commonPrefixes(tables)
  const all = Object.entries(relations)
  // What has a key of one column is chosen first: the others belong to it.
  const parts = [
    all.filter(([, { key }]) => key.length === 1),
    all.filter(([, { key }]) => key.length > 1),
  ]
  let chosen: ReadonlyMap<string, readonly Candidate[]> = new Map()
  for (const part of parts) {
    const before = chosen
    const found = part.map(([name, relation]): [string, readonly Candidate[]] => [
      name,
      tables.map((table) => ({
        table,
        confidence: confidenceOf(name, relation, { table, choosing, chosen: before, prefixes }),
      })),
    ])
    chosen = new Map([...before, ...withoutRivals(new Map(found))])
  }
  return chosen
}

/** What begins the names of several tables, up to the first underscore, is no part of what they are. */
function commonPrefixes(tables: readonly CatalogueTable[]): ReadonlySet<string> {
  const counted = Map.groupBy(tables, ({ name }) => prefixOf(name))
  return new Set(
    [...counted].flatMap(([prefix, { length }]) => (prefix !== '' && length >= 3 ? [prefix] : [])),
  )
}

const prefixOf = (name: string): string => /^([^_]+)_./.exec(bareName(name))?.[1] ?? ''

/** A table that suits another relation better is less likely this one's. */
function withoutRivals(
  chosen: ReadonlyMap<string, readonly Candidate[]>,
): ReadonlyMap<string, readonly Candidate[]> {
  const best = new Map<CatalogueTable, number>()
  for (const { table, confidence } of [...chosen.values()].flat()) {
    best.set(table, Math.max(confidence, best.get(table) ?? 0))
  }
  const rivalled = ({ table, confidence }: Candidate): Candidate => ({
    table,
    confidence: confidence < (best.get(table) ?? 0) ? confidence * 0.8 : confidence,
  })
  return new Map(
    [...chosen].map(([name, candidates]) => [
      name,
      candidates
        .map(rivalled)
        .filter(({ confidence }) => confidence >= leastConfidence)
        .toSorted((one, other) => other.confidence - one.confidence),
    ]),
  )
}

interface Comparing {
  readonly table: CatalogueTable
  readonly choosing: Choosing
  readonly chosen: ReadonlyMap<string, readonly Candidate[]>
  readonly prefixes: ReadonlySet<string>
}

function confidenceOf(name: string, relation: Relation, comparing: Comparing): number {
  const { table, choosing, prefixes } = comparing
  const { systemWords } = choosing
  const prefix = prefixOf(table.name)
  const tableWords = prefixes.has(prefix)
    ? wordsOf(bareName(table.name).slice(prefix.length + 1))
    : tableWordsOf(table)
  const byName = Math.max(
    similarity(wordsOf(name), tableWords),
    similarity(wordsOf(name), tableWordsOf(table)) * 0.85,
  )
  // A customer that is keyed by its account may be found in `accounts`.
  const [key = ''] = relation.key
  const keyWords = without(wordsOf(key), [...systemWords, 'id'])
  const byKey = relation.key.length === 1 ? similarity(keyWords, tableWords) * 0.85 : 0
  const named = Math.max(byName, byKey)
  if (named < 0.5) return 0
  const columns = Object.entries(relation.columns).filter(
    ([column]) => !relation.key.includes(column),
  )
  const found = columns.map(([column, { type }]) =>
    Math.max(
      0,
      ...readable(table).map(
        (each) =>
          columnSimilarity(column, each.name, {
            relationWords: wordsOf(name),
            tableWords,
            systemWords,
          }) * fitOf(type, each, choosing.kind).fit,
      ),
    ),
  )
  const byColumns =
    found.length === 0 ? named : found.reduce((sum, each) => sum + each, 0) / found.length
  const score = 0.65 * named + 0.35 * byColumns
  const certain = relation.key.length === 1 ? score : score * belonging(key, name, comparing)
  return Math.min(1, certain) * (table.isView ? 0.9 : 1)
}

/** More where the table refers to that of the parent, less where it does not. */
function belonging(key: string, name: string, { table, choosing, chosen }: Comparing): number {
  const parent = parentOf(key, name, choosing.relations)
  const [found] = (parent === null ? undefined : chosen.get(parent)) ?? []
  if (parent === null) return 1
  const refersToIt = table.foreignKeys.some((each) => each.table === found?.table.name)
  return refersToIt && (found?.confidence ?? 0) >= 0.6 ? 1.15 : 0.85
}

/** Another relation of the system, whose rows the column refers to by their key. */
export function parentOf(column: string, self: string, relations: Relations): string | null {
  const [entity, key] = relations[self]?.columns[column]?.refersTo?.split('.') ?? []
  const found = Object.entries(relations).find(
    ([name, declared]) => name !== self && declared.entity === entity && declared.key[0] === key,
  )
  return entity === undefined ? null : (found?.[0] ?? null)
}

export const tableWordsOf = ({ name }: Pick<CatalogueTable, 'name'>): readonly string[] =>
  wordsOf(bareName(name))

/** Without its schema. */
const bareName = (name: string): string => name.slice(name.indexOf('.') + 1)

/** Columns that may be looked at. */
export const readable = ({ columns }: CatalogueTable): readonly CatalogueColumn[] =>
  columns.filter(({ name }) => !looksSecret(name))

/** Names of columns, with and without what they repeat of their table. */
export function columnSimilarity(
  declared: string,
  found: string,
  { relationWords, tableWords, systemWords }: ComparedWords,
): number {
  const ours = without(wordsOf(declared), systemWords)
  const theirs = wordsOf(found)
  const short = similarity(without(ours, relationWords), without(theirs, tableWords))
  return Math.max(similarity(ours, theirs), short)
}

export interface ComparedWords {
  readonly relationWords: readonly string[]
  readonly tableWords: readonly string[]
  /** Of the system's own name, which its keys begin with. */
  readonly systemWords: readonly string[]
}
