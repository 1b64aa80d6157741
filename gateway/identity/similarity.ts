/**
 * How alike two names, two addresses or two telephone numbers are, from 0 to 1; null where they
 * cannot be compared. Pure.
 */
import type { ComparableName } from './names.ts'

/**
 * 1 less the share of letters that must be added, left out, changed or exchanged with their neighbour
 * (optimal string alignment).
 */
export function textSimilarity(one: string, other: string): number {
  if (one === other) return 1
  const longest = Math.max(one.length, other.length)
  return longest === 0 ? 1 : 1 - distance(one, other) / longest
}

/** Three rows of the table, used again and again: millions of pairs are compared. */
let rows = [new Uint16Array(64), new Uint16Array(64), new Uint16Array(64)] as const

function distance(one: string, other: string): number {
  const width = other.length + 1
  if (rows[0].length < width)
    rows = [new Uint16Array(2 * width), new Uint16Array(2 * width), new Uint16Array(2 * width)]
  let [before, last, next] = rows
  for (let column = 0; column < width; column += 1) last[column] = column
  for (let row = 1; row <= one.length; row += 1) {
    const letter = one.charCodeAt(row - 1)
    next[0] = row
    for (let column = 1; column < width; column += 1) {
      const otherLetter = other.charCodeAt(column - 1)
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (letter === otherLetter ? 0 : 1),
      )
      const isExchanged =
        row > 1 &&
        column > 1 &&
        letter === other.charCodeAt(column - 2) &&
        one.charCodeAt(row - 2) === otherLetter
      if (isExchanged) cost = Math.min(cost, (before[column - 2] ?? 0) + 1)
      next[column] = cost
    }
    ;[before, last, next] = [last, next, before]
  }
  return last[other.length] ?? 0
}

/** What names with different numbers in them may be alike at most: they contradict each other. */
const otherNumber = 0.3

/**
 * By the writing that both have; null where one has Latin letters only and the other Chinese only.
 * A number that only one of them has, or another one, makes them different.
 */
export function nameSimilarity(one: ComparableName, other: ComparableName): number | null {
  const parts: [similarity: number, weight: number][] = []
  if (one.words.length > 0 && other.words.length > 0)
    parts.push([wordSimilarity(one.words, other.words), lettersIn(one) + lettersIn(other)])
  // A Chinese character says as much as a few letters.
  if (one.han !== '' && other.han !== '')
    parts.push([textSimilarity(one.han, other.han), 3 * (one.han.length + other.han.length)])
  const isNumbered = one.numbers !== '' || other.numbers !== ''
  if (parts.length === 0) {
    return one.numbers !== '' && one.numbers === other.numbers ? 1 : null
  }
  const weight = parts.reduce((sum, [, each]) => sum + each, 0)
  const similarity = parts.reduce((sum, [each, of]) => sum + each * of, 0) / weight
  return isNumbered && one.numbers !== other.numbers
    ? Math.min(similarity, otherNumber)
    : similarity
}

const lettersIn = ({ words }: ComparableName): number =>
  words.reduce((sum, word) => sum + word.length, 0)

/** Below this two words are different words. */
const sameWord = 0.6

/** Each word with the most alike word of the other name; a word without one counts against them. */
function wordSimilarity(one: readonly string[], other: readonly string[]): number {
  const left = [...other]
  let alike = 0
  let letters = 0
  for (const word of one) {
    letters += word.length
    let best = -1
    let similarity = sameWord
    for (const [at, each] of left.entries()) {
      // A word of another length cannot be as alike as that.
      const shorter = Math.min(word.length, each.length)
      if (shorter < similarity * Math.max(word.length, each.length)) continue
      const found = textSimilarity(word, each)
      if (found > similarity || (found === 1 && best === -1)) {
        best = at
        similarity = found
      }
    }
    if (best === -1) continue
    alike += similarity * (word.length + (left[best]?.length ?? 0))
    letters += left[best]?.length ?? 0
    left.splice(best, 1)
  }
  for (const word of left) letters += word.length
  const byWord = letters === 0 ? 1 : alike / letters
  // "Jade River" and "Jaderiver"
  if (byWord === 1) return 1
  const [joined, otherJoined] = [one.join(''), other.join('')]
  const shorter = Math.min(joined.length, otherJoined.length)
  return shorter <= byWord * Math.max(joined.length, otherJoined.length)
    ? byWord
    : Math.max(byWord, textSimilarity(joined, otherJoined))
}

/** An address made comparable; a part that is not noted is empty. */
export interface ComparableAddress {
  readonly postalCode: string
  /** Of the house and whatever else the line has. */
  readonly numbers: string
  readonly line: Writing
  readonly city: Writing
}

/** A text in both writings. */
export interface Writing {
  readonly words: readonly string[]
  readonly han: string
}

/** By the parts that both have; null where they have none in common. */
export function addressSimilarity(one: ComparableAddress, other: ComparableAddress): number | null {
  const isSame = (a: string, b: string) => (a === '' || b === '' ? null : Number(a === b))
  const parts = [
    isSame(one.postalCode, other.postalCode),
    isSame(one.numbers, other.numbers),
    writingSimilarity(one.line, other.line),
    writingSimilarity(one.city, other.city),
  ].filter((part) => part !== null)
  if (parts.length === 0) return null
  return parts.reduce((sum, part) => sum + part, 0) / parts.length
}

/** The same place in either writing is the same place. */
function writingSimilarity(one: Writing, other: Writing): number | null {
  const parts: number[] = []
  if (one.words.length > 0 && other.words.length > 0)
    parts.push(wordSimilarity(one.words, other.words))
  if (one.han !== '' && other.han !== '') parts.push(textSimilarity(one.han, other.han))
  return parts.length === 0 ? null : Math.max(...parts)
}
