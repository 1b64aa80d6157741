/** What is said of a database of our own that cannot be opened: the settings are called what they are. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AppError } from '#shared/errors.ts'
import { notOpened } from '#shared/own/server.ts'

const failure = (code: string) =>
  new AppError('SOURCE_UNAVAILABLE', 'of the test', {
    cause: Object.assign(new Error('of the server'), { code }),
  })
const alone = { url: 'ISTHMUS_CROSSWALK_URL', tls: 'ISTHMUS_CROSSWALK_CA' }
const [wrongPassword, noDatabase] = ['28P01', '3D000']

describe('a database of our own that cannot be opened', () => {
  for (const [what, error, expected] of [
    [
      'in the gateway',
      notOpened('crosswalk', failure(wrongPassword)),
      /the password in crosswalk, and crosswalk\.tls\.$/,
    ],
    [
      'in a subgraph that stands alone',
      notOpened('crosswalk', failure(wrongPassword), alone),
      /^The database "crosswalk" .* the password in ISTHMUS_CROSSWALK_URL, and ISTHMUS_CROSSWALK_CA\.$/,
    ],
    [
      'there, where it is absent',
      notOpened('crosswalk', failure(noDatabase), alone),
      /under the name in ISTHMUS_CROSSWALK_URL\.$/,
    ],
  ] as const) {
    it(`${what}, is said by the names of its settings`, () => {
      assert.equal(error.code, 'SOURCE_UNAVAILABLE')
      assert.match(error.message, expected)
    })
  }
})
