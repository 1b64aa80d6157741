/** Values that are written in a question become variables, unless that could change what is asked. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildSchema, Kind, parse, print, stripIgnoredCharacters } from 'graphql'
import { liftLiterals } from '../../../gateway/request/literals.ts'

const schema = buildSchema(`
  directive @mark(n: Int) on FIELD
  scalar Money
  enum Colour { RED }
  input Filter { name: String id: ID above: Money many: [Int!] inner: Filter first: Int = 5 }
  type Query {
    a(i: Int f: Float s: String b: Boolean id: ID c: Colour m: Money list: [Int!] filter: Filter): Query
    b(i: Int! id: ID): Query
  }
`)

function lift(text: string) {
  const [operation] = parse(text).definitions
  assert.ok(operation?.kind === Kind.OPERATION_DEFINITION)
  const { operation: lifted, values } = liftLiterals(operation, schema)
  const { variableDefinitions = [], selectionSet } = lifted
  const short = (made: string) => stripIgnoredCharacters(made).replaceAll('$isthmus_value_', '$')
  return {
    text: short(print(selectionSet)),
    variables: variableDefinitions.map((each) => short(print(each))),
    values: Object.values(values),
  }
}

describe('a written value', () => {
  for (const [what, argument, type, value] of [
    ['an Int', 'i: 1', 'Int', 1],
    ['a Float', 'f: 1.5', 'Float', 1.5],
    ['a String', 's: "x"', 'String', 'x'],
    ['a Boolean', 'b: false', 'Boolean', false],
    [
      'an ID written as a number, to its last digit',
      'id: 12345678901234567890',
      'ID',
      '12345678901234567890',
    ],
    ['an enum', 'c: RED', 'Colour', 'RED'],
    ['a text for a scalar of their own', 'm: "1.50"', 'Money', '1.50'],
    ['one item for a list', 'list: 1', '[Int!]', [1]],
    ['a list', 'list: [1, 2]', '[Int!]', [1, 2]],
    [
      'an object, with its defaults',
      'filter: { name: "x", inner: { many: 3 } }',
      'Filter',
      { name: 'x', first: 5, inner: { many: [3], first: 5 } },
    ],
  ] as const) {
    it(`is lifted: ${what}`, () => {
      const { text, variables, values } = lift(`{ a(${argument}) { b(i: 7) } }`)
      const name = argument.split(':')[0]
      assert.equal(text, `{a(${name}:$0){b(i:$1)}}`)
      assert.deepEqual(variables, [`$0:${type}`, '$1:Int!'])
      assert.deepEqual(JSON.parse(JSON.stringify(values)), [value, 7])
    })
  }

  for (const [what, argument] of [
    ['null', 'i:null'],
    ['a variable', 'i:$i'],
    ['what a variable is in', 'filter:{name:"x" many:[1$i]}'],
    ['a number for a scalar of their own, whose digits may matter', 'm:1.50'],
    ['such a number in an object', 'filter:{inner:{above:1}}'],
    ['a number that JSON does not have', 'f:1e999'],
    ['a whole number that JSON does not have', `f:${'9'.repeat(400)}`],
  ] as const) {
    it(`stays: ${what}`, () => {
      const { text, variables, values } = lift(`query($i:Int!){a(${argument}){b(i:$i)}}`)
      assert.equal(text, `{a(${argument}){b(i:$i)}}`)
      assert.deepEqual([variables, values], [['$i:Int!'], []])
    })
  }

  it('stays in directives and in introspection', () => {
    const text =
      '{a@mark(n:1){a@include(if:true)}__type(name:"A"){fields(includeDeprecated:true){name}}}'
    assert.deepEqual(lift(text), { text, variables: [], values: [] })
  })

  it('that stands twice is one variable, so that equal fields stay equal; another type is another', () => {
    const { text, variables, values } = lift(
      '{ x: a(i: 1) { a(i: 1, id: 1) } x: a(i: 1) { b(i: 1, id: "1") } }',
    )
    assert.equal(text, '{x:a(i:$0){a(i:$0 id:$1)}x:a(i:$0){b(i:$2 id:$3)}}')
    assert.deepEqual(variables, ['$0:Int', '$1:ID', '$2:Int!', '$3:ID'])
    assert.deepEqual(values, [1, '1', 1, '1'])
  })
})
