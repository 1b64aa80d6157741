/**
 * The files of a proposed mapping set. What is not sure is commented out, so that it is not mapped until
 * somebody decides; a relation whose key is not sure is a draft, which nothing reads.
 */
import type { SourceKind } from '#shared/sources/connection.ts'
import { quoted, quotedTable } from '#shared/sources/quoted.ts'
import { sureFrom, type Join } from './columns.ts'
import type { Proposal, ProposedColumn, ProposedRelation } from './propose.ts'

export interface FilesOptions {
  readonly system: string
  readonly name: string
  readonly kind: SourceKind
  /** Of source.yaml: an environment variable, or the path of a SQLite file. */
  readonly address: string
}

/** File name → content. */
export function filesOf(proposal: Proposal, options: FilesOptions): ReadonlyMap<string, string> {
  const files = new Map<string, string>([['source.yaml', sourceFile(options)]])
  for (const relation of proposal.relations) {
    files.set(mappingFileOf(relation), mappingFile(relation, options.kind))
  }
  const codes = codesFile(proposal.relations)
  if (codes !== null) files.set('codes.yaml', codes)
  return files.set('README.md', readme(proposal, options))
}

const mappingFileOf = ({ relation, isUsable }: ProposedRelation): string =>
  isUsable ? `${relation}.sql` : `${relation}.sql.draft`

const percent = (confidence: number): string => `${Math.round(confidence * 100)} %`

const isSure = ({ from, confidence }: ProposedColumn): boolean =>
  from !== null && confidence >= sureFrom

/** A line for each relation, for whoever runs the command. */
export const summaryOf = ({ relations, missing }: Proposal): readonly string[] => [
  ...relations.map(
    ({ relation, table, confidence, columns, isUsable }) =>
      `${isUsable ? 'mapped' : 'draft '}  ${relation.padEnd(24)} ${table.name} (${percent(confidence)}), ${columns.filter(isSure).length} of ${columns.length} columns`,
  ),
  ...missing.map((relation) => `missing ${relation}`),
]

function sourceFile({ system, kind, address }: FilesOptions): string {
  return [
    `# The database of "${system}". An account that may only SELECT is enough, and is what should stand here.`,
    `kind: ${kind}`,
    `${kind === 'sqlite' ? 'file' : 'url'}: ${address}`,
    '# In which the database means its own local times; left out, the time zone of the company.',
    '# timeZone: Europe/Berlin',
    '# Values for :name in the mappings.',
    '# parameters: { companyId: 1 }',
    '',
  ].join('\n')
}

function mappingFile(proposed: ProposedRelation, kind: SourceKind): string {
  const { relation, description, table, confidence, others, columns, isUsable } = proposed
  const joins = joinsOf(columns)
  const lines: { readonly text: string; readonly isSure: boolean; readonly remark: string }[] = []
  for (const column of columns) {
    if (column.from === null) continue
    lines.push({
      text: `${expressionOf(column, joins, kind)} AS ${quoted(column.column, kind)}`,
      isSure: isSure(column) || (column.isKey && !isUsable),
      remark: `${percent(column.confidence)}: ${column.reason}`,
    })
  }
  const missing = columns.filter(({ from }) => from === null).map(({ column }) => column)
  let isFirst = true
  const selected = lines.map((line) => {
    const comma = isFirst ? ' ' : ','
    if (line.isSure) isFirst = false
    return `  ${line.isSure ? '' : '-- '}${line.isSure ? comma : ','} ${line.text} -- ${line.remark}`
  })
  return [
    comment(`${relation}: ${description}`),
    comment(
      `Proposed by \`isthmus source init\` from ${table.name}${isUsable ? '' : ', A DRAFT'}: ${percent(confidence)} sure of the table.`,
    ),
    ...(isUsable
      ? []
      : [
          comment(
            'The table or the key is not sure. Correct it, then name the file without ".draft".',
          ),
        ]),
    ...(others.length === 0
      ? []
      : [
          comment(
            `Other tables: ${others
              .slice(0, 3)
              .map((each) => `${each.table.name} (${percent(each.confidence)})`)
              .join(', ')}.`,
          ),
        ]),
    ...(missing.length === 0 ? [] : [comment(`Not found: ${missing.join(', ')}.`)]),
    comment('A line that is commented out was not sure, and is not mapped.'),
    'SELECT',
    ...selected,
    `FROM ${quotedTable(table.name, kind)} t`,
    ...[...joins].map(([key, alias]) => joinOf(key, alias, { columns, kind })),
    '',
  ].join('\n')
}

