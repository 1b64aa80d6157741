/**
 * The relations of a system as one database of a company has them: every column says where its values
 * come from, and what stands for a relation in a statement.
 */
import type { OperationNode } from 'kysely'
import type { Column, ColumnType, Relation, Relations } from '../relations.ts'
import type { MappedTables } from '../relations-plugin.ts'
import { mappingInvalid, type CheckedMapping } from './check.ts'
import { derivedColumns, derivedTable, type DescribedMapping } from './derived.ts'
import { relationNotMapped } from './not-mapped.ts'

export interface MappedRelations {
  readonly relations: Relations
  readonly tables: MappedTables
}

export function mappedRelations(
  declared: Relations,
  checked: ReadonlyMap<string, CheckedMapping>,
): MappedRelations {
  const relations = Object.fromEntries(
    Object.entries(declared).map(([name, relation]) => {
      const described = checked.get(name)?.described
      return [name, described ? withOrigins(name, relation, described) : relation]
    }),
  )
  const tables = new Map<string, OperationNode>()
  const describedOf = (name: string): DescribedMapping => {
    const found = checked.get(name)
    if (found === undefined) throw relationNotMapped(name)
    if (found.described === null) throw mappingInvalid(found)
    return found.described
  }
  return {
    relations,
    tables: {
      columns: (name) => derivedColumns(describedOf(name)),
      table: (name) => {
        let table = tables.get(name)
        if (table === undefined) tables.set(name, (table = derivedTable(describedOf(name))))
        return table
      },
    },
  }
}

const withOrigins = (name: string, relation: Relation, described: DescribedMapping): Relation => ({
  ...relation,
  columns: Object.fromEntries(
    Object.entries(relation.columns).map(([column, of]): [string, Column] => [
      column,
      { ...of, type: withOrigin(of.type, { name, column }, described) },
    ]),
  ),
})

function withOrigin(
  type: ColumnType,
  { name, column }: { readonly name: string; readonly column: string },
  { held, mapping }: DescribedMapping,
): ColumnType {
  const codes = mapping.codes.get(column)
  const origin = { relation: name, column, held: held.get(column) ?? null }
  return { ...type, origin: codes === undefined ? origin : { ...origin, codes } }
}
