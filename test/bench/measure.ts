/**
 * Contestants measured on questions: started together, their answers compared before anything is
 * timed, and timed in turns. What cannot be measured is told, never left out in silence.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { answersOf, difference } from './answers.ts'
import { constantAnswers, type Contestant, type Entry } from './contestants/roster.ts'
import { startLoadClient } from './load/load.ts'
import type { Question } from './questions.ts'
import { timed, type Pace } from './rounds.ts'
import type { Stage } from './stage.ts'
import { tableOf } from './table.ts'
import type { Row } from './targets.ts'

export const paceOf = (isQuick: boolean): Pace =>
  isQuick
    ? { rounds: 3, roundMs: 500, warmUpMs: 700, warmUpRequests: 50 }
    : { rounds: 15, roundMs: 1_000, warmUpMs: 4_000, warmUpRequests: 300 }

export interface MeasuringOptions {
  readonly pace: Pace
  /** Whether a contestant is timed, by its name. */
  readonly isOn: (contestant: string) => boolean
  /** Whether a question is asked, by its label. */
  readonly isAsked: (label: string) => boolean
}

export interface Measuring {
  /** What could not be measured, and why. */
  readonly problems: string[]
  /** The rows of all questions, whose labels begin with `prefix`; each table is printed as it is done. */
  readonly measured: (
    stage: Stage,
    entries: readonly Entry[],
    prefix: string,
  ) => Promise<readonly Row[]>
}

/** Grafbase's binary is for Linux on x64; elsewhere it is noted, and no target needs it. */
const mayBeMissing = new Set(['grafbase'])

export function createMeasuring({ pace, isOn, isAsked }: MeasuringOptions): Measuring {
  const problems: string[] = []
  const onFailure = (reason: string) => {
    problems.push(reason)
  }

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

  return {
    problems,
    measured: async (stage, entries, prefix) => {
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
    },
  }
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