/** Names of a database may hold anything, line breaks too. */
const comment = (text: string): string => `-- ${text.replaceAll(/\s+/g, ' ')}`

/** Aliases of the tables that are joined, by foreign key. */
function joinsOf(columns: readonly ProposedColumn[]): ReadonlyMap<string, string> {
  const joins = new Map<string, string>()
  for (const { from } of columns) {
    if (from?.join && !joins.has(keyOf(from.join)))
      joins.set(keyOf(from.join), `j${joins.size + 1}`)
  }
  return joins
}

const keyOf = ({ key }: Join): string => key.columns.join(',')

function expressionOf(
  { from }: ProposedColumn,
  joins: ReadonlyMap<string, string>,
  kind: SourceKind,
): string {
  if (from === null) return 'NULL'
  const alias = from.join === null ? 't' : (joins.get(keyOf(from.join)) ?? 't')
  return from.fit.write(`${alias}.${quoted(from.name, kind)}`)
}

interface Joining {
  readonly columns: readonly ProposedColumn[]
  readonly kind: SourceKind
}

function joinOf(key: string, alias: string, { columns, kind }: Joining): string {
  const used = columns.filter(({ from }) => from?.join && keyOf(from.join) === key)
  const join = used[0]?.from?.join
  if (!join) return ''
  const on = join.key.columns
    .map(
      (column, at) =>
        `${alias}.${quoted(join.key.references[at] ?? '', kind)} = t.${quoted(column, kind)}`,
    )
    .join(' AND ')
  const text = `LEFT JOIN ${quotedTable(join.table.name, kind)} ${alias} ON ${on}`
  return used.some(isSure) ? text : `-- ${text}`
}

function codesFile(relations: readonly ProposedRelation[]): string | null {
  const lines: string[] = []
  for (const { relation, columns } of relations) {
    const coded = columns.filter(
      ({ codes }) => codes !== null && codes.known.size + codes.unknown.length > 0,
    )
    if (coded.length === 0) continue
    lines.push(`${relation}:`)
    for (const { column, codes } of coded) {
      lines.push(`  ${column}:`)
      for (const [raw, value] of codes?.known ?? [])
        lines.push(`    ${JSON.stringify(raw)}: ${value}`)
      for (const raw of codes?.unknown ?? [])
        lines.push(`    # ${JSON.stringify(raw)}: which value of ours is it?`)
    }
  }
  return lines.length === 0
    ? null
    : [
        '# What the codes of the database are called here. A code that is not listed is an error for whoever',
        '# reads it; "*" stands for all others, where that is what you want.',
        ...lines,
        '',
      ].join('\n')
}

function readme({ relations, missing }: Proposal, { system, name }: FilesOptions): string {
  const row = (proposed: ProposedRelation) => {
    const { relation, table, confidence, columns, isUsable } = proposed
    const named = (some: readonly ProposedColumn[]) =>
      some.map(({ column }) => column).join(', ') || 'none'
    const sure = columns.filter(isSure)
    const unsure = columns.filter((each) => each.from !== null && !isSure(each))
    const absent = columns.filter(({ from }) => from === null)
    return `| ${relation} | ${cell(table.name)} | ${percent(confidence)} | ${isUsable ? 'mapped' : 'draft'} | ${sure.length} of ${columns.length} | ${named(unsure)} | ${named(absent)} |`
  }
  return [
    `# ${name}: mappings of ${system}`,
    '',
    'Proposed by `isthmus source init` from names, types and foreign keys. Read each file before you trust it, write down what you decide, and look at the result with `isthmus source check` and `isthmus source sample`.',
    '',
    '| relation | table | confidence | state | sure columns | unsure | not found |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...relations.map(row),
    '',
    `Not found: ${missing.join(', ') || 'nothing is missing'}.`,
    '',
  ].join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')
