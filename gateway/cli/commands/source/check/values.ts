/**
 * The rows of a mapping, counted by the database itself: keys unique, required values there, numbers and
 * dates that fit, codes known.
 */
import type { ColumnType } from '#shared/relations.ts'
import type { SourceKind, SourceStatement } from '#shared/sources/connection.ts'
import { overMapping, type DescribedMapping } from '#shared/sources/derived.ts'
import { quoted } from '#shared/sources/quoted.ts'
import { problem, warning, type Finding } from './report.ts'

export type Counting = (statement: SourceStatement) => Promise<readonly (readonly unknown[])[]>

export interface Counted {
  readonly rows: number
  readonly findings: readonly Finding[]
}

/** One pass over all rows, and one for the key; values of `sensitive` columns are not told. */
export async function countValues(
  described: DescribedMapping,
  count: Counting,
  sensitive: ReadonlySet<string>,
): Promise<Counted> {
  const { relation, kind } = described
  const columns = mappedColumns(described)
  const tests = columns.flatMap(([column, type]) => {
    const unfit = unfitTest(`m.${quoted(column, kind)}`, type, {
      kind,
      isCoded: described.mapping.codes.has(column),
    })
    return unfit === null ? [] : [{ column, unfit }]
  })
  const required = columns.filter(
    ([column]) => relation.key.includes(column) || relation.columns[column]?.nullable === false,
  )
  const selections = [
    'count(*)',
    ...required.map(([column]) => `count(m.${quoted(column, kind)})`),
    ...tests.map(({ unfit }) => `sum(CASE WHEN ${unfit.test} THEN 1 ELSE 0 END)`),
  ]
  const [[all, ...counts] = []] = await count(overMapping(described, selections.join(', '), ''))
  const rows = Number(all)
  const findings: Finding[] = []
  for (const [at, [column]] of required.entries()) {
    const missing = rows - Number(counts[at])
    if (missing > 0) {
      const isKey = relation.key.includes(column)
      const what = isKey ? 'a key is never empty' : 'the schema promises a value'
      findings.push(problem(`"${column}" is NULL in ${missing} of ${rows} rows: ${what}`))
    }
  }
  for (const [at, { column, unfit }] of tests.entries()) {
    const bad = Number(counts[required.length + at] ?? 0)
    if (bad > 0)
      findings.push(problem(`"${column}" does not fit in ${bad} of ${rows} rows: ${unfit.text}`))
  }
  return { rows, findings: [...findings, ...(await duplicates(described, count, sensitive))] }
}

const mostShown = 5

async function duplicates(
  described: DescribedMapping,
  count: Counting,
  sensitive: ReadonlySet<string>,
): Promise<readonly Finding[]> {
  const { relation, kind } = described
  const key = relation.key.map((column) => `m.${quoted(column, kind)}`).join(', ')
  const { sql, parameters } = overMapping(
    described,
    `${key}, count(*) AS times`,
    `GROUP BY ${key} HAVING count(*) > 1`,
  )
  const [[shared] = []] = await count({ sql: `SELECT count(*) FROM (${sql}) shared`, parameters })
  if (Number(shared) === 0) return []
  const isShown = !relation.key.some((column) => sensitive.has(column))
  const some = isShown ? await count({ sql: `${sql} LIMIT ${mostShown}`, parameters }) : []
  const shown = some.map((row) => `(${row.slice(0, -1).map(String).join(', ')})`).join(', ')
  return [
    problem(
      `the key (${relation.key.join(', ')}) is not unique: ${Number(shared)} values of it have several rows${shown === '' ? '' : `, such as ${shown}`}`,
    ),
  ]
}

/** Relation → column of an enumeration → its raw codes with their rows. */
export type CountedCodes = Map<string, Map<string, readonly CountedCode[]>>
export type CountedCode = readonly [code: string, rows: number]

/** Different codes that are looked at in one column. */
const mostCodes = 1_000

/** Counts the codes of every enumeration, column by column: those before a failure are kept. */
export async function countCodes(
  described: DescribedMapping,
  count: Counting,
  codes: CountedCodes,
): Promise<void> {
  const ofRelation = new Map<string, readonly CountedCode[]>()
  codes.set(described.mapping.relation, ofRelation)
  for (const [column, type] of mappedColumns(described)) {
    if (type.kind === 'enum') ofRelation.set(column, await codesOf(described, column, count))
  }
}

