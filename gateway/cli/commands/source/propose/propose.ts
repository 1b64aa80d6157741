/**
 * A proposal of mappings for a system over a database: for each relation the table it may be found in
 * and where its columns may come from, with how sure that is. Guesses nothing silently.
 */
import type { Relations } from '#shared/relations.ts'
import type { Catalogue, CatalogueTable } from '#shared/sources/catalogue.ts'
import type { SourceKind } from '#shared/sources/connection.ts'
import { codesFor, type CodesProposal } from './codes.ts'
import { columnsFor, sureFrom, type ColumnProposal } from './columns.ts'
import { tablesFor, type Candidate } from './tables.ts'
import { wordsOf } from './words.ts'

export interface ProposedColumn extends ColumnProposal {
  readonly isKey: boolean
  /** Of an enumeration whose source has codes; null where there are none to speak of. */
  readonly codes: CodesProposal | null
}

export interface ProposedRelation {
  readonly relation: string
  readonly description: string
  readonly table: CatalogueTable
  /** 0 to 1: of the table. */
  readonly confidence: number
  readonly others: readonly Candidate[]
  readonly columns: readonly ProposedColumn[]
  /** The table and every column of the key are sure: it can be used as it is. */
  readonly isUsable: boolean
}

export interface Proposal {
  readonly relations: readonly ProposedRelation[]
  /** Relations for which nothing is close. */
  readonly missing: readonly string[]
}

export interface ProposalOptions {
  readonly system: string
  readonly relations: Relations
  readonly kind: SourceKind
  readonly catalogue: Catalogue
  /** Told what is being looked at. */
  readonly onProgress: (text: string) => void
}

/** From here on a table is taken. */
const usableFrom = 0.6

export async function propose(options: ProposalOptions): Promise<Proposal> {
  const { system, relations, kind, catalogue, onProgress } = options
  onProgress('reads the tables')
  const tables = await catalogue.tables()
  onProgress(`compares ${tables.length} tables with ${Object.keys(relations).length} relations`)
  const systemWords = wordsOf(system)
  const chosen = tablesFor({ relations, tables, kind, systemWords })
  const proposed: ProposedRelation[] = []
  for (const [name, relation] of Object.entries(relations)) {
    const [best, ...others] = chosen.get(name) ?? []
    if (best === undefined) continue
    const { table, confidence } = best
    const found = columnsFor({
      name,
      relation,
      table,
      relations,
      tables,
      chosen,
      kind,
      systemWords,
    })
    const columns: ProposedColumn[] = []
    for (const column of found) {
      const type = relation.columns[column.column]?.type
      const isKey = relation.key.includes(column.column)
      if (type?.kind !== 'enum' || column.from === null)
        columns.push({ ...column, isKey, codes: null })
      else {
        onProgress(`reads the codes of ${name}.${column.column}`)
        const from = column.from.join?.table.name ?? table.name
        columns.push(
          withCodes(
            { ...column, isKey },
            await catalogue.codes(from, column.from.name),
            type.values,
          ),
        )
      }
    }
    const isSure = columns.every((each) => !each.isKey || each.confidence >= sureFrom)
    proposed.push({
      relation: name,
      description: relation.description,
      table,
      confidence,
      others,
      columns,
      isUsable: confidence >= usableFrom && isSure,
    })
  }
  const found = new Set(proposed.map(({ relation }) => relation))
  return { relations: proposed, missing: Object.keys(relations).filter((name) => !found.has(name)) }
}

/** Sure only where every code is known: what is not listed is an error for whoever reads it. */
function withCodes(
  column: Omit<ProposedColumn, 'codes'>,
  raw: readonly string[] | null,
  values: readonly string[],
): ProposedColumn {
  if (raw === null) {
    return {
      ...column,
      codes: null,
      confidence: 0.3,
      reason: `${column.reason}; too many values to be codes`,
    }
  }
  const codes = codesFor(raw, values)
  if (codes.isOurs) return { ...column, codes: null }
  if (raw.length > 0 && codes.unknown.length === 0) return { ...column, codes }
  return {
    ...column,
    codes,
    confidence: Math.min(column.confidence, 0.5),
    reason:
      raw.length === 0
        ? `${column.reason}; no row has a code yet`
        : `${column.reason}; ${codes.unknown.length} of ${raw.length} codes are not known`,
  }
}
