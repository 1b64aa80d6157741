/**
 * `npm run bench:cold [-- --quick]`: the latency of known questions, with and without unknown ones that
 * have to be planned. Both come at a fixed pace, which does not wait for the gateway. Exits with 1
 * when the unknown ones make the known ones slower than they may.
 */
import { ask } from './answers.ts'
import { entryNamed } from './contestants/roster.ts'
import { documentOf } from './documents.ts'
import { startLoadClient } from './load/load.ts'
import { benchmark, quick, type QuickOption } from './options.ts'
import { bodiesOf } from './questions.ts'
import { median } from './rounds.ts'
import { buildStage } from './stage.ts'

const { quick: isQuick = false } = benchmark(
  'bench:cold',
  'The latency of known questions, with and without unknown ones that have to be planned.',
)
  .addOption(quick())
  .parse()
  .opts<QuickOption>()

const { rounds, roundMs } = isQuick ? { rounds: 3, roundMs: 3_000 } : { rounds: 5, roundMs: 10_000 }
const pace = { known: 100, unknown: 20 }
const limit = 1.5

await using stage = await buildStage()
const entry = entryNamed('isthmus')
const knownQuestions = stage.questions.filter(({ name }) => name !== 'list1000').map(bodiesOf)
const known = (knownQuestions[0] ?? []).flatMap((_, at) =>
  knownQuestions.flatMap((bodies) => bodies[at] ?? []),
)
const perRound = (roundMs / 1_000) * pace.unknown
const [, customer360] = stage.questions
const unknown = Array.from({ length: rounds * perRound }, (_, number) =>
  JSON.stringify({ query: documentOf(number), variables: customer360?.variants[number % 50] }),
)

// Another gateway asks the unknown questions first, so that the systems know their parts: what they
// would take to answer for the first time must not be counted.
{
  await using other = await entry.start(stage)
  for (const body of unknown) await ask(other, body)
}

await using gateway = await entry.start(stage)
await using clients = new AsyncDisposableStack()
const [asksKnown, asksUnknown] = [clients.use(startLoadClient()), clients.use(startLoadClient())]
const load = {
  url: gateway.url,
  headers: gateway.headers,
  connections: 64,
  milliseconds: roundMs,
  minimum: 0,
}
const askKnown = async (): Promise<number> => {
  const seen = await asksKnown.run({ ...load, bodies: known, perSecond: pace.known })
  if (seen.failed > 0) throw new Error(`${seen.failed} known questions failed`)
  if (seen.seconds > (roundMs / 1_000) * 1.2) {
    throw new Error(`${pace.known} questions a second are too many here: they queue, with no end`)
  }
  return seen.p99
}
const askUnknown = async (round: number): Promise<void> => {
  const bodies = unknown.slice(round * perRound, (round + 1) * perRound)
  const seen = await asksUnknown.run({ ...load, bodies, perSecond: pace.unknown })
  if (seen.failed > 0) throw new Error(`${seen.failed} unknown questions failed`)
}

await askKnown() // warm up
const alone: number[] = []
const beside: number[] = []
for (let round = 0; round < rounds; round += 1) {
  alone.push(await askKnown())
  const [p99] = await Promise.all([askKnown(), askUnknown(round)])
  beside.push(p99)
  console.log(`p99 alone ${alone.at(-1)?.toFixed(1)} ms, beside unknown ones ${p99.toFixed(1)} ms`)
}
const ratio = median(beside) / median(alone)
const isMet = ratio <= limit
console.log(
  `${isMet ? 'met   ' : 'MISSED'}  p99 beside ${pace.unknown} unknown questions a second against alone: ${ratio.toFixed(2)}, limit ${limit}`,
)
process.exitCode = isMet ? 0 : 1
