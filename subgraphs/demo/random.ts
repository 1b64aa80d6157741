/**
 * Deterministic randomness and dates: 32-bit integers only, so that every machine makes the same
 * data. No clock, no locale, no Math.random.
 */

export interface Random {
  /** A whole number from 0 to below `n`. */
  int(n: number): number
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number
  pick<T>(list: readonly T[]): T
  /** True in `permille` of a thousand cases. */
  chance(permille: number): boolean
}

/** mulberry32: 32 bits of state, good enough for stories. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const int = (n: number) => next() % n
  return {
    int,
    between: (low, high) => low + int(high - low + 1),
    pick: (list) => {
      const picked = list[int(list.length)]
      if (picked === undefined) throw new TypeError('nothing to pick from')
      return picked
    },
    chance: (permille) => int(1_000) < permille,
  }
}

/**
 * A stream of its own for one part of the story, by its name: what that part draws does not move
 * what the others draw.
 */
export const createStream = (seed: number, name: string): Random =>
  createRandom(Buffer.from(name).reduce((sum, byte) => Math.imul(sum, 31) + byte, seed))

const dayMs = 86_400_000
const known = new Map<number, string>()

/** Days since 1970-01-01 → `YYYY-MM-DD`. */
export function dateOf(day: number): string {
  const cached = known.get(day)
  if (cached !== undefined) return cached
  const text = new Date(day * dayMs).toISOString().slice(0, 10)
  known.set(day, text)
  return text
}

export const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / dayMs

/** A moment on a day of the company's time zone (UTC+8), between 9:00 and 18:00 there. */
export const momentOf = (day: number, minute: number): string => {
  const total = 60 + (minute % 540) // 9:00 in Taipei is 1:00 UTC
  const two = (n: number) => String(n).padStart(2, '0')
  return `${dateOf(day)}T${two(Math.floor(total / 60))}:${two(total % 60)}:00Z`
}

/** `2026-Q2` */
export const quarterOf = (day: number): string => {
  const date = dateOf(day)
  return `${date.slice(0, 4)}-Q${Math.floor((Number(date.slice(5, 7)) - 1) / 3) + 1}`
}

/** The quarter `offset` quarters after that of a day. */
export const quarterAfter = (day: number, offset: number): string => {
  const [year = 0, quarter = 1] = quarterOf(day).split('-Q').map(Number)
  const index = year * 4 + quarter - 1 + offset
  return `${Math.floor(index / 4)}-Q${(index % 4) + 1}`
}

export const monthOf = (day: number): string => dateOf(day).slice(0, 7)

export const padded = (n: number, places: number): string => String(n).padStart(places, '0')
