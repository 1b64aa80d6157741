/** What the figures must show. A target compares the CPU time of two rows of one question. */
import type { QuestionName } from './questions.ts'

/** A line of the result. */
export interface Row {
  readonly contestant: string
  readonly question: string
  /** CPU time of the contestant's process for one request, in milliseconds. */
  readonly cpuMs: number
  /** Requests a second. */
  readonly rps: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  readonly rssMb: number
}

interface Target {
  readonly contestant: string
  readonly against: string
  readonly question: `${'' | 'embedded-'}${QuestionName}`
  /** The most that the contestant may cost, as a share of the other … */
  readonly atMost?: number
  /** … or in milliseconds above it. */
  readonly atMostAboveMs?: number
}

const shares = (
  contestant: string,
  against: string,
  most: Readonly<Partial<Record<Target['question'], number>>>,
): readonly Target[] =>
  Object.entries(most).map(([question, atMost]) => ({
    contestant,
    against,
    question: question as Target['question'], // the keys of `most`
    atMost,
  }))

export const targets: readonly Target[] = [
  ...shares('isthmus', 'apollo', { one: 1 / 7, customer360: 1 / 7, list1000: 1 / 5 }),
  ...shares('isthmus', 'hive-rust', { one: 1 / 3, customer360: 1 / 2, list1000: 1 / 3 }),
  ...shares('isthmus', 'hand', { one: 1.6, customer360: 1.6, list1000: 1.6 }),
  ...shares('isthmus-in-apollo', 'apollo', { customer360: 1 / 4 }),
  ...shares('isthmus', 'isthmus-no-auth', { customer360: 1.1, list1000: 1.1 }),
  { contestant: 'isthmus', against: 'isthmus-no-auth', question: 'one', atMostAboveMs: 0.02 },
  ...shares('isthmus-traced', 'isthmus', { customer360: 1.1, list1000: 1.1 }),
  { contestant: 'isthmus-traced', against: 'isthmus', question: 'one', atMostAboveMs: 0.02 },
  ...shares('isthmus', 'apollo', { 'embedded-one': 1 / 5, 'embedded-list1000': 1 / 7 }),
  ...shares('isthmus', 'hand', {
    'embedded-one': 1.8,
    'embedded-customer360': 1.8,
    'embedded-list1000': 1.8,
  }),
]

export interface Verdict {
  readonly text: string
  readonly isMet: boolean
}

/** The verdict on each target that was asked for; one whose rows are missing is missed. */
export function verdicts(
  rows: readonly Row[],
  isAskedFor: (target: Target) => boolean,
): readonly Verdict[] {
  const cpuOf = (contestant: string, question: string) =>
    rows.find((row) => row.contestant === contestant && row.question === question)?.cpuMs
  return targets.filter(isAskedFor).map((target) => {
    const { contestant, against, question } = target
    const own = cpuOf(contestant, question)
    const other = cpuOf(against, question)
    const name = `${question}: ${contestant} against ${against}`
    if (own === undefined || other === undefined) {
      return { text: `${name}: not measured`, isMet: false }
    }
    return judged(name, own, other, target)
  })
}

function judged(
  name: string,
  own: number,
  other: number,
  { atMost, atMostAboveMs = Infinity }: Target,
): Verdict {
  if (atMost === undefined) {
    const above = own - other
    const isMet = above <= atMostAboveMs
    return { text: `${name}: ${above.toFixed(3)} ms more, at most ${atMostAboveMs}`, isMet }
  }
  const share = own / other
  return {
    text: `${name}: ${share.toFixed(3)}, at most ${atMost.toFixed(3)}`,
    isMet: share <= atMost,
  }
}
