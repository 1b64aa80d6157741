/**
 * Writes rows into a new embedded database, by the relation's declaration. Decimals come as scaled
 * integers already, so nothing is converted on the way; a column too many or too few is a mistake.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { createEmbedded } from '#shared/embedded.ts'
import type { Relation, Relations } from '#shared/relations.ts'

type Value = string | number | boolean | null

/** What a row of a relation is to the writer: decimals are scaled integers. */
export type SeedRow<R extends Relation> = {
  readonly [Name in keyof R['columns'] & string]: R['columns'][Name] extends { value?: infer V }
    ? V extends string
      ? string | number
      : V
    : never
}

export interface Writer<R extends Relations> {
  insert<Name extends keyof R & string>(name: Name, row: SeedRow<R[Name]>): void
  /** Commits and closes. */
  finish(): void
}

export function createWriter<R extends Relations>(
  path: string,
  relations: R,
  meta: Readonly<Record<string, string>> & { readonly asOf: string },
): Writer<R> {
  const file = createEmbedded(path, { relations }, meta)
  // The file is renamed into place when all is written: until then nobody reads it.
  file.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN')
  const inserts = new Map<string, (row: Readonly<Record<string, Value>>) => void>()
  return {
    insert: (name, row) => {
      const known = inserts.get(name)
      if (known !== undefined) {
        known(row as Readonly<Record<string, Value>>) // checked by type
        return
      }
      const relation = relations[name]
      if (relation === undefined) throw new TypeError(`no relation ${name}`)
      const insert = prepareInsert(file, name, relation)
      inserts.set(name, insert)
      insert(row as Readonly<Record<string, Value>>)
    },
    finish: () => {
      file.exec('COMMIT; ANALYZE')
      file.close()
    },
  }
}

function prepareInsert(file: DatabaseSync, name: string, relation: Relation) {
  const columns = Object.keys(relation.columns)
  const statement = file.prepare(
    `INSERT INTO "${name}" (${columns.map((column) => `"${column}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  )
  const values: SQLInputValue[] = []
  return (row: Readonly<Record<string, Value>>) => {
    for (const [at, column] of columns.entries()) {
      const value = row[column]
      if (value === undefined) throw new TypeError(`${name}.${column} is missing`)
      values[at] = typeof value === 'boolean' ? Number(value) : value
    }
    statement.run(...values)
  }
}
