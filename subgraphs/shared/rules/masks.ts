/**
 * What is left of a value that a caller may see in part only. Pure. A value that a mask cannot read is
 * hidden whole: a mask never shows more than it says.
 */
import { isObject } from '#shared/json.ts'

export type MaskKind = 'LAST_FOUR' | 'YEAR' | 'BAND'

type Mask = (value: unknown) => unknown

/** `****1234`: what a bank prints on a receipt. What is too short for that shows nothing. */
const lastFour: Mask = (value) =>
  typeof value === 'string' && value.length >= 8 ? `****${value.slice(-4)}` : '****'

/** The first day of the year. */
const year: Mask = (value) =>
  typeof value === 'string' && /^\d{4}-/.test(value) ? `${value.slice(0, 4)}-01-01` : null

/** The lower end of the band that an amount lies in, by its first digit: 87,300 is 80,000. */
export function bandOf(amount: string): string | null {
  const [, digits] = /^(\d+)(?:\.\d+)?$/.exec(amount) ?? []
  if (digits === undefined) return null
  const whole = digits.replace(/^0+(?=\d)/, '')
  return whole.length === 1 ? '0' : `${whole.slice(0, 1)}${'0'.repeat(whole.length - 1)}`
}

const band: Mask = (value) => {
  if (!isObject(value) || typeof value['amount'] !== 'string') return null
  const amount = bandOf(value['amount'])
  return amount === null ? null : { ...value, amount }
}

const masks: Readonly<Record<MaskKind, Mask>> = { LAST_FOUR: lastFour, YEAR: year, BAND: band }

export const isMask = (name: string): name is MaskKind => Object.hasOwn(masks, name)

/** What the caller sees of the value; an absent value stays absent. */
export const masked = (kind: MaskKind, value: unknown): unknown =>
  value === null || value === undefined ? null : masks[kind](value)
