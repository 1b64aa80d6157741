/**
 * Writes rows into a new embedded database, by the relation's declaration. Decimals come as scaled
 * integers already, amounts as thousandths, as the generator reckons; a column too few is a mistake.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { createEmbedded } from '#shared/embedded.ts'
import { amountScale, type Column, type Relation, type Relations } from '#shared/relations.ts'
import { createIndexes } from '#shared/tables.ts'

type Value = string | number | boolean | null

/** What a row of a relation is to the writer: decimals are scaled integers, amounts thousandths. */
export type SeedRow<R extends Relation> = {
  readonly [Name in keyof R['columns'] & string]: R['columns'][Name] extends { value?: infer V }
    ? V extends string
      ? string | number
      : V
    : never
}

export interface Writer<R extends Relations> {
  insert<Name extends keyof R & string>(name: Name, row: SeedRow<R[Name]>): void
  /** Builds the indexes, one between two steps, then commits and closes. */
  finish(): Generator<undefined, void, undefined>
  /** Closes at any time; what is not committed is lost. */
  close(): void
}

export function createWriter<R extends Relations>(
  path: string,
  relations: R,
  meta: Readonly<Record<string, string>> & { readonly asOf: string },
): Writer<R> {
  const file = createEmbedded(path, { relations }, meta)
  file.exec('BEGIN')
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
    *finish() {
      for (const index of createIndexes(relations)) {
        file.exec(index)
        yield
      }
      file.exec('COMMIT; ANALYZE')
      file.close()
    },
    close: () => {
      if (file.isOpen) file.close()
    },
  }
}

function prepareInsert(file: DatabaseSync, name: string, relation: Relation) {
  const columns = Object.keys(relation.columns)
  const statement = file.prepare(
    `INSERT INTO "${name}" (${columns.map((column) => `"${column}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  )
  const factors = Object.values(relation.columns).map(factorOf)
  const values: SQLInputValue[] = []
  return (row: Readonly<Record<string, Value>>) => {
    let at = 0 // not columns.entries(): this runs for every value that is made
    for (const column of columns) {
      const value = row[column]
      if (value === undefined) throw new TypeError(`${name}.${column} is missing`)
      const factor = factors[at] ?? 1
      values[at] =
        typeof value === 'boolean'
          ? Number(value)
          : typeof value === 'number' && factor !== 1
            ? value * factor
            : value
      at += 1
    }
    statement.run(...values)
  }
}

/** From thousandths to how amounts are stored. */
const factorOf = ({ type }: Column): number =>
  type.kind === 'decimal' && type.scale === amountScale ? 10 ** (amountScale - 3) : 1
