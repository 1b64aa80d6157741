/** What a selection means for one type. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildSchema, Kind, parse, print } from 'graphql'
import { fieldsFor } from '../../../gateway/engine/selections.ts'
import { typeConditions } from '../../../gateway/engine/types.ts'

const types = typeConditions(
  buildSchema(`
    type Query { media: [Media] }
    interface Media { id: ID }
    type Book implements Media { id: ID }
    type Disc implements Media { id: ID }
    union Thing = Book | Query
  `),
)

function fields(typename: string, ...texts: readonly string[]) {
  const sets = texts.map((text) => {
    const [operation] = parse(text).definitions
    assert.ok(operation?.kind === Kind.OPERATION_DEFINITION)
    return operation.selectionSet
  })
  return [...fieldsFor(typename, sets, types)].map(([name, nodes]) =>
    [name, ...nodes.map((node) => print(node).replaceAll(/\s+/g, ' '))].join(' | '),
  )
}

describe('the fields of a type', () => {
  it('are those of the fragments that it meets, in the order of the text', () => {
    const text =
      '{ a ... on Book { b } ... on Disc { no } ... on Media { c ... { d } ... on Thing { e } } f }'
    assert.deepEqual(
      fields('Book', text).map(([name]) => name),
      ['a', 'b', 'c', 'd', 'e', 'f'],
    )
    assert.deepEqual(
      fields('Other', text).map(([name]) => name),
      ['a', 'f'],
    )
  })

  it('of one response name are together, where the first stood', () => {
    assert.deepEqual(
      fields('Book', '{ x: a { b } y ... on Book { x: a { c } } }', '{ x: a { d } z: y }'),
      ['x | x: a { b } | x: a { c } | x: a { d }', 'y | y', 'z | z: y'],
    )
  })

  it('are not looked for in fragments that should have been written out', () => {
    assert.throws(() => fields('Book', '{ ...F } fragment F on Book { id }'), TypeError)
  })
})
