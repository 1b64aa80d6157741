/**
 * `npm run bench [-- --json FILE] [--quick] [--only a,b] [--questions a,b]`: the gateways side by
 * side. Every contestant answers the same questions over the same systems, in its own process; answers
 * are compared before anything is timed; contestants take turns. Exits with 1 when a contestant is
 * missing, answers differently, or misses a target.
 */
import { writeFileSync } from 'node:fs'
import { embedded, overHttp } from './contestants/roster.ts'
import { createMeasuring, paceOf } from './measure.ts'
import { benchmark, quick, someOf, type QuickOption } from './options.ts'
import { installPeers, peers } from './peers.ts'
import { questionNames } from './questions.ts'
import { buildStage } from './stage.ts'
import { verdicts } from './targets.ts'

interface Options extends QuickOption {
  readonly only: readonly string[]
  readonly questions: readonly string[]
  readonly json?: string
}

const contestants = [...new Set([...overHttp, ...embedded].map(({ name }) => name))]
const labels = [...questionNames, ...questionNames.map((name) => `embedded-${name}`)]
const given = benchmark('bench', 'The gateways side by side, on the same questions and systems.')
  .addOption(quick())
  .addOption(someOf('--only', 'contestants', contestants))
  .addOption(someOf('--questions', 'questions', labels))
  .option('--json <file>', 'also writes the rows to a file, as JSON')
  .parse()
  .opts<Options>()

const isOn = (contestant: string) => given.only.includes(contestant)
const isAsked = (label: string) => given.questions.includes(label)
const { measured, problems } = createMeasuring({
  pace: paceOf(given.quick ?? false),
  isOn,
  isAsked,
})

if (peers.some(isOn) && questionNames.some(isAsked)) installPeers()
await using stage = await buildStage()
const rows = [
  ...(await measured(stage, overHttp, '')),
  ...(await measured(stage, embedded, 'embedded-')),
]
if (rows.length === 0) problems.push('nothing was measured: no contestant has such a question')
if (given.json !== undefined) writeFileSync(given.json, JSON.stringify({ rows }, null, 2) + '\n')

const judged = verdicts(
  rows,
  ({ contestant, against, question }) => isOn(contestant) && isOn(against) && isAsked(question),
)
for (const { text, isMet } of judged) console.log(`${isMet ? 'met   ' : 'MISSED'}  ${text}`)
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 && judged.every(({ isMet }) => isMet) ? 0 : 1
