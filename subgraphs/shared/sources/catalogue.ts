/**
 * What a database says of itself: its tables, which codes a column holds, whether the account could
 * write, and how a statement would be run. Reads catalogues and bounded samples only; never a column
 * that looks like a secret. Knows no relation.
 */
import { AppError } from '../errors.ts'
import type {
  SourceConnection,
  SourceKind,
  SourceStatement,
  SourceType,
  StatementLimits,
} from './connection.ts'
import { mysqlCatalogue } from './catalogue-mysql.ts'
import { postgresqlCatalogue } from './catalogue-postgresql.ts'
import { sqliteCatalogue } from './catalogue-sqlite.ts'
import { quoted, quotedTable } from './quoted.ts'
import { looksSecret } from './secrets.ts'

export interface CatalogueColumn {
  readonly name: string
  readonly type: SourceType
  /** As the database calls it. */
  readonly native: string
  readonly nullable: boolean
}

export interface ForeignKey {
  readonly columns: readonly string[]
  /** The `name` of the table that it refers to, and the columns there. */
  readonly table: string
  readonly references: readonly string[]
}

export interface CatalogueIndex {
  readonly name: string
  readonly columns: readonly string[]
}

export interface CatalogueTable {
  /** As a statement says it, without quotes: `sales.order` where the schema must be named. */
  readonly name: string
  readonly isView: boolean
  readonly columns: readonly CatalogueColumn[]
  /** Empty where there is none. */
  readonly primaryKey: readonly string[]
  /** Other columns that no two rows share. */
  readonly uniqueKeys: readonly (readonly string[])[]
  readonly foreignKeys: readonly ForeignKey[]
  /** Those that serve all rows, the primary key's among them. */
  readonly indexes: readonly CatalogueIndex[]
  /** What the database estimates; null where it does not know without counting. */
  readonly rows: number | null
}

export interface Explained {
  /** Tables that are read from one end to the other, with their estimated rows. */
  readonly fullScans: readonly { readonly table: string; readonly rows: number | null }[]
  readonly indexesUsed: readonly string[]
}

/** How one kind of database is asked. */
export interface CatalogueOf {
  tables(ask: Ask): Promise<readonly CatalogueTable[]>
  /** What the account may do beside reading, in words. */
  writes(ask: Ask): Promise<readonly string[]>
  explain(
    ask: Ask,
    statement: SourceStatement,
    tables: readonly CatalogueTable[],
  ): Promise<Explained>
}

export type Ask = (
  sql: string,
  parameters?: readonly unknown[],
) => Promise<readonly (readonly unknown[])[]>

export interface Catalogue {
  /**
   * Tables and views that the account may read, by name; those of the database itself left out. They
   * are asked for once.
   */
  tables(): Promise<readonly CatalogueTable[]>
  /**
   * The distinct values of a column in its first rows, as text; null where there are too many to be
   * codes. Throws FORBIDDEN for a column that looks like a secret.
   */
  codes(table: string, column: string): Promise<readonly string[] | null>
  writes(): Promise<readonly string[]>
  explain(statement: SourceStatement): Promise<Explained>
}

/** Rows that are looked at for codes. */
const sampledRows = 100_000
const mostCodes = 50

export function catalogueOf(connection: SourceConnection, limits: StatementLimits): Catalogue {
  const { kind } = connection
  const of = catalogues[kind]
  const ask: Ask = (sql, parameters = []) => connection.run({ sql, parameters }, limits)
  let known: Promise<readonly CatalogueTable[]> | null = null

  const asked = async () =>
    (await of.tables(ask)).toSorted((one, other) => (one.name < other.name ? -1 : 1))

  function tables(): Promise<readonly CatalogueTable[]> {
    known ??= asked()
    known.catch(() => (known = null))
    return known
  }

  return {
    tables,
    async codes(table, column) {
      if (looksSecret(column)) {
        throw new AppError('FORBIDDEN', `"${column}" looks like a secret: it is not read.`)
      }
      const name = quoted(column, kind)
      const rows = await ask(
        `SELECT DISTINCT ${name} FROM (SELECT ${name} FROM ${quotedTable(table, kind)} LIMIT ${sampledRows}) sampled WHERE ${name} IS NOT NULL LIMIT ${mostCodes + 1}`,
      )
      return rows.length > mostCodes ? null : rows.map(([value]) => String(value)).toSorted()
    },
    writes: () => of.writes(ask),
    explain: async (statement) => of.explain(ask, statement, await tables()),
  }
}

const catalogues: Readonly<Record<SourceKind, CatalogueOf>> = {
  postgresql: postgresqlCatalogue,
  mysql: mysqlCatalogue,
  sqlite: sqliteCatalogue,
}
