/**
 * `npm run bench [-- --json FILE] [--quick] [--only a,b] [--questions a,b]`: the gateways side by
 * side. Every contestant answers the same questions over the same systems, in its own process; answers
 * are compared before anything is timed; contestants take turns. Exits with 1 when a contestant is
 * missing, answers differently, or misses a target.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { embedded, overHttp } from './contestants/roster.ts'
import { createMeasuring, paceOf } from './measure.ts'
import { installPeers } from './peers.ts'
import { questionNames } from './questions.ts'
import { buildStage } from './stage.ts'
import { verdicts } from './targets.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    questions: { type: 'string' },
  },
})

const labels = questionNames.flatMap((name) => [name, `embedded-${name}`] as const)
const isOn = chosen('--only', values.only, [
  ...new Set([...overHttp, ...embedded].map(({ name }) => name)),
])
const isAsked = chosen('--questions', values.questions, labels)

/** Names given on the command line as a predicate; all, when none are given. */
function chosen(option: string, given: string | undefined, known: readonly string[]) {
  const names = given?.split(',')
  const unknown = names?.filter((name) => !known.includes(name)) ?? []
  if (unknown.length > 0) {
    console.error(`${option}: "${unknown.join(', ')}" is none of ${known.join(', ')}`)
    process.exit(2)
  }
  return (name: string) => names === undefined || names.includes(name)
}

const { measured, problems } = createMeasuring({ pace: paceOf(values.quick), isOn, isAsked })

installPeers()
await using stage = await buildStage()
const rows = [
  ...(await measured(stage, overHttp, '')),
  ...(await measured(stage, embedded, 'embedded-')),
]
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ rows }, null, 2) + '\n')

const judged = verdicts(
  rows,
  ({ contestant, against, question }) => isOn(contestant) && isOn(against) && isAsked(question),
)
for (const { text, isMet } of judged) console.log(`${isMet ? 'met   ' : 'MISSED'}  ${text}`)
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 && judged.every(({ isMet }) => isMet) ? 0 : 1
