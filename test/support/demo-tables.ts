/**
 * The demo's rows as the tables of other programs: in one database, with decimals, dates and times as
 * its server has them, and a mapping set for each system.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import type { ColumnType, Relation, Relations } from '#shared/relations.ts'
import type { SourceKind } from '#shared/sources/connection.ts'
import { quoted } from '#shared/sources/quoted.ts'

/** System → its relations that get a table. */
export type Copied = Readonly<Record<string, Relations>>

export const tableOf = (system: string, relation: string): string => `other_${system}_${relation}`

/** Statements that make the tables, their rows and their indexes; `data` is the folder of the demo. */
export function demoTables(kind: SourceKind, data: string, copied: Copied): readonly string[] {
  const all = Object.entries(copied).flatMap(([system, relations]) =>
    Object.entries(relations).map(([name, relation]) => ({
      file: join(data, `${system}.sqlite`),
      table: tableOf(system, name),
      name,
      relation,
    })),
  )
  return [
    ...all.flatMap(({ file, table, name, relation }) => [
      createTable(kind, table, relation),
      ...rowsOf(kind, file, table, { name, relation }),
      ...(relation.indexes ?? []).map(
        (columns, at) => `CREATE INDEX ${table}_${at} ON ${table} (${names(kind, columns)})`,
      ),
    ]),
    kind === 'mysql' ? `ANALYZE TABLE ${all.map(({ table }) => table).join(', ')}` : 'ANALYZE',
  ]
}

/** Writes the mapping sets; answers the folder of each system's. `address` is that of source.yaml. */
export function demoMappings(
  kind: SourceKind,
  address: string,
  folder: string,
  copied: Copied,
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(copied).map(([system, relations]) => {
      const set = join(folder, system)
      mkdirSync(set)
      writeFileSync(join(set, 'source.yaml'), `kind: ${kind}\n${address}\ntimeZone: UTC\n`)
      for (const [name, { columns }] of Object.entries(relations)) {
        const select = `SELECT ${names(kind, Object.keys(columns))} FROM ${tableOf(system, name)}`
        writeFileSync(join(set, `${name}.sql`), `${select}\n`)
      }
      return [system, set]
    }),
  )
}

const names = (kind: SourceKind, columns: readonly string[]): string =>
  columns.map((column) => quoted(column, kind)).join(', ')

function createTable(kind: SourceKind, table: string, { columns, key }: Relation): string {
  const lines = Object.entries(columns).map(
    ([column, { type, nullable }]) =>
      `${quoted(column, kind)} ${nativeType(kind, type)}${nullable ? '' : ' NOT NULL'}`,
  )
  return `CREATE TABLE ${table} (${lines.join(', ')}, PRIMARY KEY (${names(kind, key)}))`
}

function nativeType(kind: SourceKind, type: ColumnType): string {
  switch (type.kind) {
    case 'id':
    case 'enum':
      return 'varchar(64)'
    case 'text':
      return 'varchar(255)'
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`
    case 'instant':
      return kind === 'mysql' ? 'datetime' : 'timestamp'
    case 'integer':
    case 'boolean':
    case 'date':
      return type.kind
    case 'float':
      return 'double precision'
  }
}

const rowsInStatement = 500

function rowsOf(
  kind: SourceKind,
  file: string,
  table: string,
  { name, relation }: { readonly name: string; readonly relation: Relation },
): readonly string[] {
  using database = new DatabaseSync(file, { readOnly: true })
  const columns = Object.entries(relation.columns)
  const selected = columns.map(([column]) => quoted(column, 'sqlite')).join(', ')
  const rows = database
    .prepare(`SELECT ${selected} FROM ${quoted(name, 'sqlite')}`)
    .all()
    .map(
      (row) =>
        `(${columns.map(([column, { type }]) => literal(kind, type, row[column])).join(', ')})`,
    )
  return Array.from({ length: Math.ceil(rows.length / rowsInStatement) }, (_, at) => {
    const some = rows.slice(at * rowsInStatement, (at + 1) * rowsInStatement)
    return `INSERT INTO ${table} VALUES ${some.join(', ')}`
  })
}

/** A value of the embedded database as the server's own literal. */
function literal(kind: SourceKind, type: ColumnType, value: SQLOutputValue | undefined): string {
  if (value === null || value === undefined) return 'NULL'
  switch (type.kind) {
    case 'decimal':
      return `${String(value)} / ${10 ** type.scale}.0`
    case 'boolean':
      return value === 1 ? 'true' : 'false'
    case 'integer':
    case 'float':
      return String(value)
    case 'instant':
      return `'${String(value).replace('T', ' ').replace('Z', '')}'`
    case 'id':
    case 'text':
    case 'enum':
    case 'date': {
      const text = String(value).replaceAll("'", "''")
      return `'${kind === 'mysql' ? text.replaceAll('\\', '\\\\') : text}'`
    }
  }
}
