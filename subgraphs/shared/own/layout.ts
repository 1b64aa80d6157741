/**
 * What a database of Isthmus's own lacks, as statements: tables, columns that may be null and indexes are
 * added, and anything else is refused, so that what it holds is kept. The same for every kind. Pure.
 */
import { AppError } from '../errors.ts'
import type { Relations } from '../relations.ts'
import { addColumn, createIndexes, createTables, type TableKind } from '../tables.ts'

export interface Found {
  readonly kind: TableKind
  /** How messages call the database. */
  readonly name: string
  /** The columns of a table; none where there is no such table. */
  readonly columnsOf: (table: string) => readonly string[]
}

/** Throws DATABASE_OUTDATED where it was made by another version, which nothing can be added to. */
export function missingStatements(relations: Relations, found: Found): readonly string[] {
  const tables = Object.entries(relations).flatMap(([table, relation]) => {
    const columns = found.columnsOf(table)
    return columns.length === 0
      ? [createTables({ [table]: relation }, found.kind)]
      : missingColumns(table, relation, columns, found)
  })
  const indexes = createIndexes(relations).map((index) =>
    index.replace(/^CREATE INDEX/, 'CREATE INDEX IF NOT EXISTS'),
  )
  return [...tables, ...indexes]
}

function missingColumns(
  table: string,
  { columns }: Relations[string],
  present: readonly string[],
  { kind, name }: Found,
): readonly string[] {
  const missing = Object.entries(columns).filter(([column]) => !present.includes(column))
  const strange = present.filter((column) => !Object.hasOwn(columns, column))
  if (strange.length > 0 || missing.some(([, { nullable }]) => !nullable)) {
    throw new AppError(
      'DATABASE_OUTDATED',
      `${name}: "${table}" has the columns ${present.join(', ')}, which this version cannot turn into ${Object.keys(columns).join(', ')}. It was made by another version of Isthmus: run that one, or move what is there away.`,
    )
  }
  return missing.map(([column, { type }]) => addColumn(table, column, type, kind))
}
