/** The whole check of a mapping set. */
import { readFileSync } from 'node:fs'
import { appErrorIn } from '#shared/errors.ts'
import type { AnyDatabase } from '#shared/relations.ts'
import { loopback } from '#shared/sources/address.ts'
import { checkMappings, type CheckedMapping } from '#shared/sources/check.ts'
import type { CatalogueTable } from '#shared/sources/catalogue.ts'
import type { DescribedMapping } from '#shared/sources/derived.ts'
import { problemLine } from '#shared/sources/mapping-set.ts'
import { openSource } from '#shared/sources/open-source.ts'
import { looksSecret } from '#shared/sources/secrets.ts'
import type { Kysely } from 'kysely'
import { reasonOf, type OpenedSource } from '../opened.ts'
import { sensitiveColumns } from '../sensitive.ts'
import type { OtherSystems } from './others.ts'
import { planFindings, recording, type Recording } from './plans.ts'
import { asGraph, readRows } from './reading.ts'
import { problem, warning, type Finding, type RelationReport, type SourceReport } from './report.ts'
import { checkReferences, type References } from './references.ts'
import { textFindings } from './text.ts'
import {
  countCodes,
  countValues,
  unknownCodes,
  type CountedCodes,
  type Counting,
} from './values.ts'

/** Rows that are read as the graph reads them. */
const readFully = 1_000

export interface CheckResult {
  readonly report: SourceReport
  readonly tables: readonly CatalogueTable[]
  /** Of columns that could be counted. */
  readonly codes: CountedCodes
}

export interface CheckOptions {
  readonly onProgress: (text: string) => void
  readonly others: OtherSystems
  /** The least share of keys of other rows, in percent, that must lead to one. */
  readonly leastPercent: number
}

export async function checkSource(
  opened: OpenedSource,
  { onProgress, others, leastPercent }: CheckOptions,
): Promise<CheckResult> {
  const { system, set, timeZone, connection, catalogue, limits } = opened
  onProgress('looks at the account')
  const account = await accountFindings(opened)
  onProgress('reads the catalogue')
  const tables = await catalogue.tables()
  onProgress('prepares the mappings')
  const checked = await checkMappings(connection, set, system.relations, limits)
  const recorded = recording(connection)
  await using source = openSource({
    system: system.name,
    set,
    timeZone,
    connect: () => Promise.resolve(recorded.connection),
  })
  const checking: Checking = {
    opened,
    tables,
    secrets: new Set(
      tables.flatMap(({ columns }) => columns.map((each) => each.name).filter(looksSecret)),
    ),
    others,
    leastPercent,
    schema: readFileSync(system.schemaFile, 'utf8'),
    codes: new Map(),
    recorded,
    db: asGraph(source, opened),
  }
  const relations: RelationReport[] = []
  for (const each of [...checked.values()].toSorted((one, other) =>
    one.relation < other.relation ? -1 : 1,
  )) {
    onProgress(`checks ${each.relation}`)
    relations.push(await relationReport(each, checking))
  }
  const unreached = [...others.failures()].map(([other, reason]) =>
    warning(`keys of ${other} could not be looked for: ${reason}`),
  )
  const files = opened.problems.map((each) => problem(problemLine(each)))
  return {
    report: {
      system: system.name,
      mapping: set.name,
      kind: set.kind,
      findings: [...files, ...account, ...unreached],
      relations,
      relationsNotMapped: Object.keys(system.relations).filter((name) => !checked.has(name)),
    },
    tables,
    codes: checking.codes,
  }
}

async function accountFindings({ set, catalogue }: OpenedSource): Promise<readonly Finding[]> {
  const writes = (await catalogue.writes()).map((what) =>
    problem(`the account should only read, but ${what}: give it SELECT alone`),
  )
  const isPlain =
    set.url !== null && set.tls === undefined && !loopback.has(new URL(set.url).hostname)
  return isPlain
    ? [
        ...writes,
        warning('the connection to another machine is not encrypted: set tls in source.yaml'),
      ]
    : writes
}

