/** `isthmus identity report`: how well the records are matched, and what is wrong with them. */
import { Command, Option } from 'commander'
import { AppError } from '#shared/errors.ts'
import { readConfig, type Environment } from '../../../config.ts'
import type { Crosswalk } from '../../../identity/crosswalk.ts'
import type { KnownFinding } from '../../../identity/rows.ts'
import {
  keyOf,
  sharedValues,
  type CustomerRecord,
  type RecordId,
} from '../../../identity/records.ts'
import { typist, wholeNumber } from '../../identities.ts'
import { nameOf, printSummaries, recordsBy } from './print.ts'

interface Options {
  readonly kind?: string
  readonly limit: number
  readonly json?: boolean
}

const kinds = ['UNMATCHED', 'DOUBLY_MATCHED', 'CONTRADICTING', 'MISSING', 'DISAGREEING']

export const identityReportCommand = (env: Environment): Command =>
  new Command('report')
    .description(
      'How well the records are matched, and what is wrong with them, as of the last match.',
    )
    .addOption(new Option('--kind <kind>', 'list the findings of this kind').choices(kinds))
    .option('--limit <number>', 'findings to list', wholeNumber, 20)
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  npm run --silent isthmus -- identity report\n  npm run --silent isthmus -- identity report --kind DISAGREEING --limit 10',
    )
    .action(async ({ kind, limit, json }: Options) => {
      const config = readConfig(env)
      const { openLocalCrosswalk, openReader } = await import('../../../identity/local.ts')
      await using crosswalk = await openLocalCrosswalk(config)
      const counted = await countsOf(crosswalk)
      const findings = kind === undefined ? [] : await crosswalk.findings({ kind, limit })
      const records =
        findings.length === 0 ? new Map<string, CustomerRecord>() : await read(findings)
      const shown = findings.map((finding) => ({ ...finding, ...valuesOf(finding, records) }))
      if (json === true) {
        console.log(JSON.stringify({ ...counted, listed: shown }, null, 2))
        return
      }
      if (kind !== undefined) {
        for (const finding of shown) console.log(lineOf(finding))
        if (shown.length === 0) console.log('There are none.')
        return
      }
      printSummaries(counted.systems)
      for (const { kind: each, system, field, count } of counted.findings) {
        const what = [each, field].filter((part) => part !== null).join(' ')
        console.log(`${String(count).padStart(8)}  ${what} in ${system}`)
      }

      async function read(of: readonly KnownFinding[]) {
        await using reader = await openReader(config, typist())
        return await recordsBy(
          reader.ask,
          of.flatMap(({ system, value, other }): readonly RecordId[] => [
            { system, value },
            ...(other === null ? [] : [other]),
          ]),
        )
      }
    })

async function countsOf(crosswalk: Crosswalk) {
  const systems = await crosswalk.summaries()
  if (systems.length === 0)
    throw new AppError('NOT_FOUND', 'Nothing was matched yet. Run: isthmus identity match')
  return {
    checkedAt: systems[0]?.checkedAt ?? null,
    systems,
    findings: await crosswalk.countFindings(),
    decisions: await crosswalk.countDecisions(),
  }
}

/** What the two records say, read from their systems now. */
function valuesOf(
  { field, other, ...record }: KnownFinding,
  records: ReadonlyMap<string, CustomerRecord>,
) {
  const [one, two] = [records.get(keyOf(record)), other && records.get(keyOf(other))]
  return {
    name: nameOf(one),
    says: one === undefined ? null : saidBy(one, field),
    otherSays: two ? saidBy(two, field) : null,
  }
}

function saidBy(record: CustomerRecord, field: string | null): string | null {
  const shared = sharedValues.find((each) => each === field)
  if (shared !== undefined) return record.values[shared] ?? null
  if (field === 'TAX_NUMBER') return record.taxNumber
  if (field === 'NAME') return record.names.join(' / ')
  if (field === 'ADDRESS') {
    const [address] = record.addresses
    return [address?.line, address?.postalCode, address?.city].filter((part) => part).join(', ')
  }
  return null
}

const lineOf = (finding: KnownFinding & ReturnType<typeof valuesOf>): string => {
  const { kind, system, value, customerId, other, field, name, says, otherSays } = finding
  const disagreement =
    other === null
      ? ''
      : `  ${field}: "${says ?? ''}", ${other.system}:${other.value} "${otherSays ?? ''}"`
  return `${kind}  ${system}:${value}  ${customerId ?? ''}  ${name}${disagreement}`
}
