/** `isthmus identity candidates`: what somebody must decide, with the names as the systems have them. */
import { Command, Option } from 'commander'
import { readConfig, type Environment } from '../../../config.ts'
import { accountRecord, keyOf, type CustomerRecord } from '../../../identity/records.ts'
import type { CandidateReason } from '../../../identity/match.ts'
import type { KnownCandidate } from '../../../identity/rows.ts'
import { typist, wholeNumber } from '../../identities.ts'
import { nameOf, recordsBy } from './print.ts'

interface Options {
  readonly reason?: CandidateReason
  readonly limit: number
  readonly json?: boolean
}

const reasons: readonly CandidateReason[] = ['LIKELY', 'AMBIGUOUS', 'CONTRADICTING', 'DUPLICATE']

export const candidatesCommand = (env: Environment): Command =>
  new Command('candidates')
    .description('List the candidates of the last match, the likeliest first.')
    .addOption(new Option('--reason <reason>', 'only those of this reason').choices(reasons))
    .option('--limit <number>', 'candidates to list', wholeNumber, 50)
    .option('--json', 'print them as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  npm run --silent isthmus -- identity candidates --limit 10',
    )
    .action(async ({ reason, limit, json }: Options) => {
      const config = readConfig(env)
      const { openLocalCrosswalk, openReader } = await import('../../../identity/local.ts')
      await using crosswalk = await openLocalCrosswalk(config)
      const all = await crosswalk.candidates({ reason: reason ?? null })
      const listed = all.slice(0, limit)
      if (listed.length === 0 && json !== true) {
        console.log('There is nothing to decide.')
        return
      }
      await using reader = await openReader(config, typist())
      const records = await recordsBy(reader.ask, [
        ...listed,
        ...listed.map(({ crmAccountId }) => accountRecord(crmAccountId)),
      ])
      if (json === true) {
        const shown = listed.map((each) => ({ ...each, ...namesOf(each, records) }))
        console.log(JSON.stringify(shown, null, 2))
        return
      }
      for (const candidate of listed) console.log(textOf(candidate, records))
      if (listed.length < all.length)
        console.log(`${all.length - listed.length} more; see --limit.`)
    })

type Records = ReadonlyMap<string, CustomerRecord>

const namesOf = (candidate: KnownCandidate, records: Records) => ({
  name: nameOf(records.get(keyOf(candidate))),
  accountName: nameOf(records.get(keyOf(accountRecord(candidate.crmAccountId)))),
})

function textOf(candidate: KnownCandidate, records: Records): string {
  const { id, system, value, crmAccountId, reason, score, evidence } = candidate
  const { name, accountName } = namesOf(candidate, records)
  const alike = Object.entries(evidence).map(([field, similarity]) => `${field} ${similarity}`)
  return [
    `${id}  ${score.toFixed(3)}  ${reason}`,
    `  ${`${system}:${value}`.padEnd(18)} ${name}`,
    `  ${`CRM:${crmAccountId}`.padEnd(18)} ${accountName}`,
    `  ${alike.join(', ')}`,
  ].join('\n')
}
