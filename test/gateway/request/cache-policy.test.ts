/** What a system’s `cache-control` header allows; it is tried over HTTP in ../isthmus-gateway.test.ts. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { restrictBy } from '../../../gateway/request/cache-policy.ts'

describe('cache-control', () => {
  for (const [header, hint] of [
    ['', { maxAge: 0 }],
    ['max-age=60', { maxAge: 60 }],
    ['MAX-AGE="60" ,Public', { maxAge: 60, scope: 'PUBLIC' }],
    ['private, max-age=60', { maxAge: 60, scope: 'PRIVATE' }],
    ['private="x", public, max-age=1', { maxAge: 1, scope: 'PRIVATE' }],
    ['max-age=60, no-store', { maxAge: 0 }],
    ['no-cache, max-age=60', { maxAge: 0 }],
    ['public', { maxAge: 0, scope: 'PUBLIC' }],
    ['s-maxage=60', { maxAge: 0 }],
    ['max-age=-1', { maxAge: 0 }],
    ['max-age=1.5', { maxAge: 0 }],
    ['max-age', { maxAge: 0 }],
  ] as const) {
    it(`"${header}" allows ${JSON.stringify(hint)}`, () => {
      const hints: unknown[] = []
      restrictBy({ restrict: (each) => hints.push(each) }, header)
      assert.deepEqual(hints, [hint])
    })
  }
})
