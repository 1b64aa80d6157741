/**
 * The one place that decides which columns are never read, sampled or printed by a command: those whose
 * name says that they hold a secret. It rather takes one too many.
 */

const words =
  /(^|_)(pass|passes|pw|pwd|hash|hashed|salt|token|secret|secrets|credential|credentials|cvv2?|cvc2?|csc|otp|totp|pin)(_|$)/
const parts = /password|passwd|passphrase|passcode|secret/
const keys = /(^|_)(api|private|access|encryption|signing|session|ssh|license|licence)_?key(_|$)/
const cards = /(^|_)((credit|debit)_?)?card_?(number|no|num|nr)(_|$)|(^|_)(credit|debit)_?card$/

/** `PasswordHash`, `api_key`, `CardNumber` … */
export function looksSecret(name: string): boolean {
  const snake = snakeOf(name)
  return words.test(snake) || parts.test(snake) || keys.test(snake) || cards.test(snake)
}

/** `customerNo`, `CustomerNO` and `customer-no` as `customer_no`. */
export const snakeOf = (name: string): string =>
  name
    .replaceAll(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1_$2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1_$2')
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .toLowerCase()
