/**
 * Which accounts a record is worth comparing with: those with which it shares rare words, pieces of
 * words, characters, telephone or address. So the work grows with the records, not with their square.
 * Pure.
 */
import type { PreparedRecord } from './prepare.ts'

export interface Index {
  /** Positions of accounts that share something rare with the record, the most promising first. */
  near(record: PreparedRecord): readonly number[]
  /** Positions of accounts with this tax number. */
  withTaxNumber(taxNumber: string): readonly number[]
}

/** A key that more accounts have than this tells nothing. */
const commonAbove = 1_000

/** Accounts that a record is compared with. */
const maxCompared = 20

/** Entries that are looked at for one record; the rarest keys come first. */
const maxVisited = 600

/** An account that shares less than this part of what the nearest one shares is another company. */
const worthComparing = 0.25

export function createIndex(accounts: readonly PreparedRecord[]): Index {
  // Most keys belong to one account: a number then, no list.
  const byKey = new Map<string, number | number[]>()
  const byTaxNumber = new Map<string, number[]>()
  const add = (key: string, at: number) => {
    const known = byKey.get(key)
    if (known === undefined) byKey.set(key, at)
    else if (typeof known === 'number') byKey.set(key, [known, at])
    // One more than is common, so that it is known to be; the rest is never looked at.
    else if (known.length <= commonAbove) known.push(at)
  }
  for (const [at, account] of accounts.entries()) {
    for (const key of keysOf(account)) add(key, at)
    if (account.taxNumber === null) continue
    const same = byTaxNumber.get(account.taxNumber)
    if (same === undefined) byTaxNumber.set(account.taxNumber, [at])
    else same.push(at)
  }
  const listOf = (key: string): readonly number[] => {
    const found = byKey.get(key)
    return found === undefined ? [] : typeof found === 'number' ? [found] : found
  }
  return {
    near: (record) => {
      const lists = [...keysOf(record)]
        .map(listOf)
        .filter((list) => list.length > 0 && list.length <= commonAbove)
        .toSorted((one, other) => one.length - other.length)
      const weights = new Map<number, number>()
      let visited = 0
      for (const list of lists) {
        visited += list.length
        if (visited > maxVisited && weights.size > 0) break
        const weight = Math.log((accounts.length + 1) / list.length)
        for (const at of list) weights.set(at, (weights.get(at) ?? 0) + weight)
      }
      let most = 0
      for (const weight of weights.values()) most = Math.max(most, weight)
      return [...weights]
        .filter(([, weight]) => weight >= most * worthComparing)
        .toSorted(([one, a], [other, b]) => b - a || one - other)
        .slice(0, maxCompared)
        .map(([at]) => at)
    },
    withTaxNumber: (taxNumber) => byTaxNumber.get(taxNumber) ?? [],
  }
}

/** What records are found by. Pieces of words find those with a letter wrong. */
export function keysOf({ names, telephones, addresses }: PreparedRecord): ReadonlySet<string> {
  const keys = new Set<string>()
  for (const { words, han, numbers } of names) {
    for (const word of words) {
      keys.add(`word ${word}`)
      for (const piece of piecesOf(word, 3)) keys.add(`piece ${piece}`)
    }
    for (const pair of pairsOf(words)) keys.add(`pair ${pair}`)
    for (const piece of piecesOf(han, 2)) keys.add(`han ${piece}`)
    for (const piece of piecesOf(han, 3)) keys.add(`han ${piece}`)
    if (numbers === '') continue
    keys.add(`number ${numbers}`)
    for (const word of words) keys.add(`number ${numbers} ${word}`)
    if (han !== '') keys.add(`number ${numbers} ${han}`)
  }
  for (const telephone of telephones) keys.add(`telephone ${telephone}`)
  for (const { postalCode, numbers } of addresses) {
    if (postalCode !== '' && numbers !== '') keys.add(`address ${postalCode} ${numbers}`)
  }
  return keys
}

function* piecesOf(text: string, length: number): Generator<string> {
  if (text !== '' && text.length < length) yield text
  for (let at = 0; at + length <= text.length; at += 1) yield text.slice(at, at + length)
}

function* pairsOf(words: readonly string[]): Generator<string> {
  for (let at = 0; at + 1 < words.length; at += 1) yield `${words[at]} ${words[at + 1]}`
}
