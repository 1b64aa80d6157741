/**
 * What a question about one customer reads, as the tables of other programs: the demo's rows in one
 * database, with decimals, dates and times as its server has them, and a mapping set for each system.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite'
import type { ColumnType, Relation, Relations } from '../../../subgraphs/shared/relations.ts'
import type { SourceKind } from '../../../subgraphs/shared/sources/connection.ts'
import { quoted } from '../../../subgraphs/shared/sources/quoted.ts'
import { relations as crm } from '../../../subgraphs/crm/relations.ts'
import { relations as erp } from '../../../subgraphs/erp/relations.ts'
import { relations as finance } from '../../../subgraphs/finance/relations.ts'
import { relations as hr } from '../../../subgraphs/hr/relations.ts'

const systems: Readonly<Record<string, Relations>> = {
  crm: {
    customer: crm.customer,
    contact: crm.contact,
    interaction: crm.interaction,
    service_case: crm.service_case,
    opportunity: crm.opportunity,
  },
  erp: { customer: erp.customer, sales_order: erp.sales_order },
  hr: { employee: hr.employee },
  finance: { debtor: finance.debtor, invoice: finance.invoice },
}

export const tableOf = (system: string, relation: string): string => `other_${system}_${relation}`

const all = Object.entries(systems).flatMap(([system, relations]) =>
  Object.entries(relations).map(([name, relation]) => ({ system, name, relation })),
)

/** Statements that make the tables, their rows and their indexes. */
export const customerTables = (kind: SourceKind, data: string): readonly string[] => [
  ...all.flatMap(({ system, name, relation }) => [
    createTable(kind, tableOf(system, name), relation),
    ...rowsOf(kind, join(data, `${system}.sqlite`), tableOf(system, name), { name, relation }),
    ...(relation.indexes ?? []).map(
      (columns, at) =>
        `CREATE INDEX ${tableOf(system, name)}_${at} ON ${tableOf(system, name)} (${names(kind, columns)})`,
    ),
  ]),
  kind === 'mysql'
    ? `ANALYZE TABLE ${all.map(({ system, name }) => tableOf(system, name)).join(', ')}`
    : 'ANALYZE',
]

/** Writes the mapping sets; answers the folder of each system's. */
export function customerMappings(
  kind: SourceKind,
  address: string,
  folder: string,
): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(systems).map(([system, relations]) => {
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
