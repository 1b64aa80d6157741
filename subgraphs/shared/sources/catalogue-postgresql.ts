/** What PostgreSQL says of itself, from pg_catalog. */
import type { Ask, CatalogueIndex, CatalogueOf, CatalogueTable, ForeignKey } from './catalogue.ts'
import { estimated, listsOf } from './catalogue-rows.ts'
import { typeOf } from './postgresql-types.ts'

/** Tables that the account may read; the schema is named where the search path does not find it. */
const tablesSql = `
  SELECT c.oid, CASE WHEN pg_table_is_visible(c.oid) THEN c.relname
                     ELSE n.nspname || '.' || c.relname END,
         c.relkind IN ('v', 'm'), c.reltuples
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
    AND has_any_column_privilege(c.oid, 'SELECT')`

const columnsSql = `
  SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
         COALESCE(NULLIF(t.typbasetype, 0), t.oid), t.typcategory
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  WHERE a.attrelid = ANY($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
  ORDER BY a.attrelid, a.attnum`

/** Indexes of plain columns over all rows. */
const indexesSql = `
  SELECT i.indrelid, c.relname, i.indisunique, i.indisprimary, 
         array_to_string(i.indkey[0:i.indnkeyatts - 1], ',')
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  WHERE i.indrelid = ANY($1::oid[]) AND i.indisvalid AND i.indpred IS NULL
  ORDER BY i.indrelid, c.relname`

const foreignKeysSql = `
  SELECT conrelid, confrelid, conkey::text, confkey::text
  FROM pg_catalog.pg_constraint WHERE contype = 'f' AND conrelid = ANY($1::oid[])
  ORDER BY conrelid, oid`

async function tables(ask: Ask): Promise<readonly CatalogueTable[]> {
  const found = await ask(tablesSql)
  const oids = found.map(([oid]) => String(oid))
  const nameOf = new Map(found.map(([oid, name]) => [String(oid), String(name)]))
  const [columnRows, indexRows, keyRows] = [
    await ask(columnsSql, [oids]),
    await ask(indexesSql, [oids]),
    await ask(foreignKeysSql, [oids]),
  ]
  const ofTable = ([oid]: readonly unknown[]) => String(oid)
  const columns = listsOf(
    columnRows,
    ofTable,
    ([, number, name, native, nullable, base, category]) => ({
      number: Number(number),
      column: {
        name: String(name),
        type: typeOf(Number(base), String(category)),
        native: String(native),
        nullable: nullable === true,
      },
    }),
  )
  const indexes = listsOf(indexRows, ofTable, (row) => row)
  const keys = listsOf(keyRows, ofTable, (row) => row)

  const namesOf = (oid: string, numbers: unknown): readonly string[] => {
    const byNumber = new Map(columns.get(oid)?.map(({ number, column }) => [number, column.name]))
    return numbersIn(numbers).map((number) => byNumber.get(number) ?? '')
  }
  return found.map(([table, name, isView, rows]): CatalogueTable => {
    const oid = String(table)
    const ofThis = (indexes.get(oid) ?? [])
      .map(([, index, isUnique, isPrimary, numbers]) => ({
        name: String(index),
        columns: namesOf(oid, numbers),
        isUnique: isUnique === true,
        isPrimary: isPrimary === true,
      }))
      .filter((index) => !index.columns.includes('')) // an expression, or a column we may not read
    const foreignKeys = (keys.get(oid) ?? []).flatMap(([, to, own, theirs]): ForeignKey[] => {
      const target = nameOf.get(String(to))
      if (target === undefined) return []
      return [
        { table: target, columns: namesOf(oid, own), references: namesOf(String(to), theirs) },
      ]
    })
    return {
      name: String(name),
      isView: isView === true,
      columns: (columns.get(oid) ?? []).map(({ column }) => column),
      primaryKey: ofThis.find(({ isPrimary }) => isPrimary)?.columns ?? [],
      uniqueKeys: ofThis
        .filter((each) => each.isUnique && !each.isPrimary)
        .map((each) => each.columns),
      foreignKeys: foreignKeys.filter((key) => ![...key.columns, ...key.references].includes('')),
      indexes: ofThis.map(({ name: index, columns: of }): CatalogueIndex => ({
        name: index,
        columns: of,
      })),
      rows: isView === true ? null : estimated(rows),
    }
  })
}

/** Of a list of numbers as text. */
const numbersIn = (array: unknown): readonly number[] =>
  [...String(array).matchAll(/-?\d+/g)].map(([number]) => Number(number))

async function writes(ask: Ask): Promise<readonly string[]> {
  const [[isSuperuser] = []] = await ask(
    'SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user',
  )
  if (isSuperuser === true) return ['it is a superuser']
  const written = await ask(`
    SELECT n.nspname || '.' || c.relname
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
      AND has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
    ORDER BY 1`)
  const schemas = await ask(`
    SELECT nspname FROM pg_catalog.pg_namespace
    WHERE nspname NOT LIKE 'pg\\_%' AND has_schema_privilege(oid, 'CREATE') ORDER BY 1`)
  return [
    ...(written.length === 0
      ? []
      : [`it may write to ${written.length} tables, such as ${String(written[0]?.[0])}`]),
    ...schemas.map(([schema]) => `it may create tables in the schema ${String(schema)}`),
  ]
}

async function explain(ask: Ask, { sql, parameters }: Parameters<CatalogueOf['explain']>[1]) {
  const [[plan] = []] = await ask(`EXPLAIN (FORMAT JSON, VERBOSE) ${sql}`, parameters)
  const nodes = [...nodesOf(JSON.parse(String(plan)))]
  const scanned = [
    ...new Map(
      nodes
        .filter((node) => scans.has(String(node['Node Type'])))
        .map((node) => [`${String(node['Schema'])}.${String(node['Relation Name'])}`, node]),
    ).values(),
  ]
  const fullScans = await Promise.all(
    scanned.map(async (node) => {
      const [schema, table] = [String(node['Schema']), String(node['Relation Name'])]
      const [[rows] = []] = await ask(
        `SELECT c.reltuples FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = $1 AND c.relname = $2`,
        [schema, table],
      )
      return { table, rows: estimated(rows) ?? estimated(node['Plan Rows']) }
    }),
  )
  return { fullScans, indexesUsed: [...new Set(nodes.flatMap(indexOf))] }
}

const scans: ReadonlySet<string> = new Set(['Seq Scan', 'Foreign Scan', 'Sample Scan'])

type PlanNode = Readonly<Record<string, unknown>>

/** Every object of a plan that is a node. */
function* nodesOf(plan: unknown): Generator<PlanNode> {
  if (typeof plan !== 'object' || plan === null) return
  if ('Node Type' in plan) yield plan
  for (const inner of Object.values(plan)) yield* nodesOf(inner)
}

const indexOf = ({ 'Index Name': name }: PlanNode): readonly string[] =>
  typeof name === 'string' ? [name] : []

export const postgresqlCatalogue: CatalogueOf = { tables, writes, explain }
