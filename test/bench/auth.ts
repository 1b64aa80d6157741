/**
 * `npm run bench:auth [-- --quick]`: what rights cost. Our gateway with authorisation, and with the
 * durable audit as well, against itself without either, on the three questions. Exits with 1 when
 * authorisation costs more than it may.
 */
import { overHttp } from './contestants/roster.ts'
import { createMeasuring, paceOf } from './measure.ts'
import { benchmark, quick, type QuickOption } from './options.ts'
import { questionNames } from './questions.ts'
import { buildStage } from './stage.ts'
import { aligned } from './table.ts'
import { verdicts, type Row } from './targets.ts'

const open = 'isthmus-no-auth'
const judged = 'isthmus'
const compared = [judged, 'isthmus-audit']

const { quick: isQuick = false } = benchmark(
  'bench:auth',
  'What rights cost: with and without authorisation, and with the durable audit.',
)
  .addOption(quick())
  .parse()
  .opts<QuickOption>()
const names = new Set([open, ...compared])
const { measured, problems } = createMeasuring({
  pace: paceOf(isQuick),
  isOn: (name) => names.has(name),
  isAsked: () => true,
})

await using stage = await buildStage()
const rows = await measured(stage, overHttp, '')
console.log(`${ratiosOf(rows)}\n`)
const found = verdicts(rows, ({ contestant, against }) => contestant === judged && against === open)
for (const { text, isMet } of found) console.log(`${isMet ? 'met   ' : 'MISSED'}  ${text}`)
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 && found.every(({ isMet }) => isMet) ? 0 : 1

/** Each against the gateway without rights; what was not measured is told by `problems`. */
function ratiosOf(measuredRows: readonly Row[]): string {
  const head = [`against ${open}`, 'question', '× req/s', '× CPU', 'CPU µs more']
  const rowOf = (contestant: string, question: string) =>
    measuredRows.find((row) => row.contestant === contestant && row.question === question)
  const lines = questionNames.flatMap((question) =>
    compared.flatMap((name) => {
      const [own, other] = [rowOf(name, question), rowOf(open, question)]
      if (own === undefined || other === undefined) return []
      const more = (own.cpuMs - other.cpuMs) * 1_000
      const ratios = [own.rps / other.rps, own.cpuMs / other.cpuMs].map((each) => each.toFixed(3))
      return [[name, question, ...ratios, more.toFixed(0)]]
    }),
  )
  return aligned([head, ...lines])
}
