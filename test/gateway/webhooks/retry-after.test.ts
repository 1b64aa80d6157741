/** `Retry-After` as RFC 9110 has it; the dates are the examples of its section 5.6.7. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { retryAfterMs } from '../../../gateway/webhooks/retry-after.ts'

const now = Date.UTC(1994, 10, 6, 8, 47, 37)

describe('Retry-After', () => {
  for (const [header, expected] of [
    ['120', 120_000],
    ['0', 0],
    [' 3 ', 3_000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 120_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', 120_000],
    ['Sun Nov  6 08:49:37 1994', 120_000],
    ['Sun, 06 Nov 1994 08:40:00 GMT', 0],
    ['Sun, 06 Nov 1994 08:99:37 GMT', null],
    ['Sun, 06 Nov 1994 08:49:37', null],
    ['1994-11-06T08:49:37Z', null],
    ['-5', null],
    ['1.5', null],
    ['12 s', null],
    ['', null],
    [undefined, null],
  ] as const) {
    it(`${JSON.stringify(header)} means ${expected === null ? 'nothing' : `${expected} ms`}`, () => {
      assert.equal(retryAfterMs(header, now), expected)
    })
  }
})
