/** The part of the row matrix that is quick: every root. `npm run test:security` has the paths below. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { rowMatrix } from './row-matrix/matrix.ts'

it('nobody with a row rule is answered more, or less, than plain SQL says belongs to them', async () => {
  const { paths, wrong, plans } = await rowMatrix({ pathLength: 1, isPart: true })
  assert.deepEqual(wrong, [])
  assert.ok(plans.length >= 6 && paths > plans.length * 500, `${paths} paths of ${plans.length}`)
})
