/**
 * Which of our values a raw code of a source may mean: by its words only. What is not close is left to
 * whoever knows the system.
 */
import { wordsOf } from './words.ts'

export interface CodesProposal {
  /** Raw code → our value. */
  readonly known: ReadonlyMap<string, string>
  readonly unknown: readonly string[]
  /** The source uses our own values: nothing has to be translated. */
  readonly isOurs: boolean
}

export function codesFor(raw: readonly string[], values: readonly string[]): CodesProposal {
  const isOurs = raw.length > 0 && raw.every((code) => values.includes(code))
  const known = new Map<string, string>()
  const unknown: string[] = []
  for (const code of raw) {
    const words = wordsOf(code).join('_')
    const same = values.filter((value) => wordsOf(value).join('_') === words)
    const [only] = same
    if (same.length === 1 && only !== undefined) known.set(code, only)
    else unknown.push(code)
  }
  return { known, unknown, isOurs }
}