async function codesOf(
  described: DescribedMapping,
  column: string,
  count: Counting,
): Promise<readonly CountedCode[]> {
  const name = `m.${quoted(column, described.kind)}`
  const code = exactly(name, described.kind)
  const statement = overMapping(
    described,
    `${code}, count(*)`,
    `WHERE ${name} IS NOT NULL GROUP BY ${code} ORDER BY ${code} LIMIT ${mostCodes}`,
  )
  return (await count(statement)).map(([raw, rows]) => [String(raw), Number(rows)] as const)
}

/** Codes are told apart as the graph tells them apart: `open` is not `Open`, whatever the collation. */
function exactly(column: string, kind: SourceKind): string {
  switch (kind) {
    case 'mysql':
      return `CAST(${column} AS char) COLLATE utf8mb4_bin`
    case 'sqlite':
      return `${column} COLLATE binary`
    case 'postgresql':
      return column
  }
}

/** Raw codes, or values of ours, that nobody has listed. */
export function unknownCodes(
  { mapping, relation }: DescribedMapping,
  counted: CountedCodes,
): readonly Finding[] {
  const findings: Finding[] = []
  for (const [column, all] of counted.get(mapping.relation) ?? []) {
    const type = relation.columns[column]?.type
    const codes = mapping.codes.get(column)
    if (type?.kind !== 'enum' || codes?.has('*') === true) continue
    if (all.length === mostCodes) {
      findings.push(
        warning(`"${column}" has ${mostCodes} different codes or more: the others were not seen`),
      )
    }
    const unknown = all.filter(([code]) =>
      codes === undefined ? !type.values.includes(code) : !codes.has(code),
    )
    if (unknown.length === 0) continue
    const listed = unknown
      .slice(0, 20)
      .map(([code, rows]) => `${JSON.stringify(code)} (${rows} rows)`)
      .join(', ')
    findings.push(
      problem(
        `"${column}" has ${codes === undefined ? 'values that are none of ours' : 'codes that codes.yaml does not list'}: ${listed}. Ours are ${type.values.join(', ')}`,
      ),
    )
  }
  return findings
}

const mappedColumns = ({
  held,
  relation,
}: DescribedMapping): readonly (readonly [string, ColumnType])[] =>
  [...held.keys()].flatMap((column) => {
    const type = relation.columns[column]?.type
    return type === undefined ? [] : [[column, type] as const]
  })

interface Unfit {
  readonly test: string
  readonly text: string
}

/** A condition that holds where a value cannot be read as declared; null where the type sees to it. */
function unfitTest(
  column: string,
  type: ColumnType,
  { kind, isCoded }: { readonly kind: SourceKind; readonly isCoded: boolean },
): Unfit | null {
  if (isCoded) return null
  switch (type.kind) {
    case 'decimal': {
      const { precision, scale } = type
      // SQLite compares text with numbers by their kind, not by their value.
      const number = kind === 'sqlite' ? `CAST(${column} AS real)` : column
      return {
        test: `${number} <> round(${number}, ${scale}) OR abs(${number}) >= 1e${precision - scale}`,
        text: `it has more than ${scale} places or ${precision - scale} digits before them; round it in the file`,
      }
    }
    case 'integer':
      return {
        test: `${column} <> round(${column}) OR abs(${column}) > 9007199254740991`,
        text: 'it is no whole number below 2^53',
      }
    case 'boolean':
      return kind === 'sqlite'
        ? { test: `${column} NOT IN (0, 1)`, text: 'it is neither 0 nor 1' }
        : null
    case 'date':
      return kind === 'sqlite'
        ? {
            test: `date(${column}) IS NULL AND ${column} IS NOT NULL`,
            text: 'it is no date, YYYY-MM-DD',
          }
        : null
    case 'instant':
      return kind === 'sqlite'
        ? {
            test: `datetime(${column}) IS NULL AND ${column} IS NOT NULL`,
            text: 'it is no moment, YYYY-MM-DD HH:MM:SS',
          }
        : null
    case 'id':
    case 'text':
    case 'enum':
    case 'float':
      return null
  }
}
