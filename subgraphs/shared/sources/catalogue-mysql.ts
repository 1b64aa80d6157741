/** What MySQL and MariaDB say of themselves, from information_schema. */
import type { Ask, CatalogueOf, CatalogueTable } from './catalogue.ts'
import { estimated, listsOf, tableOfAlias } from './catalogue-rows.ts'
import type { SourceStatement, SourceType } from './connection.ts'

const tablesSql = `
  SELECT table_name, table_type, table_rows FROM information_schema.tables
  WHERE table_schema = database()`

const columnsSql = `
  SELECT table_name, column_name, data_type, column_type, is_nullable
  FROM information_schema.columns WHERE table_schema = database()
  ORDER BY table_name, ordinal_position`

/** A part of a column (sub_part) or an expression serves no equality of the whole. */
const indexesSql = `
  SELECT table_name, index_name, non_unique, column_name, sub_part
  FROM information_schema.statistics WHERE table_schema = database()
  ORDER BY table_name, index_name, seq_in_index`

const foreignKeysSql = `
  SELECT table_name, constraint_name, column_name, referenced_table_name, referenced_column_name
  FROM information_schema.key_column_usage
  WHERE table_schema = database() AND referenced_table_schema = database()
  ORDER BY table_name, constraint_name, ordinal_position`

async function tables(ask: Ask): Promise<readonly CatalogueTable[]> {
  const [found, columnRows, indexRows, keyRows] = [
    await ask(tablesSql),
    await ask(columnsSql),
    await ask(indexesSql),
    await ask(foreignKeysSql),
  ]
  const ofTable = ([table]: readonly unknown[]) => String(table)
  const columns = listsOf(columnRows, ofTable, ([, name, data, native, nullable]) => ({
    name: String(name),
    native: String(native),
    type: typeOf(String(data).toLowerCase(), String(native)),
    nullable: nullable === 'YES',
  }))
  const indexes = listsOf(indexRows, ofTable, (row) => row)
  const keys = listsOf(keyRows, ofTable, (row) => row)
  return found.map(([table, type, rows]): CatalogueTable => {
    const name = String(table)
    const ofThis = [...Map.groupBy(indexes.get(name) ?? [], ([, index]) => String(index))]
      .map(([index, parts]) => ({
        name: index,
        isUnique: Number(parts[0]?.[2]) === 0,
        isWhole: parts.every(([, , , column, part]) => column !== null && part === null),
        columns: parts.map(([, , , column]) => String(column)),
      }))
      .filter(({ isWhole }) => isWhole)
    return {
      name,
      isView: type !== 'BASE TABLE',
      columns: columns.get(name) ?? [],
      primaryKey: ofThis.find((each) => each.name === 'PRIMARY')?.columns ?? [],
      uniqueKeys: ofThis
        .filter((each) => each.isUnique && each.name !== 'PRIMARY')
        .map((each) => each.columns),
      foreignKeys: [...Map.groupBy(keys.get(name) ?? [], ([, key]) => String(key)).values()].map(
        (parts) => ({
          table: String(parts[0]?.[3]),
          columns: parts.map(([, , column]) => String(column)),
          references: parts.map(([, , , , column]) => String(column)),
        }),
      ),
      indexes: ofThis.map((each) => ({ name: each.name, columns: each.columns })),
      rows: estimated(rows),
    }
  })
}

const types: Readonly<Record<string, SourceType>> = {
  ...Object.fromEntries(
    ['tinyint', 'smallint', 'mediumint', 'int', 'bigint', 'year'].map((name) => [name, 'integer']),
  ),
  ...Object.fromEntries(
    ['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'enum', 'set'].map((name) => [
      name,
      'text',
    ]),
  ),
  ...Object.fromEntries(
    ['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob'].map((name) => [
      name,
      'binary',
    ]),
  ),
  decimal: 'decimal',
  float: 'float',
  double: 'float',
  date: 'date',
  datetime: 'timestamp',
  timestamp: 'timestamptz',
  uuid: 'uuid',
}

const typeOf = (name: string, native: string): SourceType =>
  native === 'bit(1)' ? 'boolean' : name === 'bit' ? 'integer' : (types[name] ?? 'other')

/** Rights that change nothing. */
const reading: ReadonlySet<string> = new Set([
  ...['SELECT', 'USAGE', 'SHOW VIEW', 'SHOW DATABASES', 'PROCESS'],
  ...['REPLICATION CLIENT', 'BINLOG MONITOR', 'SLAVE MONITOR', 'CONNECTION ADMIN'],
])

async function writes(ask: Ask): Promise<readonly string[]> {
  const grants = (await ask('SHOW GRANTS')).map(([grant]) => String(grant))
  return grants.flatMap((grant) => {
    const [, list, on] = /^GRANT (.+?) ON (.+?) TO /.exec(grant) ?? []
    if (list === undefined || on === undefined) return [] // a role, whose rights have lines of their own
    const rights = list
      .replaceAll(/\([^)]*\)/g, '')
      .split(',')
      .map((right) => right.trim())
      .filter((right) => !reading.has(right))
    return rights.length === 0 ? [] : [`it has ${rights.join(', ')} on ${on.replaceAll('`', '')}`]
  })
}

async function explain(
  ask: Ask,
  { sql, parameters }: SourceStatement,
  known: readonly CatalogueTable[],
) {
  const rowsOf = new Map(known.map(({ name, rows }) => [name, rows]))
  const names = new Set(rowsOf.keys())
  // MySQL has a column more than MariaDB: partitions. FORMAT=TRADITIONAL is what both have.
  const plan = (await ask(`EXPLAIN ${sql}`, parameters)).map((row) =>
    row.length > 10 ? row.toSpliced(3, 1) : row,
  )
  const steps = plan.map(([, , table, type, , key, , , rows]) => ({
    table: typeof table === 'string' ? table : null,
    type: String(type),
    key: typeof key === 'string' ? key : null,
    rows: estimated(rows),
  }))
  const scanned = steps.flatMap(({ table, type, rows }) => {
    if (table === null || table.startsWith('<')) return []
    const name = tableOfAlias(table, sql, names)
    const all = rowsOf.get(name) ?? rows
    // An index that is walked for a page is read as far as the page goes.
    const isWhole = type === 'ALL' || (type === 'index' && (rows ?? 0) > (all ?? 0) / 2)
    return isWhole ? [{ table: name, rows: all }] : []
  })
  return {
    fullScans: [...new Map(scanned.map((each) => [each.table, each])).values()],
    indexesUsed: [...new Set(steps.flatMap(({ key }) => (key === null ? [] : [key])))],
  }
}

export const mysqlCatalogue: CatalogueOf = { tables, writes, explain }
