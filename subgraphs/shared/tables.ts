/**
 * The tables of the embedded databases, made from the declared relations, so that a column is
 * declared once. Other databases keep their own tables and are mapped instead.
 */
import { createHash } from 'node:crypto'
import type { ColumnType, Relation, Relations } from './relations.ts'

/** SQLite statements that create a table for every relation. */
export const createTables = (relations: Relations): string =>
  Object.entries(relations)
    .map(([name, relation]) => createTable(name, relation))
    .join('\n\n')

/**
 * The SQLite statements that create the indexes of all relations. They are apart from the tables
 * because an index over many rows is made much faster at once than row by row.
 */
export const createIndexes = (relations: Relations): readonly string[] =>
  Object.entries(relations).flatMap(([name, { indexes = [] }]) =>
    indexes.map(
      (columns) =>
        `CREATE INDEX ${quoted([name, ...columns].join('_'))} ON ${quoted(name)} (${columns.map(quoted).join(', ')});`,
    ),
  )

/** Identifies the layout of a database: SHA-256 of its tables and indexes, as hex. */
export const layoutOf = (relations: Relations): string =>
  createHash('sha256')
    .update([createTables(relations), ...createIndexes(relations)].join('\n'))
    .digest('hex')

function createTable(name: string, { columns, key }: Relation): string {
  const lines = Object.entries(columns).map(([column, { type, nullable }]) =>
    columnText(column, type, nullable),
  )
  const primaryKey = `PRIMARY KEY (${key.map(quoted).join(', ')})`
  // Rows with a key of several parts belong to a parent and are read by it: they lie in its order.
  const options = key.length > 1 ? 'STRICT, WITHOUT ROWID' : 'STRICT'
  return `CREATE TABLE ${quoted(name)} (\n  ${[...lines, primaryKey].join(',\n  ')}\n) ${options};`
}

/** One column as SQLite declares it. */
export const columnText = (name: string, type: ColumnType, nullable: boolean): string =>
  `${quoted(name)} ${storage(type)}${nullable ? '' : ' NOT NULL'}`

const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`

/** Decimals are scaled integers, so that sums are exact and overflow is an error. */
function storage(type: ColumnType): 'TEXT' | 'INTEGER' {
  switch (type.kind) {
    case 'integer':
    case 'boolean':
    case 'decimal':
      return 'INTEGER'
    case 'id':
    case 'text':
    case 'date':
    case 'instant':
    case 'enum':
      return 'TEXT'
    case 'float':
      throw new TypeError('no relation stores a float')
  }
}
