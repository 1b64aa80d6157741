/**
 * The tables of the embedded databases and of Isthmus's own, made from the declared relations, so that
 * a column is declared once. Other databases keep their own tables and are mapped instead.
 */
import { createHash } from 'node:crypto'
import type { ColumnType, Relation, Relations } from './relations.ts'

export type TableKind = 'sqlite' | 'postgresql'

/** Statements that create a table for every relation. */
export const createTables = (relations: Relations, kind: TableKind = 'sqlite'): string =>
  Object.entries(relations)
    .map(([name, relation]) => createTable(name, relation, kind))
    .join('\n\n')

/**
 * The statements that create the indexes of all relations. They are apart from the tables
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

function createTable(name: string, { columns, key }: Relation, kind: TableKind): string {
  const lines = Object.entries(columns).map(([column, { type, nullable }]) =>
    columnText(column, type, nullable, kind),
  )
  const primaryKey = `PRIMARY KEY (${key.map(quoted).join(', ')})`
  const table = `CREATE TABLE ${quoted(name)} (\n  ${[...lines, primaryKey].join(',\n  ')}\n)`
  if (kind === 'postgresql') return `${table};`
  // Rows with a key of several parts belong to a parent and are read by it: they lie in its order.
  return `${table} ${key.length > 1 ? 'STRICT, WITHOUT ROWID' : 'STRICT'};`
}

/** The statement that adds a column, which must allow null: rows may be there. */
export const addColumn = (
  table: string,
  column: string,
  type: ColumnType,
  kind: TableKind,
): string => `ALTER TABLE ${quoted(table)} ADD COLUMN ${columnText(column, type, true, kind)};`

const columnText = (name: string, type: ColumnType, nullable: boolean, kind: TableKind): string =>
  `${quoted(name)} ${kind === 'sqlite' ? storage(type) : serverStorage(type)}${nullable ? '' : ' NOT NULL'}`

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

/** What PostgreSQL calls it. Text is compared and sorted by its bytes, as in SQLite. */
function serverStorage(type: ColumnType): string {
  switch (type.kind) {
    case 'integer':
      return 'bigint'
    case 'boolean':
      return 'boolean'
    case 'decimal':
      return `numeric(${type.precision}, ${type.scale})`
    case 'date':
      return 'date'
    case 'instant':
      return 'timestamptz'
    case 'id':
    case 'text':
    case 'enum':
      return 'text COLLATE "C"'
    case 'float':
      throw new TypeError('no relation stores a float')
  }
}
