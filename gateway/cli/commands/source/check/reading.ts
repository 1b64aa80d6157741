/** Rows of a mapped relation as the graph sees them, with every right. */
import { columnsOf } from '#shared/columns.ts'
import { appErrorIn } from '#shared/errors.ts'
import { allRows } from '#shared/row-rights.ts'
import type { AnyDatabase, Relation } from '#shared/relations.ts'
import type { OpenSource } from '#shared/sources/open-source.ts'
import type { Kysely } from 'kysely'
import type { OpenedSource } from '../opened.ts'

export type Read = { readonly value: unknown } | { readonly error: string }

/** By column, for each row; a column that is not mapped is not there. */
export type ReadRow = ReadonlyMap<string, Read>

export const asGraph = (
  source: OpenSource,
  { system, limits }: OpenedSource,
): Kysely<AnyDatabase> =>
  source.limitedTo(
    { name: system.name, relations: system.relations },
    { ...limits, rows: allRows },
  ) as unknown as Kysely<AnyDatabase> // of any relation

export async function readRows(
  db: Kysely<AnyDatabase>,
  name: string,
  relation: Relation,
  most: number,
): Promise<readonly ReadRow[]> {
  const rows = await db.selectFrom(name).select(columnsOf(relation, name)).limit(most).execute()
  return rows.map((row) => {
    const read = new Map<string, Read>()
    for (const column of Object.keys(relation.columns)) {
      try {
        read.set(column, { value: row[column] })
      } catch (error) {
        if (appErrorIn(error)?.code === 'NOT_MAPPED') continue
        read.set(column, { error: error instanceof Error ? error.message : String(error) })
      }
    }
    return read
  })
}
