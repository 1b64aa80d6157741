/**
 * How the database would run what the graph asks of a relation: a page by its key, rows by their key, and
 * rows by each declared index. The statements are those of the graph itself, explained and not run.
 */
import { page } from '#shared/connection.ts'
import type { AnyDatabase, Relation } from '#shared/relations.ts'
import { rowsBy } from '#shared/rows.ts'
import type { Catalogue, CatalogueTable } from '#shared/sources/catalogue.ts'
import type { SourceConnection, SourceStatement } from '#shared/sources/connection.ts'
import type { DescribedMapping } from '#shared/sources/derived.ts'
import type { Kysely } from 'kysely'
import { warning, type Finding } from './report.ts'
import type { ReadRow } from './reading.ts'

/** Reading fewer rows whole costs nothing worth naming. */
const largeFrom = 10_000

/** A connection that keeps statements instead of running them, while it is told to. */
export interface Recording {
  readonly connection: SourceConnection
  /** The statements that `work` sends. */
  record(work: () => Promise<unknown>): Promise<readonly SourceStatement[]>
}

export function recording(connection: SourceConnection): Recording {
  let kept: SourceStatement[] | null = null
  return {
    connection: {
      ...connection,
      run: (statement, limits) => {
        if (kept === null) return connection.run(statement, limits)
        kept.push(statement)
        return Promise.resolve([])
      },
      [Symbol.asyncDispose]: () => Promise.resolve(), // its owner closes it
    },
    async record(work) {
      kept = []
      try {
        await work()
        return kept
      } finally {
        kept = null
      }
    },
  }
}

export interface Planning {
  readonly db: Kysely<AnyDatabase>
  readonly name: string
  readonly relation: Relation
  readonly described: DescribedMapping
  /** Some row, for real values to look for. */
  readonly row: ReadRow | undefined
  readonly catalogue: Catalogue
  readonly tables: readonly CatalogueTable[]
  readonly recorded: Recording
}

export async function planFindings(planning: Planning): Promise<readonly Finding[]> {
  const { db, name, relation, described, row, recorded } = planning
  const [firstKey = ''] = relation.key
  const asked: {
    readonly what: string
    readonly by: readonly string[]
    readonly send: () => Promise<unknown>
  }[] = [
    {
      what: 'a page in the order of its key',
      by: relation.key,
      send: () =>
        page(db, name, relation, { first: 50, orderBy: { column: firstKey, direction: 'ASC' } }),
    },
  ]
  for (const by of [relation.key, ...(relation.indexes ?? [])]) {
    const [column = ''] = by
    const read = row?.get(column)
    const value = read !== undefined && 'value' in read ? read.value : null
    if (!described.held.has(column) || typeof value !== 'string') continue
    asked.push({
      what: `rows by ${column}`,
      by: [column],
      send: () => rowsBy(db, name, relation, column, [value]),
    })
  }
  const findings = new Map<string, Finding>()
  for (const { what, by, send } of asked) {
    for (const statement of await recorded.record(send)) {
      for (const finding of await scansOf(statement, what, by, planning))
        findings.set(finding.text, finding)
    }
  }
  return [...findings.values()]
}

async function scansOf(
  statement: SourceStatement,
  what: string,
  by: readonly string[],
  { catalogue, described, tables }: Planning,
): Promise<readonly Finding[]> {
  const { fullScans } = await catalogue.explain(statement)
  return fullScans
    .filter(({ rows }) => (rows ?? 0) >= largeFrom)
    .map(({ table, rows }) => {
      const columns = by.map((column) => sourceColumn(column, described))
      const own = tables.find((each) => each.name === table || each.name.endsWith(`.${table}`))
      const known = columns.filter((column) => own?.columns.some(({ name }) => name === column))
      const helps =
        known.length > 0
          ? `an index on ${table} (${known.join(', ')}) would help`
          : `an index of ${table} on what "${by.join(', ')}" is made of would help`
      return warning(`${what} reads all of ${table}, about ${rows} rows: ${helps}`)
    })
}

/** The bare column behind a declared one, where the mapping just names it. */
function sourceColumn(column: string, { mapping }: DescribedMapping): string | null {
  const text = mapping.text.fragments.join(' ')
  const name = RegExp.escape(column)
  const renamed = new RegExp(
    `(?:["\`\\w]+\\.)?["\`]?(\\w+)["\`]?\\s+AS\\s+["\`]?${name}["\`]?(?!\\w)`,
    'i',
  ).exec(text)
  if (renamed?.[1] !== undefined) return renamed[1]
  return new RegExp(`(?<!\\w)${name}(?!\\w)`).test(text) ? column : null
}
