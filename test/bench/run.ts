/**
 * `npm run bench [-- --json FILE] [--quick] [--only a,b] [--questions a,b]`: the gateways side by
 * side. Every contestant answers the same questions over the same systems, in its own process; answers
 * are compared before anything is timed; contestants take turns. Exits with 1 when a contestant is
 * missing, answers differently, or misses a target.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { answersOf, difference } from './answers.ts'
import {
  constantAnswers,
  embedded,
  overHttp,
  type Contestant,
  type Entry,
} from './contestants/roster.ts'
import { startLoadClient } from './load/load.ts'
import { installPeers } from './peers.ts'
import { questionNames, type Question } from './questions.ts'
import { timed, type Pace } from './rounds.ts'
import { buildStage, type Stage } from './stage.ts'
import { tableOf } from './table.ts'
import { verdicts, type Row } from './targets.ts'

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

const pace: Pace = values.quick
  ? { rounds: 3, roundMs: 500, warmUpMs: 700, warmUpRequests: 50 }
  : { rounds: 5, roundMs: 3_000, warmUpMs: 4_000, warmUpRequests: 300 }

/** What cannot be measured, and why. */
const problems: string[] = []

const onFailure = (reason: string) => {
  problems.push(reason)
}

/** Grafbase's binary is for Linux on x64; elsewhere it is noted, and no target needs it. */
const mayBeMissing = new Set(['grafbase'])

async function startAll(entries: readonly Entry[], stage: Stage, stack: AsyncDisposableStack) {
  const started: Contestant[] = []
  for (const { name, start } of entries) {
    try {
      started.push(stack.use(await start(stage)))
    } catch (error) {
      const text = `${name} is missing: ${error instanceof Error ? error.message : String(error)}`
      if (mayBeMissing.has(name)) console.log(text)
      else problems.push(text)
    }
  }
  return started
}

/** Those that answer like the endpoint by hand. What differs is told, and not timed. */
async function agreeing(
  contestants: readonly Contestant[],
  question: Question,
  expected: readonly unknown[],
): Promise<readonly Contestant[]> {
  const alike: Contestant[] = []
  for (const who of contestants) {
    try {
      const differs = difference(question, expected, await answersOf(who, question))
      if (differs === null) alike.push(who)
      else problems.push(`${who.name} answers differently: ${differs}`)
    } catch (error) {
      problems.push(`${who.name} fails at ${question.name}: ${String(error)}`)
    }
  }
  return alike
}

async function measured(stage: Stage, entries: readonly Entry[], prefix: string) {
  const questions = stage.questions.filter(({ name }) => isAsked(prefix + name))
  if (questions.length === 0) return []
  await using stack = new AsyncDisposableStack()
  const client = stack.use(startLoadClient())
  // The endpoint by hand says what is right, whether it is timed or not.
  const [hand] = await startAll(
    entries.filter(({ name }) => name === 'hand'),
    stage,
    stack,
  )
  if (hand === undefined) return [] // startAll has told why
  const expected = new Map<Question, readonly unknown[]>()
  for (const question of questions) expected.set(question, await answersOf(hand, question))
  writeConstantAnswers(stage, expected)
  const others = entries.filter(({ name }) => name !== 'hand' && isOn(name))
  const all = [...(await startAll(others, stage, stack)), ...(isOn('hand') ? [hand] : [])]
  const rows: Row[] = []
  for (const [question, answers] of expected) {
    const label = prefix + question.name
    console.log(`${label}: ${averageKb(answers)} kB`)
    const alike = await agreeing(all, question, answers)
    const found = await timed(alike, question, label, { client, pace, onFailure })
    console.log(`${tableOf(found)}\n`)
    rows.push(...found)
  }
  return rows
}

function writeConstantAnswers(stage: Stage, expected: ReadonlyMap<Question, readonly unknown[]>) {
  const answers = [...expected].flatMap(([{ query, variants }, data]) => {
    const operation = /\bquery (\w+)/.exec(query)?.[1] ?? ''
    return variants.map((variables, at) => [
      `${operation} ${JSON.stringify(variables)}`,
      JSON.stringify({ data: data[at] }),
    ])
  })
  writeFileSync(join(stage.folder, constantAnswers), JSON.stringify(Object.fromEntries(answers)))
}

const averageKb = (answers: readonly unknown[]): string => {
  const bytes = answers.map((answer) => Buffer.byteLength(JSON.stringify({ data: answer })))
  return (bytes.reduce((sum, each) => sum + each, 0) / bytes.length / 1_000).toFixed(1)
}

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
