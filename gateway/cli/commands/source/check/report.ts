/** What a check finds, and how it is printed. */

export interface Finding {
  /** A problem fails the check. */
  readonly level: 'problem' | 'warning'
  readonly text: string
}

export const problem = (text: string): Finding => ({ level: 'problem', text })
export const warning = (text: string): Finding => ({ level: 'warning', text })

export interface RelationReport {
  readonly relation: string
  /** The file of its mapping. */
  readonly file: string
  /** Null where they were not counted. */
  readonly rows: number | null
  /** Declared columns that the mapping does not yield. */
  readonly columnsNotMapped: readonly string[]
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
  for (const { relation, file, rows, columnsNotMapped, findings } of report.relations) {
    const isBad = findings.some(({ level }) => level === 'problem')
    const counted = rows === null ? 'rows not counted' : `${rows} rows`
    console.log(`${isBad ? 'BAD' : 'ok '} ${relation} (${file}): ${counted}`)
    if (columnsNotMapped.length > 0) console.log(`      not mapped: ${columnsNotMapped.join(', ')}`)
    for (const finding of findings) console.log(`    ${lineOf(finding)}`)
  }
  if (report.relationsNotMapped.length > 0) {
    console.log(`not mapped: ${report.relationsNotMapped.join(', ')}`)
  }
  const count = problemsIn(report)
  console.log(count === 0 ? 'No problems.' : `${count} ${count === 1 ? 'problem' : 'problems'}.`)
}

const lineOf = ({ level, text }: Finding): string => `${level}: ${text}`
