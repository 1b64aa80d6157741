/** A schema without some of its parts: nothing of them is left, and what is left is a whole schema. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildSchema, printSchema, validateSchema } from 'graphql'
import { filteredSchema } from '../../../gateway/supergraph/filtered-schema.ts'

const schema = buildSchema(`
  type Query {
    thing(id: ID!): Thing
    node: Node
    any: Any
    list(filter: Filter, by: Sort = NAME, must: Secret): [Thing!]
    needs(it: Must!): Int
    secret: Hidden
    counted(of: Secret!): Int
  }
  type Mutation { change: Int }
  interface Node { id: ID! cost: Int }
  type Thing implements Node { id: ID! cost: Int name: String of: Hidden }
  type Other implements Node { id: ID! cost: Int }
  type Hidden { id: ID! deep: Deep }
  type Deep { x: Int }
  union Any = Thing | Hidden
  input Filter { name: String cost: Int secret: Secret }
  input Secret { x: Int! }
  input Must { x: Int! y: Int }
  enum Sort { NAME COST }
`)
const without = (...hidden: string[]) =>
  filteredSchema(schema, (coordinate) => hidden.includes(coordinate))
const printed = (...hidden: string[]) => printSchema(without(...hidden))

describe('a filtered schema', () => {
  it('is the same when nothing is hidden', () => {
    assert.equal(printed(), printSchema(schema))
  })

  const cases: readonly [what: string, hidden: string[], gone: RegExp, left: RegExp][] = [
    [
      'a field, and the types behind it',
      ['Thing.of', 'Query.secret', 'Query.any'],
      /Hidden|Deep|Any/,
      /name: String/,
    ],
    [
      'a type, every field of it and its place in a union',
      ['Hidden'],
      /Hidden|Deep/,
      /union Any = Thing\n/,
    ],
    ['a union of which nothing is left', ['Hidden', 'Thing'], /Any|Thing/, /type Other/],
    [
      'an interface’s field that an implementor has no more',
      ['Other.cost'],
      /interface Node {\n {2}id: ID!\n {2}cost|type Other[^}]*cost/,
      /type Thing[^}]*cost: Int/,
    ],
    [
      'an input, its arguments, and fields that must be given it',
      ['Secret'],
      /Secret|counted|must/,
      /list\(filter: Filter, by: Sort = NAME\)/,
    ],
    ['an input of which a required field is hidden', ['Must.x'], /Must|needs/, /thing/],
    ['an argument', ['Query.list(by:)'], /by:|Sort/, /list\(filter: Filter/],
    ['a field whose required argument is hidden', ['Query.thing(id:)'], /thing\(/, /list/],
    ['a value of an enum', ['Sort.COST'], /COST/, /enum Sort {\n {2}NAME\n}/],
    ['a root of which nothing is left', ['Mutation.change'], /Mutation|change/, /Query/],
  ]
  for (const [what, hidden, gone, left] of cases) {
    it(`is without ${what}`, () => {
      const sdl = printed(...hidden)
      assert.doesNotMatch(sdl, gone)
      assert.match(sdl, left)
      assert.deepEqual(validateSchema(buildSchema(sdl)), [])
    })
  }

  it('is refused when nothing can be asked', () => {
    assert.throws(() => without('Query'), { code: 'SUPERGRAPH_INVALID' })
  })
})
