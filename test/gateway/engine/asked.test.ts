/** Which fields a fetch asks for: what may be taken of an answer, and what a failure owes. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildSchema } from 'graphql'
import { askedFields } from '../../../gateway/engine/asked.ts'
import { typeConditions } from '../../../gateway/engine/types.ts'
import { entitiesOf, fetchOf } from '../../support/engine.ts'

const types = typeConditions(
  buildSchema(`
    type Query { media: [Media] }
    interface Media { id: ID }
    type Book implements Media { id: ID name: String pages: Int }
    type Disc implements Media { id: ID length: Int }
  `),
)

describe('the fields that a fetch asks for', () => {
  it('are those at the root, by their response names', () => {
    const asked = askedFields(
      fetchOf('query Q($a:ID){media{id} all:media{__typename} ...on Query{more:media{id}}}'),
      types,
    )
    assert.deepEqual(asked.namesOf(), ['media', 'all', 'more'])
    assert.deepEqual(asked.taken, ['media', 'all', 'more'])
  })

  it('are those of the entities, for each type its own', () => {
    const asked = askedFields(
      fetchOf(
        entitiesOf(
          '__typename ...on Media{id} ...on Book{title:name pages{x} ...{id}} ...on Disc{length id}',
        ),
        { requires: [] },
      ),
      types,
    )
    assert.deepEqual(asked.namesOf('Book'), ['id', 'title', 'pages'])
    assert.deepEqual(asked.namesOf('Disc'), ['id', 'length'])
    assert.deepEqual(asked.namesOf('Other'), [])
    assert.deepEqual(asked.namesOf(), ['id', 'title', 'pages', 'length'])
  })

  it('with the type, when that is asked for under its own name', () => {
    const takenOf = (selections: string) =>
      askedFields(fetchOf(entitiesOf(selections), { requires: [] }), types).taken
    assert.deepEqual(takenOf('...on Book{__typename pages}'), ['pages', '__typename'])
    assert.deepEqual(takenOf('...on Book{type:__typename pages}'), ['pages'])
    assert.deepEqual(takenOf('...on Book{pages other{__typename}}'), ['pages', 'other'])
  })

  it('have the names that they get after the planner’s corrections', () => {
    const asked = askedFields(
      fetchOf(entitiesOf('...on Book{name__alias_0:name pages}'), {
        requires: [],
        outputRewrites: [
          { kind: 'KeyRenamer', path: ['... on Book', 'name__alias_0'], renameKeyTo: 'name' },
        ],
      }),
      types,
    )
    assert.deepEqual(asked.namesOf('Book'), ['name', 'pages'])
    assert.deepEqual(asked.taken, ['name', 'pages'])
  })
})
