/** `isthmus identity match`: links what is sure, and lists what somebody must decide. */
import { join } from 'node:path'
import { Command } from 'commander'
import { dateIn } from '#shared/calendar.ts'
import { readConfig, type Environment } from '../../../config.ts'
import type { MatchRun } from '../../../identity/run.ts'
import { printEffort } from '../../effort.ts'
import { typist } from '../../identities.ts'
import { printSummaries } from './print.ts'

interface Options {
  readonly rules?: string
  readonly dryRun?: boolean
  readonly json?: boolean
}

export const matchCommand = (env: Environment): Command =>
  new Command('match')
    .description(
      'Match the customer records of CRM, ERP and finance by the rules of identity.yaml.',
    )
    .option('--rules <file>', 'other rules than identity.yaml of the policy folder')
    .option('--dry-run', 'say what would be matched, and change nothing')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  npm run --silent isthmus -- identity match --dry-run')
    .action(async ({ rules: file, dryRun, json }: Options) => {
      const started = performance.now()
      const config = readConfig(env)
      const [{ readRules }, { openLocalCrosswalk, openReader }, { runMatch }] = await Promise.all([
        import('../../../identity/rules.ts'),
        import('../../../identity/local.ts'),
        import('../../../identity/run.ts'),
      ])
      const rules = readRules(file ?? join(config.policy, 'identity.yaml'))
      await using crosswalk = await openLocalCrosswalk(config)
      await using reader = await openReader(config, typist())
      const onProgress = (text: string) => console.error(text)
      const run = await runMatch({ ask: reader.ask, crosswalk, rules, onProgress })
      const now = new Date()
      if (dryRun !== true) {
        await crosswalk.keep({
          ...run,
          today: dateIn(config.timeZone, now),
          at: `${now.toISOString().slice(0, 19)}Z`,
        })
      }
      printEffort(started)
      if (json === true) console.log(JSON.stringify(resultOf(run, dryRun === true), null, 2))
      else print(run, dryRun === true)
    })

const resultOf = ({ links, candidates, summaries, findings }: MatchRun, isDry: boolean) => ({
  dryRun: isDry,
  links: links.map(({ customerId, system, value, matchedBy, confidence }) => ({
    customerId,
    system,
    value,
    matchedBy,
    confidence,
  })),
  candidates,
  systems: summaries,
  findings: findings.length,
})

function print({ links, candidates, summaries, findings }: MatchRun, isDry: boolean): void {
  const added = links.filter(({ system }) => system !== 'CRM').length
  console.log(`${isDry ? 'Would match' : 'Matched'} ${added} records.`)
  printSummaries(summaries)
  const byReason = Map.groupBy(candidates, ({ reason }) => reason)
  const reasons = [...byReason].map(([reason, list]) => `${list.length} ${reason.toLowerCase()}`)
  console.log(
    `${candidates.length} candidates to decide${reasons.length > 0 ? `: ${reasons.join(', ')}` : ''}.`,
  )
  console.log(
    `${findings.length} findings. See: isthmus identity candidates, isthmus identity report`,
  )
}
