/**
 * What an issued token looks like: `isthmus_<env>_<30 random><6 checksum>`, base62. Secret scanners
 * find it by its beginning, and a token with a typo is refused without a look-up, as with GitHub's.
 */
import { hash, randomInt } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** A token of one environment means nothing in the other. */
export const tokenEnvironments = ['demo', 'live'] as const
export type TokenEnvironment = (typeof tokenEnvironments)[number]

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 30 characters of 62 are 178 bits. */
const randomLength = 30
const checksumLength = 6

/** For secret scanners; docs/tokens.md gives it. */
export const tokenPattern = /\bisthmus_(?:demo|live)_[0-9A-Za-z]{36}\b/

export const newToken = (environment: TokenEnvironment): string => {
  const begun = `isthmus_${environment}_${randomText(randomLength)}`
  return begun + checksum(begun)
}

export const randomText = (length: number): string =>
  Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('')

/** What is kept of a token, and what it is found by. */
export const tokenHash = (token: string): string => hash('sha256', token, 'base64url')

/** Whether it claims to be one of ours. */
export const looksIssued = (token: string): boolean => token.startsWith('isthmus_')

/** Whether it can be a token of this environment: its form and its checksum, no secret. */
export const isWellFormed = (token: string, environment: TokenEnvironment): boolean =>
  tokenPattern.exec(token)?.[0] === token &&
  token.startsWith(`isthmus_${environment}_`) &&
  token.endsWith(checksum(token.slice(0, -checksumLength)))

/** CRC32 of all that stands before it. */
function checksum(text: string): string {
  let rest = crc32(text)
  let digits = ''
  for (let at = 0; at < checksumLength; at += 1) {
    digits = alphabet.charAt(rest % alphabet.length) + digits
    rest = Math.floor(rest / alphabet.length)
  }
  return digits
}
