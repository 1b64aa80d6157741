/** What a check finds, and how it is printed. */

export interface Finding {
  /** A problem fails the check. */
  readonly level: 'problem' | 'warning'
  readonly text: string
}

export const problem = (text: string): Finding => ({ level: 'problem', text })
export const warning = (text: string): Finding => ({ level: 'warning', text })

export interface CheckedReference {
  readonly column: string
  /** `hr.employee.employeeNo`, or the key of a type that no system here keeps. */
  readonly to: string
  /** Different keys in the column. */
  readonly keys: number
  /** How many of them were looked for. */
  readonly lookedFor: number
  readonly found: number
  /** Null where there is no key. */
  readonly percent: number | null
  /** The first of those that lead nowhere; null where the values are sensitive. */
  readonly missing: readonly string[] | null
}

export interface UncheckedReference {
  readonly column: string
  readonly to: string
  readonly reason: string
}

export interface RelationReport {
  readonly relation: string
  /** The file of its mapping. */
  readonly file: string
  /** Null where they were not counted. */
  readonly rows: number | null
  /** Declared columns that the mapping does not yield. */
  readonly columnsNotMapped: readonly string[]
  /** Keys of other rows, in this system and the others. */
  readonly references: readonly CheckedReference[]
  readonly referencesNotChecked: readonly UncheckedReference[]
  readonly findings: readonly Finding[]
}

export interface SourceReport {
  readonly system: string
  readonly mapping: string
  readonly kind: string
  /** Of the set and its account. */
  readonly findings: readonly Finding[]
  readonly relations: readonly RelationReport[]
  readonly relationsNotMapped: readonly string[]
}

export const problemsIn = ({ findings, relations }: SourceReport): number =>
  [...findings, ...relations.flatMap((each) => each.findings)].filter(
    ({ level }) => level === 'problem',
  ).length

export function printReport(report: SourceReport): void {
  for (const finding of report.findings) console.log(lineOf(finding))
  for (const each of report.relations) {
    const { relation, file, rows, columnsNotMapped, references, referencesNotChecked } = each
    const { findings } = each
    const isBad = findings.some(({ level }) => level === 'problem')
    const counted = rows === null ? 'rows not counted' : `${rows} rows`
    console.log(`${isBad ? 'BAD' : 'ok '} ${relation} (${file}): ${counted}`)
    if (columnsNotMapped.length > 0) console.log(`      not mapped: ${columnsNotMapped.join(', ')}`)
    for (const reference of references)
      if (reference.percent === 100) console.log(`      ${referenceText(reference)}`)
    for (const line of notChecked(referencesNotChecked)) console.log(`      ${line}`)
    for (const finding of findings) console.log(`    ${lineOf(finding)}`)
  }
  if (report.relationsNotMapped.length > 0) {
    console.log(`not mapped: ${report.relationsNotMapped.join(', ')}`)
  }
  const count = problemsIn(report)
  console.log(count === 0 ? 'No problems.' : `${count} ${count === 1 ? 'problem' : 'problems'}.`)
}

const lineOf = ({ level, text }: Finding): string => `${level}: ${text}`

/** What a reference leads to, and how often. */
export function referenceText({ column, to, percent, keys, lookedFor }: CheckedReference): string {
  const sample = lookedFor < keys ? `${lookedFor} of ` : ''
  return `"${column}" leads to a row of ${to} for ${percent} % of ${sample}${keys} different keys`
}

/** One line for each reason. */
const notChecked = (references: readonly UncheckedReference[]): readonly string[] =>
  [...Map.groupBy(references, ({ reason }) => reason)].map(
    ([reason, all]) => `not looked for: ${all.map(({ column }) => column).join(', ')} (${reason})`,
  )
