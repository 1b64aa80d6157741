/**
 * The timing: contestants take turns in short rounds, so that what disturbs the machine disturbs all
 * of them; of each figure the median of the rounds counts.
 */
import type { Contestant } from './contestants/roster.ts'
import type { LoadClient } from './load/load.ts'
import { cpuMs, residentMb } from './process.ts'
import { bodiesOf, type Question } from './questions.ts'
import type { Row } from './targets.ts'

export interface Pace {
  readonly rounds: number
  /** How long one round of one contestant takes, in milliseconds. */
  readonly roundMs: number
  /** How long each is asked before the first round, so that its code is compiled. */
  readonly warmUpMs: number
}

/** Connections that ask at once, and requests that a round has at least. */
const connections = 8
const minimum = 24

type Round = Omit<Row, 'contestant' | 'question'>

export async function timed(
  contestants: readonly Contestant[],
  question: Question,
  label: string,
  { client, pace }: { readonly client: LoadClient; readonly pace: Pace },
): Promise<readonly Row[]> {
  const bodies = bodiesOf(question)
  const round = async (who: Contestant, milliseconds: number): Promise<Round> => {
    const before = cpuMs(who.pid)
    const { url, headers } = who
    const load = { url, headers, bodies, connections, milliseconds, minimum }
    const { requests, failed, seconds, p50, p99 } = await client.run(load)
    if (failed > 0) throw new Error(`${who.name}: ${failed} of ${requests} ${label} failed`)
    const cpu = cpuMs(who.pid) - before
    return {
      cpuMs: cpu / requests,
      rps: requests / seconds,
      p50,
      p99,
      rssMb: residentMb(who.pid),
    }
  }
  const measured = new Map(contestants.map(({ name }) => [name, [] as Round[]]))
  for (const who of contestants) await round(who, pace.warmUpMs)
  for (let at = 0; at < pace.rounds; at += 1) {
    for (const who of contestants) measured.get(who.name)?.push(await round(who, pace.roundMs))
  }
  return [...measured].map(([contestant, all]) => {
    const of = (key: keyof Round) => rounded(median(all.map((each) => each[key])))
    return {
      contestant,
      question: label,
      cpuMs: of('cpuMs'),
      rps: of('rps'),
      p50: of('p50'),
      p99: of('p99'),
      rssMb: of('rssMb'),
    }
  })
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

const rounded = (value: number): number => Number(value.toPrecision(4))
