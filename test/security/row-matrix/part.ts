/**
 * Databases that hold only what belongs to somebody, copied row by row by plain SQL: what a caller with
 * a row rule may be answered is what a caller without one is answered from them. Knows nothing of the
 * gateway.
 */
import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { nobodyReads } from '../../support/unread.ts'
import { views, type Belonging } from './belongs.ts'

export interface PartOptions {
  /** The folder of the whole databases. */
  readonly whole: string
  /** The folder of databases of the same layout, which are emptied and filled anew. */
  readonly part: string
  readonly belonging: Belonging
  readonly parameters: Readonly<Record<string, readonly string[]>>
}

/** Throws where a statement names a database or a table that is not there. */
export async function fillPart({ whole, part, belonging, parameters }: PartOptions): Promise<void> {
  await nobodyReads()
  const databases = databasesIn(whole)
  for (const named of Object.keys(belonging)) {
    if (!databases.includes(named)) throw new Error(`no database "${named}" in the demo data`)
  }
  for (const database of databases) {
    const file = new DatabaseSync(join(whole, `${database}.sqlite`))
    try {
      file.exec(`PRAGMA temp_store = MEMORY`)
      attach(file, 'part', join(part, `${database}.sqlite`))
      attach(file, 'identity', join(whole, 'identity.sqlite'))
      attach(file, 'hr', join(whole, 'hr.sqlite'))
      file.exec('PRAGMA part.synchronous = OFF')
      file.exec('CREATE TEMP TABLE parameter (name TEXT, value TEXT)')
      const insert = file.prepare('INSERT INTO parameter VALUES (?, ?)')
      for (const [name, values] of Object.entries(parameters))
        for (const value of values) insert.run(name, value)
      for (const [name, statement] of Object.entries(views))
        file.exec(`CREATE TEMP VIEW ${name} AS ${statement}`)
      copyRows(file, belonging[database] ?? {}, database)
    } finally {
      file.close()
    }
  }
}

function copyRows(file: DatabaseSync, shown: Belonging[string], database: string): void {
  const tables = tablesOf(file)
  for (const named of Object.keys(shown)) {
    if (!tables.includes(named)) throw new Error(`no table "${named}" in ${database}`)
  }
  file.exec('BEGIN')
  for (const table of tables) {
    file.exec(`DELETE FROM part.${table}`)
    const condition = shown[table]
    if (condition !== undefined)
      file.exec(`INSERT INTO part.${table} SELECT * FROM main.${table} WHERE ${condition}`)
  }
  file.exec('COMMIT')
}

const attach = (file: DatabaseSync, name: string, path: string): void => {
  file.prepare(`ATTACH ? AS ${name}`).run(path)
}

/** Those that the seed made: the gateway's own store stands beside them. */
const databasesIn = (folder: string): readonly string[] =>
  globSync('*.sqlite', { cwd: folder })
    .map((name) => basename(name, '.sqlite'))
    .filter((name) => {
      using file = new DatabaseSync(join(folder, `${name}.sqlite`), { readOnly: true })
      return namesIn(file).includes(metaTable)
    })

const metaTable = 'isthmus_meta'

const tablesOf = (file: DatabaseSync): readonly string[] =>
  namesIn(file).filter((name) => name !== metaTable && !name.startsWith('sqlite_'))

const namesIn = (file: DatabaseSync): readonly string[] =>
  file
    .prepare(`SELECT name FROM main.sqlite_master WHERE type = 'table' ORDER BY name`)
    .all()
    .map(({ name }) => String(name))
