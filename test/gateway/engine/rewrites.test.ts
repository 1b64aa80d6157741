/** The planner's corrections of what a system answered. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FetchNode } from '@apollo/query-planner'
import { buildSchema } from 'graphql'
import { compileRewrites, rewrittenPath } from '../../../gateway/engine/rewrites.ts'
import type { Raw } from '../../../gateway/engine/run.ts'
import { typeConditions } from '../../../gateway/engine/types.ts'

type Rewrites = NonNullable<FetchNode['outputRewrites']>

const types = typeConditions(
  buildSchema(`
    type Query { a: Media }
    interface Media { id: ID }
    type Book implements Media { id: ID }
    type Other { id: ID }
  `),
)

const rename = (...path: string[]): Rewrites => [{ kind: 'KeyRenamer', path, renameKeyTo: 'name' }]

describe('a correction', () => {
  const cases: Readonly<Record<string, readonly [rewrites: Rewrites, came: Raw, corrected: Raw]>> =
    {
      'gives a field the name that was asked for': [rename('x'), { x: 1, y: 2 }, { y: 2, name: 1 }],
      'of a field that did not come changes nothing': [rename('x'), { y: 2 }, { y: 2 }],
      'keeps a null': [rename('x'), { x: null }, { name: null }],
      'sets a value': [
        [{ kind: 'ValueSetter', path: ['a', '__typename'], setValueTo: 'Media' }],
        { a: { __typename: 'Book' } },
        { a: { __typename: 'Media' } },
      ],
      'is made in each object of lists': [
        rename('a', 'b', 'x'),
        { a: [{ b: [[{ x: 1 }], null, { x: 2 }] }, { b: null }, 7] },
        { a: [{ b: [[{ name: 1 }], null, { name: 2 }] }, { b: null }, 7] },
      ],
      'concerns its types only, by interface too': [
        [...rename('a', '... on Media', 'x'), ...rename('a', '... on Book', 'y')],
        {
          a: [
            { __typename: 'Book', x: 1 },
            { __typename: 'Other', x: 1, y: 1 },
          ],
        },
        {
          a: [
            { __typename: 'Book', name: 1 },
            { __typename: 'Other', x: 1, y: 1 },
          ],
        },
      ],
      'concerns an object that does not say its type': [
        rename('... on Book', 'x'),
        { x: 1 },
        { name: 1 },
      ],
    }
  for (const [what, [rewrites, came, corrected]] of Object.entries(cases)) {
    it(what, () => {
      compileRewrites(rewrites, types)?.(came)
      assert.deepEqual(came, corrected)
    })
  }

  it('that there is none of costs nothing', () => {
    assert.equal(compileRewrites(undefined, types), null)
    assert.equal(compileRewrites([], types), null)
  })

  it('holds for the path of an error as well', () => {
    const path = ['a', 0, 'x', 'y']
    assert.deepEqual(rewrittenPath(path, rename('a', '... on Book', 'x')), ['a', 0, 'name', 'y'])
    assert.deepEqual(rewrittenPath(path, undefined), path)
  })
})
