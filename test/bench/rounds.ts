/**
 * The timing: contestants take turns in short rounds, so that what disturbs the machine disturbs all
 * of them; of each figure the median of the rounds counts.
 */
import type { Contestant } from './contestants/roster.ts'
import type { Load, LoadClient } from './load/load.ts'
import { cpuMs, residentMb } from './process.ts'
import { bodiesOf, type Question } from './questions.ts'
import type { Row } from './targets.ts'

export interface Pace {
  readonly rounds: number
  /** How long one round of one contestant takes, in milliseconds. */
  readonly roundMs: number
  /** How long each is asked before the first round, so that its code is compiled. */
  readonly warmUpMs: number
  /** … and at least how often. */
  readonly warmUpRequests: number
}

/** Connections that ask at once, and requests that a round has at least. */
const connections = 8
const roundRequests = 24

export interface Timing {
  readonly client: LoadClient
  readonly pace: Pace
  /** Told why a contestant is left out from now on. */
  readonly onFailure: (reason: string) => void
}

type Round = Omit<Row, 'contestant' | 'question'>

export async function timed(
  contestants: readonly Contestant[],
  question: Question,
  label: string,
  { client, pace, onFailure }: Timing,
): Promise<readonly Row[]> {
  const bodies = bodiesOf(question)
  const measured = new Map<Contestant, Round[]>(contestants.map((who) => [who, []]))
  const attempt = async (who: Contestant, milliseconds: number, minimum: number) => {
    try {
      return await round(who, client, { bodies, connections, milliseconds, minimum })
    } catch (error) {
      measured.delete(who)
      const reason = error instanceof Error ? error.message : String(error)
      onFailure(`${who.name} is left out of ${label}: ${reason}`)
      return null
    }
  }
  for (const who of contestants) await attempt(who, pace.warmUpMs, pace.warmUpRequests)
  for (let at = 0; at < pace.rounds; at += 1) {
    const turns = at % 2 === 0 ? [...measured] : [...measured].toReversed()
    for (const [who, rounds] of turns) {
      const figures = await attempt(who, pace.roundMs, roundRequests)
      if (figures !== null) rounds.push(figures)
    }
  }
  return [...measured].map(([{ name }, rounds]) => rowOf(name, label, rounds))
}

async function round(
  { pid, url, headers }: Contestant,
  client: LoadClient,
  load: Omit<Load, 'url' | 'headers'>,
): Promise<Round> {
  const before = cpuMs(pid)
  const { requests, failed, seconds, p50, p99 } = await client.run({ url, headers, ...load })
  if (failed > 0) throw new Error(`${failed} of ${requests} requests failed`)
  const spent = cpuMs(pid) - before
  return {
    cpuMs: spent / requests,
    rps: requests / seconds,
    p50,
    p99,
    rssMb: residentMb(pid),
  }
}

function rowOf(contestant: string, question: string, rounds: readonly Round[]): Row {
  const of = (key: keyof Round) => rounded(median(rounds.map((each) => each[key])))
  return {
    contestant,
    question,
    cpuMs: of('cpuMs'),
    rps: of('rps'),
    p50: of('p50'),
    p99: of('p99'),
    rssMb: of('rssMb'),
  }
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

const rounded = (value: number): number => Number(value.toPrecision(4))
