/** What was used most lately is kept, as far as there is room. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRecent, type Recent } from '../../gateway/recent.ts'

function filled(maxWeight: number, ...entries: (readonly [key: string, weight: number])[]) {
  const recent = createRecent<string>(maxWeight)
  for (const [key, weight] of entries) recent.set(key, key.toUpperCase(), weight)
  return recent
}

const kept = (recent: Recent<string>) => [...recent.values()].join('')

describe('what is kept', () => {
  it('is all that there is room for, to the last character', () => {
    assert.equal(kept(filled(6, ['a', 1], ['b', 2], ['c', 3])), 'CBA')
    assert.equal(kept(filled(5, ['a', 1], ['b', 2], ['c', 3])), 'CB')
  })

  it('loses as many of the oldest as a heavy one needs', () => {
    assert.equal(kept(filled(6, ['a', 2], ['b', 2], ['c', 2], ['d', 3])), 'DC')
  })

  it('does not grow beyond the limit for one that is too heavy by itself', () => {
    const recent = filled(6, ['a', 2], ['b', 7])
    assert.equal(kept(recent), '')
    recent.set('a', 'A', 6)
    assert.equal(kept(recent), 'A', 'and nothing of it weighs on')
  })

  it('is used by being asked for', () => {
    const recent = filled(3, ['a', 1], ['b', 1], ['c', 1])
    for (const key of ['c', 'a', 'c', 'b', 'x']) recent.get(key)
    assert.equal(kept(recent), 'BCA')
    recent.set('d', 'D', 1)
    assert.equal(kept(recent), 'DBC')
    assert.equal(recent.get('a'), undefined)
  })

  it('weighs what it weighs now', () => {
    const recent = filled(6, ['a', 3], ['b', 3])
    recent.set('a', 'A2', 1)
    recent.set('c', 'C', 2)
    assert.equal(kept(recent), 'CA2B')
    assert.equal(recent.get('a'), 'A2')
  })

  it('gives its room back when it is deleted', () => {
    const recent = filled(4, ['a', 2], ['b', 2])
    recent.delete('b')
    recent.delete('x')
    recent.get('b')
    recent.set('c', 'C', 2)
    assert.equal(kept(recent), 'CA')
    recent.set('b', 'B', 2)
    assert.equal(kept(recent), 'BC')
  })
})
