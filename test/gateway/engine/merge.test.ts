/** What several systems say of one object, put together. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildSchema } from 'graphql'
import { copy, take } from '../../../gateway/engine/merge.ts'
import type { Raw } from '../../../gateway/engine/run.ts'
import { typeConditions } from '../../../gateway/engine/types.ts'

const types = typeConditions(
  buildSchema(
    'type Query { a: Media } interface Media { id: ID } type Book implements Media { id: ID }',
  ),
)

function taken(target: Raw, source: Raw, names: readonly string[]): Raw {
  take(target, source, { names, types })
  return target
}

describe('what one more system says', () => {
  it('is taken by the names that were asked for, and nothing else', () => {
    const target = taken({ id: '1' }, { name: 'n', more: 1, left: undefined }, ['name', 'left'])
    assert.deepEqual(target, { id: '1', name: 'n' })
    assert.deepEqual(Object.keys(target), ['id', 'name'])
  })

  const cases: Readonly<Record<string, readonly [known: unknown, said: unknown, all: unknown]>> = {
    'replaces a null': [null, { id: 1 }, { id: 1 }],
    'replaces a value': [1, 2, 2],
    'is put into an object that is known': [
      { id: 1, inner: { a: 1 } },
      { name: 'n', inner: { b: null } },
      { id: 1, name: 'n', inner: { a: 1, b: null } },
    ],
    'does not take away what it leaves out': [{ id: 1 }, { id: undefined }, { id: 1 }],
    'is put into the items of a list, each into its own': [
      [{ a: 1 }, null, 3, [{ a: 2 }]],
      [{ b: 1 }, { b: 2 }, 4, [{ b: 3 }]],
      [{ a: 1, b: 1 }, { b: 2 }, 4, [{ a: 2, b: 3 }]],
    ],
    'replaces a list of another length': [[{ a: 1 }], [{ b: 1 }, { b: 2 }], [{ b: 1 }, { b: 2 }]],
    'names a type more exactly': [
      { __typename: 'Media' },
      { __typename: 'Book' },
      { __typename: 'Book' },
    ],
    'does not unsay a type by its interface': [
      { __typename: 'Book' },
      { __typename: 'Media', id: 1 },
      { __typename: 'Book', id: 1 },
    ],
  }
  for (const [what, [known, said, all]] of Object.entries(cases)) {
    it(what, () => assert.deepEqual(taken({ at: known }, { at: said }, ['at']), { at: all }))
  }

  it('never becomes what an object inherits from', () => {
    const said = JSON.parse('{"at":{"__proto__":{"evil":1},"a":1}}') as Raw
    const target = taken({ at: { b: 1 } }, said, ['at'])['at'] as Raw
    assert.deepEqual(Object.entries(target), [
      ['b', 1],
      ['a', 1],
    ])
    assert.equal(target['evil'], undefined)
    assert.equal((copy(said)['at'] as Raw)['evil'], undefined)
  })
})

it('a copy can be written into without the other’s knowing', () => {
  const one = { list: [{ a: 1 }, null], inner: { b: [[2]] }, c: 'c' }
  const other = copy(one)
  assert.deepEqual(other, one)
  assert.notEqual(other.list, one.list)
  assert.notEqual(other.list[0], one.list[0])
  assert.notEqual(other.inner, one.inner)
})
