/**
 * Whether contestants answer alike: every variant of a question, compared in full before anything is
 * timed. The order of fields does not count; an error anywhere does.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Contestant } from './contestants/roster.ts'
import { bodiesOf, type Question } from './questions.ts'

export async function ask({ url, headers }: Contestant, body: string): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body,
  })
  const text = await response.text()
  const answer = JSON.parse(text) as { readonly data?: unknown; readonly errors?: unknown } // GraphQL
  if (answer.errors !== undefined || answer.data === undefined || answer.data === null) {
    throw new Error(`status ${response.status}: ${text.slice(0, 500)}`)
  }
  return answer.data
}

/** The data of all variants, in order. */
export async function answersOf(who: Contestant, question: Question): Promise<readonly unknown[]> {
  const answers: unknown[] = []
  for (const body of bodiesOf(question)) answers.push(await ask(who, body))
  return answers
}

/** Null when all are equal; otherwise where the first difference is. */
export function difference(
  question: Question,
  expected: readonly unknown[],
  actual: readonly unknown[],
): string | null {
  const at = expected.findIndex((each, index) => !isDeepStrictEqual(each, actual[index]))
  if (at === -1) return null
  const where = pathOfDifference(expected[at], actual[at])
  return `${question.name}, variables ${JSON.stringify(question.variants[at])}: ${where}`
}

function pathOfDifference(expected: unknown, actual: unknown, path = 'data'): string {
  if (isContainer(expected) && isContainer(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      if (!isDeepStrictEqual(expected[key], actual[key])) {
        return pathOfDifference(expected[key], actual[key], `${path}.${key}`)
      }
    }
  }
  return `${path} is ${short(actual)}, not ${short(expected)}`
}

const isContainer = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const short = (value: unknown): string => (JSON.stringify(value) ?? 'absent').slice(0, 200)
