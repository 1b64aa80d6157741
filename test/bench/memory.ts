/**
 * `npm run bench:memory [-- --quick]`: resident memory of the gateway over many requests for many
 * different documents. Exits with 1 when it passes the limit or still grows at the end.
 */
import { entryNamed } from './contestants/roster.ts'
import { documentOf } from './documents.ts'
import { startLoadClient } from './load/load.ts'
import { benchmark, quick, type QuickOption } from './options.ts'
import { residentMb } from './process.ts'
import { median } from './rounds.ts'
import { buildStage, type Stage } from './stage.ts'

const { quick: isQuick = false } = benchmark(
  'bench:memory',
  'Resident memory of the gateway over many requests for many different documents.',
)
  .addOption(quick())
  .parse()
  .opts<QuickOption>()

const size = isQuick ? { documents: 500, requests: 5_000 } : { documents: 5_000, requests: 200_000 }
const samples = 20
const limits = { residentMb: 400, growth: 1.1 }

await using stage = await buildStage()
await using gateway = await entryNamed('isthmus').start(stage)
await using client = startLoadClient()

const bodies = documentBodies(stage, size.documents)
const resident: number[] = []
let asked = 0
for (let sample = 0; sample < samples; sample += 1) {
  const batch = Array.from({ length: size.requests / samples }, () => {
    asked += 1
    return bodies[documentAt(asked - 1)] ?? ''
  })
  const { failed } = await client.run({
    url: gateway.url,
    headers: gateway.headers,
    bodies: batch,
    connections: 8,
    milliseconds: 0,
    minimum: batch.length,
  })
  if (failed > 0) throw new Error(`${failed} requests failed`)
  resident.push(residentMb(gateway.pid))
  console.log(`${asked} requests: ${resident.at(-1)?.toFixed(0)} MB`)
}

const most = Math.max(...resident)
const fifth = samples / 5
const growth = median(resident.slice(-fifth)) / median(resident.slice(2 * fifth, 3 * fifth))
const verdicts = [
  [
    `resident memory: ${most.toFixed(0)} MB at most, limit ${limits.residentMb} MB`,
    most < limits.residentMb,
  ],
  [
    `growth from the middle to the end: ${growth.toFixed(3)}, limit ${limits.growth}`,
    growth <= limits.growth,
  ],
] as const
console.log(`${asked} requests, ${bodies.length} documents`)
for (const [text, isMet] of verdicts) console.log(`${isMet ? 'met   ' : 'MISSED'}  ${text}`)
process.exitCode = verdicts.every(([, isMet]) => isMet) ? 0 : 1

function documentBodies({ questions }: Stage, count: number): readonly string[] {
  const customers = questions.find(({ name }) => name === 'customer360')?.variants ?? []
  return Array.from({ length: count }, (_, number) =>
    JSON.stringify({
      query: documentOf(number),
      variables: customers[number % customers.length],
    }),
  )
}

/** Each document once, then some far more often than others, as in life; the same in every run. */
function documentAt(request: number): number {
  if (request < bodies.length) return request
  const share = ((request * 2_654_435_761) % 4_294_967_296) / 4_294_967_296
  return Math.floor(share ** 2 * bodies.length)
}
