/**
 * From which column of its table a relation takes each of its own: keys by keys, references by foreign
 * keys, everything else by name and type; what a foreign key leads to is joined for its name.
 */
import type { ColumnType, Relation, Relations } from '#shared/relations.ts'
import type { CatalogueTable, ForeignKey } from '#shared/sources/catalogue.ts'
import type { SourceKind } from '#shared/sources/connection.ts'
import { fitOf, type Fit } from './fit.ts'
import { columnSimilarity, parentOf, readable, tableWordsOf, type Candidate } from './tables.ts'
import { similarity, without, wordsOf } from './words.ts'

export interface Join {
  readonly table: CatalogueTable
  readonly key: ForeignKey
}

export interface ColumnProposal {
  readonly column: string
  /** Null where nothing is close. */
  readonly from: {
    readonly name: string
    /** Set where it stands in another table. */
    readonly join: Join | null
    readonly fit: Fit
  } | null
  /** 0 to 1. */
  readonly confidence: number
  readonly reason: string
}

/** From here on a column is written as sure; below, it is commented out. */
export const sureFrom = 0.75

export interface Proposing {
  readonly name: string
  readonly relation: Relation
  readonly table: CatalogueTable
  readonly relations: Relations
  readonly tables: readonly CatalogueTable[]
  readonly chosen: ReadonlyMap<string, readonly Candidate[]>
  readonly kind: SourceKind
  readonly systemWords: readonly string[]
}

/** Below this, a column is not even worth a line that is commented out. */
const leastSimilarity = 0.5

export function columnsFor(proposing: Proposing): readonly ColumnProposal[] {
  const { relation } = proposing
  const taken = new Set<string>()
  const found = Object.entries(relation.columns).map(([column, { type }]): ColumnProposal => {
    const proposal =
      (relation.key.includes(column) ? byKey(column, type, proposing, taken) : null) ??
      byReference(column, type, proposing) ??
      byName(column, type, proposing)
    if (proposal === null) return absent(column)
    if (proposal.from !== null && proposal.from.join === null) taken.add(proposal.from.name)
    return proposal
  })
  return found.map((each) => (isOutdone(each, found) ? absent(each.column) : each))
}

const absent = (column: string): ColumnProposal => ({
  column,
  from: null,
  confidence: 0,
  reason: 'nothing is close',
})

/** An unsure guess at a column that another one has with more right. */
const isOutdone = (one: ColumnProposal, all: readonly ColumnProposal[]): boolean =>
  one.confidence < sureFrom &&
  all.some(
    (other) =>
      other !== one &&
      other.from?.name === one.from?.name &&
      other.from?.join === one.from?.join &&
      other.confidence > one.confidence,
  )

/** A key of one column is the table's own; of several, those that no reference explains. */
function byKey(
  column: string,
  type: ColumnType,
  proposing: Proposing,
  taken: ReadonlySet<string>,
): ColumnProposal | null {
  const { relation, table, kind, relations, name } = proposing
  if (relation.key.length === 1) {
    const own = singleKeyOf(table)
    const found = table.columns.find((each) => each.name === own)
    const fit = found === undefined ? null : fitOf(type, found, kind)
    if (found === undefined || fit === null || fit.fit === 0) return null
    return {
      column,
      from: { name: found.name, join: null, fit },
      confidence: 0.95 * fit.fit,
      reason: 'the key of its table, to which others refer',
    }
  }
  if (parentOf(column, name, relations) !== null) return null
  const rest = table.primaryKey.filter(
    (each) => !taken.has(each) && !table.foreignKeys.some((key) => key.columns.includes(each)),
  )
  const [only] = rest
  const found = table.columns.find((each) => each.name === only)
  if (rest.length !== 1 || found === undefined) return null
  const fit = fitOf(type, found, kind)
  return fit.fit === 0
    ? null
    : {
        column,
        from: { name: found.name, join: null, fit },
        confidence: 0.85 * fit.fit,
        reason: 'what is left of the key of its table',
      }
}

