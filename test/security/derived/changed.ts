/** Databases in which columns have other values than they had, and nothing else differs. By plain SQL. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { nobodyReads } from '../../support/unread.ts'
import type { ProtectedColumn } from './columns.ts'

/** What every changed text ends with: as a name and as a number it is another one. */
const otherText = ' other 7'

/** Whether a changed text stands in this one, be it normalised as the match does with names. */
export const hasOtherText = (text: string): boolean =>
  normalised(text).includes(normalised(otherText))

const normalised = (text: string): string =>
  text.replaceAll(/[^\p{Letter}\p{Number}]/gu, '').toLowerCase()

/** Changes the columns in the databases of a folder; answers how to put back what was there. */
export async function changeColumns(
  data: string,
  columns: readonly ProtectedColumn[],
): Promise<() => Promise<void>> {
  const byTable = Map.groupBy(columns, ({ database, table }) => `${database} ${table}`)
  await nobodyReads()
  const undone = [...byTable.values()].map((ofTable) => changeTable(data, ofTable))
  return async () => {
    await nobodyReads()
    for (const undo of undone) undo()
  }
}

/** Keeps tables of a database as they are; answers how to put back what is in them now. */
export async function keepTables(
  data: string,
  database: string,
  tables: readonly string[],
): Promise<() => Promise<void>> {
  await nobodyReads()
  const undone = tables.map((table) => keepTable(data, database, table))
  return async () => {
    await nobodyReads()
    for (const undo of undone) undo()
  }
}

function changeTable(data: string, columns: readonly ProtectedColumn[]): () => void {
  const [{ database, table } = { database: '', table: '' }] = columns
  const undo = keepTable(data, database, table)
  const set = columns.map((each) => `"${each.name}" = ${changed(each)}`)
  within(data, database, (file) => {
    for (const { name, column } of columns)
      if (column.type.kind === 'id') file.exec(nextValues(table, name))
    file.exec(`UPDATE "${table}" SET ${set.join(', ')}`)
  })
  return undo
}

function keepTable(data: string, database: string, table: string): () => void {
  within(data, database, (file) =>
    file.exec(`CREATE TABLE "${table}_before" AS SELECT * FROM "${table}"`),
  )
  return () =>
    within(data, database, (file) =>
      file.exec(`DELETE FROM "${table}"; INSERT INTO "${table}" SELECT * FROM "${table}_before";
        DROP TABLE "${table}_before"`),
    )
}

function within(data: string, database: string, work: (file: DatabaseSync) => void): void {
  using file = new DatabaseSync(join(data, `${database}.sqlite`))
  work(file)
}

/** Another value for each row: larger, smaller, or absent where it may be; what is absent stays absent. */
function changed({ name, column: { type, nullable } }: ProtectedColumn): string {
  const column = `"${name}"`
  switch (type.kind) {
    case 'integer':
    case 'decimal':
      return `CASE ${nullable ? `WHEN ${column} % 3 = 0 THEN NULL` : ''}
        WHEN ${column} % 2 = 0 THEN ${column} * 3 + 110 ELSE ${column} / 3 + 1 END`
    case 'boolean':
      return `1 - ${column}`
    case 'text':
      // How alike two records are is the one text that is JSON.
      return `CASE WHEN ${column} LIKE '{%' THEN json_patch(${column}, '{"NAME":0.123}')
        ELSE ${column} || '${otherText}' END`
    case 'date':
      return `date(${column}, '+400 days')`
    case 'instant':
      return `strftime('%Y-%m-%dT%H:%M:%SZ', ${column}, '+400 days')`
    case 'enum':
      return `CASE ${column} ${type.values
        .map((value, at) => `WHEN '${value}' THEN '${type.values[(at + 1) % type.values.length]}'`)
        .join(' ')} END`
    case 'id':
      return `(SELECT next FROM temp."${name}_next" WHERE value = ${column})`
    case 'float':
      throw new TypeError(`${name} says which row it is`)
  }
}

/** The next of the values that there are, the first after the last: the key of another row that exists. */
const nextValues = (table: string, column: string): string => `
  CREATE TEMP TABLE "${column}_next" (value PRIMARY KEY, next);
  INSERT INTO temp."${column}_next"
    SELECT value, coalesce(lead(value) OVER byValue, first_value(value) OVER byValue)
    FROM (SELECT DISTINCT "${column}" AS value FROM "${table}" WHERE "${column}" IS NOT NULL)
    WINDOW byValue AS (ORDER BY value)`
