/** The deny matrix has no wrong cell; `npm run test:security` prints it. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { startGraph } from '../support/graph.ts'
import { denyMatrix } from './matrix.ts'

it('the deny matrix has no wrong cell, and every protected coordinate is in it', async () => {
  await using graph = await startGraph()
  const { cells, wrong, absent, coordinates, unexecuted } = await denyMatrix(graph)
  assert.deepEqual(wrong, [])
  assert.ok(coordinates.length > 80 && cells > coordinates.length * 15, `${cells} cells`)
  for (const coordinate of coordinates)
    assert.ok(!absent.includes(`${coordinate}: plain`), `${coordinate} is not asked for at all`)
  // By another path the first rows may have no value; a mutation would change what the others are shown.
  // What a match of customers leaves is not there, as the demo data is not matched.
  const notRun = unexecuted.filter(
    (each) =>
      !each.startsWith('Mutation.') &&
      !each.includes(': nested entity path: ') &&
      !/^(Query\.i|I)dentity/.test(each),
  )
  assert.deepEqual(notRun, [])
})
