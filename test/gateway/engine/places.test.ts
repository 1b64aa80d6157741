/** A plan's path leads to objects, and each of them has its exact path. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { collect, pathsOfPlaces } from '../../../gateway/engine/places.ts'
import type { Raw } from '../../../gateway/engine/run.ts'

const [a, b, c] = [{ id: 'a' }, { id: 'b' }, { id: 'c' }]

describe('the places of a path', () => {
  const cases: Readonly<
    Record<string, readonly [path: string, data: Raw, found: Readonly<Record<string, Raw>>]>
  > = {
    'an object': ['x.y', { x: { y: a } }, { 'x.y': a }],
    'each item of a list': ['x.@', { x: [a, b, a] }, { 'x.0': a, 'x.1': b, 'x.2': a }],
    'each item of lists in lists': [
      'x.@.@.y',
      { x: [[{ y: a }], [], [{ y: b }, { y: c }]] },
      { 'x.0.0.y': a, 'x.2.0.y': b, 'x.2.1.y': c },
    ],
    'nulls and gaps are left out, and counted': [
      'x.@.y',
      { x: [null, { y: a }, {}, { y: null }, { y: b }] },
      { 'x.1.y': a, 'x.4.y': b },
    ],
    'wrong shapes lead nowhere': [
      'x.@.y',
      { x: [7, 'text', [{ y: a }], { y: [b] }, { y: 'c' }] },
      {},
    ],
    'an object where a list should be': ['x.@', { x: { 0: a } }, {}],
    'a list where an object should be': ['x.y', { x: [{ y: a }] }, {}],
  }
  for (const [what, [path, data, found]] of Object.entries(cases)) {
    it(what, () => {
      const parts = path.split('.')
      const objects = collect(data, parts)
      assert.deepEqual(
        pathsOfPlaces(data, parts).map((each) => each.join('.')),
        Object.keys(found),
      )
      assert.equal(objects.length, Object.keys(found).length)
      for (const [at, object] of Object.values(found).entries()) assert.equal(objects[at], object)
    })
  }

  it('of no path is the whole, and an index is a number', () => {
    const data = { x: [a] }
    assert.equal(collect(data, [])[0], data)
    assert.deepEqual(pathsOfPlaces(data, []), [[]])
    assert.deepEqual(pathsOfPlaces(data, ['x', '@']), [['x', 0]])
  })
})
