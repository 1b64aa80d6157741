/**
 * Exact decimals. Purpose: the one place where decimal text, scaled integers and Big meet.
 * No function here rounds unless its name says so. Must not know money or a database.
 */
import Big from 'big.js'
import { AppError } from './errors.ts'

export { default as Big } from 'big.js'

// Division is the only inexact operation of Big; twelve places are six more than any column has.
Big.DP = 12
Big.RM = Big.roundHalfUp

const decimalPattern = /^-?(0|[1-9]\d*)(\.\d+)?$/

/** Whether the text is a plain decimal: no exponent, no leading zeros, no sign but minus. */
export const isDecimalText = (text: string): boolean => decimalPattern.test(text)

/** Plain decimal text without trailing zeros, never an exponent: `1234.5`. */
export function decimalText(value: Big, minPlaces = 0): string {
  const plain = value.toFixed()
  const places = plain.includes('.') ? plain.length - plain.indexOf('.') - 1 : 0
  return places >= minPlaces ? plain : value.toFixed(minPlaces)
}

/** The same of plain decimal text; what comes out of a row is written without calculating. */
export function withPlaces(text: string, minPlaces: number): string {
  const point = text.indexOf('.')
  if (!isDecimalText(text) || (point >= 0 && text.endsWith('0')) || text === '-0') {
    return decimalText(new Big(text), minPlaces)
  }
  const places = point < 0 ? 0 : text.length - point - 1
  if (places >= minPlaces) return text
  return `${text}${point < 0 ? '.' : ''}${'0'.repeat(minPlaces - places)}`
}

/** `1234500n` at scale 3 → `1234.5`. */
export function fromScaled(scaled: bigint, scale: number): string {
  const sign = scaled < 0n ? '-' : ''
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(scale + 1, '0')
  const whole = digits.slice(0, digits.length - scale)
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '')
  return sign + whole + (fraction === '' ? '' : `.${fraction}`)
}

/** `1234.5` at scale 3 → `1234500n`, or null when the text is no decimal or has more places. */
export function toScaled(text: string, scale: number): bigint | null {
  if (!isDecimalText(text)) return null
  const negative = text.startsWith('-')
  const [whole = '0', fraction = ''] = (negative ? text.slice(1) : text).split('.')
  const significant = fraction.replace(/0+$/, '')
  if (significant.length > scale) return null
  const scaled = BigInt(whole + significant.padEnd(scale, '0'))
  return negative ? -scaled : scaled
}

/** Reads a decimal that a caller sent. */
export function parseDecimal(text: string, what: string): Big {
  if (!isDecimalText(text)) {
    throw new AppError(
      'BAD_USER_INPUT',
      `${what} takes a decimal such as "12.50", but got "${text}".`,
    )
  }
  return new Big(text)
}

export const sumDecimals = (texts: Iterable<string>): Big =>
  [...texts].reduce((sum, text) => sum.plus(text), new Big(0))
