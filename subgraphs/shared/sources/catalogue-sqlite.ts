/** What a SQLite file says of itself, from sqlite_master and the pragmas that only read. */
import type { Ask, CatalogueOf, CatalogueTable, ForeignKey } from './catalogue.ts'
import { listsOf, tableOfAlias } from './catalogue-rows.ts'
import type { SourceStatement } from './connection.ts'
import { quoted } from './quoted.ts'
import { declaredType } from './sqlite-types.ts'

const tablesSql = `
  SELECT name, type FROM sqlite_master
  WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`

/** Columns that a statement sees: 1 would be those that are hidden. */
const columnsSql = `
  SELECT m.name, c.name, c.type, c."notnull", c.pk
  FROM sqlite_master m JOIN pragma_table_xinfo(m.name) c
  WHERE m.type IN ('table', 'view') AND c.hidden <> 1 ORDER BY m.name, c.cid`

const indexesSql = `
  SELECT m.name, i.name, i."unique", c.name
  FROM sqlite_master m JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) c
  WHERE m.type = 'table' AND i.partial = 0 ORDER BY m.name, i.name, c.seqno`

const foreignKeysSql = `
  SELECT m.name, f.id, f."table", f."from", f."to"
  FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f
  WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq`

async function tables(ask: Ask): Promise<readonly CatalogueTable[]> {
  const [found, columnRows, indexRows, keyRows] = [
    await ask(tablesSql),
    await ask(columnsSql),
    await ask(indexesSql),
    await ask(foreignKeysSql),
  ]
  const ofTable = ([table]: readonly unknown[]) => String(table)
  const columns = listsOf(columnRows, ofTable, ([, name, native, isNotNull, key]) => ({
    key: Number(key),
    column: {
      name: String(name),
      type: declaredType(String(native)) ?? 'other',
      native: String(native),
      nullable: Number(isNotNull) === 0 && Number(key) === 0,
    },
  }))
  const indexes = listsOf(indexRows, ofTable, (row) => row)
  const keys = listsOf(keyRows, ofTable, (row) => row)
  const primaryOf = (table: string) =>
    (columns.get(table) ?? [])
      .filter(({ key }) => key > 0)
      .toSorted((one, other) => one.key - other.key)
      .map(({ column }) => column.name)
  const made: CatalogueTable[] = []
  for (const [table, type] of found) {
    const name = String(table)
    const primaryKey = primaryOf(name)
    const ofThis = [...Map.groupBy(indexes.get(name) ?? [], ([, index]) => String(index))].map(
      ([index, parts]) => ({
        name: index,
        isUnique: Number(parts[0]?.[2]) === 1,
        columns: parts.map(([, , , column]) => (typeof column === 'string' ? column : '')),
      }),
    )
    const plain = ofThis.filter((each) => !each.columns.includes('')) // no expressions
    made.push({
      name,
      isView: type === 'view',
      columns: (columns.get(name) ?? []).map(({ column }) => column),
      primaryKey,
      uniqueKeys: plain
        .filter((each) => each.isUnique && each.columns.join() !== primaryKey.join())
        .map((each) => each.columns),
      foreignKeys: foreignKeysOf(keys.get(name) ?? [], primaryOf),
      indexes: [
        ...(primaryKey.length === 0 ? [] : [{ name: 'the primary key', columns: primaryKey }]),
        ...plain.map((each) => ({ name: each.name, columns: each.columns })),
      ],
      rows: null, // it has no estimate
    })
  }
  return made
}

const foreignKeysOf = (
  rows: readonly (readonly unknown[])[],
  primaryOf: (table: string) => readonly string[],
): readonly ForeignKey[] =>
  [...Map.groupBy(rows, ([, id]) => String(id)).values()].map((parts) => {
    const table = String(parts[0]?.[2])
    return {
      table,
      columns: parts.map(([, , , from]) => String(from)),
      // Left out, it is the primary key.
      references: parts.map(([, , , , to], at) =>
        typeof to === 'string' ? to : (primaryOf(table)[at] ?? ''),
      ),
    }
  })

/** SQLite has no estimate without ANALYZE; from here on it is simply many. */
const mostCounted = 1_000_000

async function countedRows(ask: Ask, table: string): Promise<number> {
  const [[count] = []] = await ask(
    `SELECT count(*) FROM (SELECT 1 FROM ${quoted(table, 'sqlite')} LIMIT ${mostCounted})`,
  )
  return Number(count)
}

/** Opened read-only: nothing of an account could write. */
const writes = () => Promise.resolve([])

async function explain(
  ask: Ask,
  { sql, parameters }: SourceStatement,
  known: readonly CatalogueTable[],
) {
  const names = new Set(known.map(({ name }) => name))
  const steps = (await ask(`EXPLAIN QUERY PLAN ${sql}`, parameters)).map(([, , , detail]) =>
    String(detail),
  )
  // A table that lies in the order of a page is walked, not read: nothing has to be sorted then.
  const isWalked =
    /\border\s+by\b/i.test(sql) && !steps.some((step) => step.startsWith('USE TEMP B-TREE'))
  const scanned = steps.flatMap((step, at) => {
    // `SCAN o` alone reads the table; with an index it is walked in that order.
    const [, alias] = /^SCAN (\S+?)(?: LEFT-JOIN)?$/.exec(step) ?? []
    if (isWalked && at === 0) return []
    return alias === undefined || alias.startsWith('(') ? [] : [tableOfAlias(alias, sql, names)]
  })
  const fullScans = []
  for (const table of new Set(scanned)) {
    if (names.has(table)) fullScans.push({ table, rows: await countedRows(ask, table) })
  }
  return {
    fullScans,
    indexesUsed: [
      ...new Set(
        steps.flatMap((step) => {
          const [, index] = /USING (?:COVERING )?INDEX (\S+)/.exec(step) ?? []
          if (index !== undefined) return [index]
          return /USING INTEGER PRIMARY KEY|USING PRIMARY KEY/.test(step) ? ['the primary key'] : []
        }),
      ),
    ],
  }
}

export const sqliteCatalogue: CatalogueOf = { tables, writes, explain }