/** The column by which others refer to a table. */
function singleKeyOf({ primaryKey, uniqueKeys }: CatalogueTable): string | undefined {
  const [key] = [primaryKey, ...uniqueKeys].find((each) => each.length === 1) ?? []
  return key
}

/** The key of another relation: the foreign key to the table of that relation. */
function byReference(
  column: string,
  type: ColumnType,
  proposing: Proposing,
): ColumnProposal | null {
  if (type.kind !== 'id') return null
  const { table, kind, name, relations, chosen, systemWords } = proposing
  const parent = parentOf(column, name, relations)
  const target = parent === null ? undefined : chosen.get(parent)?.[0]?.table.name
  const words = without(wordsOf(column), [...systemWords, 'id'])
  const references = table.foreignKeys
    .filter(({ columns }) => columns.length === 1)
    .map((key) => ({
      key,
      score:
        key.table === target
          ? 0.9 + 0.05 * similarity(words, without(wordsOf(key.columns[0] ?? ''), ['id']))
          : 0.9 * similarity(words, without(wordsOf(key.columns[0] ?? ''), ['id'])),
    }))
    .toSorted((one, other) => other.score - one.score)
  const [best] = references
  const found = table.columns.find((each) => each.name === best?.key.columns[0])
  if (best === undefined || found === undefined || best.score < 0.5) return null
  const fit = fitOf(type, found, kind)
  if (fit.fit === 0) return null
  return {
    column,
    from: { name: found.name, join: null, fit },
    confidence: best.score * fit.fit,
    reason: `refers to ${best.key.table}`,
  }
}

function byName(column: string, type: ColumnType, proposing: Proposing): ColumnProposal | null {
  const { name, table, tables, kind, systemWords } = proposing
  const relationWords = wordsOf(name)
  const own = bestIn(column, type, { table, relationWords, systemWords, kind })
  const joined = tables.length > 0 ? byJoin(column, type, proposing) : null
  if (own !== null && own.confidence >= (joined?.confidence ?? 0)) return own
  return joined
}

interface Looking {
  readonly table: CatalogueTable
  readonly relationWords: readonly string[]
  readonly systemWords: readonly string[]
  readonly kind: SourceKind
}

function bestIn(column: string, type: ColumnType, looking: Looking): ColumnProposal | null {
  const { table, relationWords, systemWords, kind } = looking
  const tableWords = tableWordsOf(table)
  const [best] = readable(table)
    .map((each) => {
      const fit = fitOf(type, each, kind)
      const named = columnSimilarity(column, each.name, {
        relationWords,
        tableWords,
        systemWords,
      })
      return { name: each.name, fit, confidence: named * fit.fit }
    })
    .toSorted((one, other) => other.confidence - one.confidence)
  if (best === undefined || best.confidence < leastSimilarity) return null
  const note = best.fit.note === '' ? '' : `, ${best.fit.note}`
  return {
    column,
    from: { name: best.name, join: null, fit: best.fit },
    confidence: best.confidence,
    reason: `by name${note}`,
  }
}

/** Text that only another table has: the name of what a foreign key leads to. */
function byJoin(column: string, type: ColumnType, proposing: Proposing): ColumnProposal | null {
  if (type.kind !== 'text' && type.kind !== 'enum') return null
  const { table, tables, kind, systemWords } = proposing
  const words = without(wordsOf(column), systemWords)
  for (const key of table.foreignKeys) {
    const target = tables.find((each) => each.name === key.table)
    if (target === undefined || target.name === table.name) continue
    const named = Math.max(
      similarity(words, without(wordsOf(key.columns[0] ?? ''), ['id'])),
      similarity(words, tableWordsOf(target)),
    )
    if (named < 0.8) continue
    const label = readable(target).find(
      (each) => without(wordsOf(each.name), tableWordsOf(target)).join() === 'name',
    )
    const fit = label === undefined ? null : fitOf(type, label, kind)
    if (label === undefined || fit === null || fit.fit === 0) continue
    return {
      column,
      from: { name: label.name, join: { table: target, key }, fit },
      confidence: 0.85 * named * fit.fit,
      reason: `the name of its ${target.name}`,
    }
  }
  return null
}
