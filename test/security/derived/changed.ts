/** Databases in which columns have other values than they had, and nothing else differs. By plain SQL. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { nobodyReads } from '../../support/unread.ts'
import type { ProtectedColumn } from './columns.ts'

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

function changeTable(data: string, columns: readonly ProtectedColumn[]): () => void {
  const [{ database, table } = { database: '', table: '' }] = columns
  const within = (work: (file: DatabaseSync) => void) => {
    using file = new DatabaseSync(join(data, `${database}.sqlite`))
    work(file)
  }
  const set = columns.map((each) => `"${each.name}" = ${changed(each)}`)
  within((file) =>
    file.exec(`CREATE TABLE "${table}_before" AS SELECT * FROM "${table}";
      UPDATE "${table}" SET ${set.join(', ')}`),
  )
  return () =>
    within((file) =>
      file.exec(`DELETE FROM "${table}"; INSERT INTO "${table}" SELECT * FROM "${table}_before";
        DROP TABLE "${table}_before"`),
    )
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
      return `${column} || ' other'`
    case 'date':
      return `date(${column}, '+400 days')`
    case 'instant':
      return `strftime('%Y-%m-%dT%H:%M:%SZ', ${column}, '+400 days')`
    case 'enum':
      return `CASE ${column} ${type.values
        .map((value, at) => `WHEN '${value}' THEN '${type.values[(at + 1) % type.values.length]}'`)
        .join(' ')} END`
    case 'id':
    case 'float':
      throw new TypeError(`${name} says which row it is`)
  }
}
