/** The row matrix has no wrong path of two fields; `npm run test:security` has those of three. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { rowMatrix } from './row-matrix/matrix.ts'

it('nobody with a row rule is answered more, or less, than plain SQL says belongs to them', async () => {
  const { paths, wrong, blind, plans } = await rowMatrix({ pathLength: 2 })
  assert.deepEqual(wrong, [])
  assert.ok(plans.length >= 6 && paths > plans.length * 5_000, `${paths} paths of ${plans.length}`)
  // What has no value for anybody cannot tell whether it is shown to the wrong one.
  assert.deepEqual(blind.toSorted(), [])
})