interface Checking {
  readonly opened: OpenedSource
  readonly tables: readonly CatalogueTable[]
  /** Names of columns that look like secrets. */
  readonly secrets: ReadonlySet<string>
  readonly others: OtherSystems
  readonly leastPercent: number
  /** SDL of the system: it says which values are not printed. */
  readonly schema: string
  /** Filled by the check of each relation. */
  readonly codes: CountedCodes
  readonly recorded: Recording
  /** The mappings as the graph reads them, through the recording. */
  readonly db: Kysely<AnyDatabase>
}

async function relationReport(
  { relation: name, mapping, described, problems, cause }: CheckedMapping,
  checking: Checking,
): Promise<RelationReport> {
  const { opened, secrets, codes, db } = checking
  const declared = opened.system.relations[name]
  const findings: Finding[] = [...textFindings(mapping, secrets)]
  const base = { relation: name, file: mapping.file }
  if (described === null || declared === undefined) {
    const said = cause === undefined ? '' : ` (the database says: ${reasonOf(cause)})`
    findings.push(...problems.map((text) => problem(`${text}${said}`)))
    return {
      ...base,
      rows: null,
      columnsNotMapped: [],
      references: [],
      referencesNotChecked: [],
      findings,
    }
  }
  const count: Counting = (statement) => opened.connection.run(statement, opened.limits)
  const sensitive = sensitiveColumns(name, declared, checking.schema)
  let rows: number | null = null
  let references: References = { checked: [], unchecked: [], findings: [] }
  for (const step of [
    async () => {
      const counted = await countValues(described, count, sensitive)
      rows = counted.rows
      return counted.findings
    },
    async () => {
      await countCodes(described, count, codes)
      return unknownCodes(described, codes)
    },
    async () => {
      references = await checkReferences(described, {
        system: opened.system.name,
        db,
        others: checking.others,
        count,
        prefixes: opened.set.prefixes,
        sensitive,
        leastPercent: checking.leastPercent,
      })
      return references.findings
    },
  ]) {
    findings.push(...(await untilTimeout(step)))
  }
  const ofGraph = await untilTimeout(() => graphFindings(name, described, checking))
  // What was counted is not told again for the rows that were read.
  const told = [...described.held.keys()].filter((column) =>
    findings.some(({ text }) => text.startsWith(`"${column}" `)),
  )
  findings.push(
    ...ofGraph.filter(({ text }) => !told.some((column) => text.includes(`"${name}.${column}"`))),
  )
  const columnsNotMapped = Object.keys(declared.columns).filter(
    (column) => !described.held.has(column),
  )
  return {
    ...base,
    rows,
    columnsNotMapped,
    references: references.checked,
    referencesNotChecked: references.unchecked,
    findings,
  }
}

/** A step that the database gives up is told, and the others go on. */
async function untilTimeout(step: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await step()
  } catch (error) {
    const ours = appErrorIn(error)
    if (ours === null || ours.code === 'SOURCE_UNAVAILABLE') throw error
    return ours.code === 'SOURCE_TIMEOUT'
      ? [warning('not all was counted: it took longer than a minute')]
      : [problem(`${ours.message} (the database says: ${reasonOf(ours)})`)]
  }
}

/** What the graph itself would read, and how the database would find it. */
async function graphFindings(
  name: string,
  described: DescribedMapping,
  { opened, tables, recorded, db }: Checking,
): Promise<readonly Finding[]> {
  const { relation } = described
  const rows = await readRows(db, name, relation, readFully)
  const unreadable = new Map<string, number>()
  for (const read of rows.flatMap((row) => [...row.values()])) {
    if ('error' in read) unreadable.set(read.error, (unreadable.get(read.error) ?? 0) + 1)
  }
  const plans = await planFindings({
    db,
    name,
    relation,
    described,
    row: rows[0],
    catalogue: opened.catalogue,
    tables,
    recorded,
  })
  return [
    ...[...unreadable].map(([error, times]) =>
      problem(`${times} of the first ${rows.length} rows cannot be read: ${error}`),
    ),
    ...plans,
  ]
}
