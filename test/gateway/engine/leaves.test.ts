/** What a leaf may be, to the last number; wrong sorts of values are in ../hostile.test.ts. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildSchema, isLeafType, specifiedScalarTypes } from 'graphql'
import { fits, leafCheck } from '../../../gateway/engine/leaves.ts'

const schema = buildSchema(`
  scalar Anything
  enum Colour { RED BLUE }
  type Query {
    colour: Colour anything: Anything query: Query
    many: [Int!]! deep: [[Int]]
  }
`)

const check = (name: string) => {
  const type = specifiedScalarTypes.find((each) => each.name === name) ?? schema.getType(name)
  assert.ok(isLeafType(type))
  return leafCheck(type)
}

const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])

describe('a value of a leaf type', () => {
  const anything = { list: [1, 'a', null, true], inner: {} }
  for (const [type, value] of [
    ['Int', 2 ** 31 - 1],
    ['Int', -(2 ** 31)],
    ['Float', 1.5],
    ['Float', 2 ** 40],
    ['String', ''],
    ['ID', 'a'],
    ['Boolean', false],
    ['Colour', 'BLUE'],
    ['Anything', anything],
    ['Anything', nested(200)],
  ] as const) {
    it(`${type} may be ${JSON.stringify(value).slice(0, 30)}, as it is`, () => {
      assert.equal(check(type)(value), value)
    })
  }

  it('ID may be a whole number, and is a text then', () => {
    assert.equal(check('ID')(7), '7')
    assert.equal(check('ID')(1.5), undefined)
  })

  for (const [type, value] of [
    ['Int', -(2 ** 31) - 1],
    ['Int', 2 ** 31],
    ['Int', '1'],
    ['Float', Infinity],
    ['Float', NaN],
    ['String', 1],
    ['ID', true],
    ['Boolean', 0],
    ['Colour', 'red'],
    ['Colour', 'toString'],
    ['Anything', { inner: [NaN] }],
    ['Anything', nested(201)],
  ] as const) {
    it(`${type} may not be ${String(value).slice(0, 30)}`, () => {
      assert.equal(check(type)(value), undefined)
    })
  }
})

describe('a value that a system may have answered', () => {
  const field = (name: string) => {
    const type = schema.getQueryType()?.getFields()[name]?.type
    assert.ok(type)
    return fits(type)
  }
  it('fits item by item, nulls aside', () => {
    assert.equal(field('many')([1, null, 2]), true)
    assert.equal(field('many')([1, 'a']), false)
    assert.equal(field('many')(1), false)
    assert.equal(field('deep')([[1], null]), true)
    assert.equal(field('deep')([[1], [1.5]]), false)
    assert.equal(field('colour')(null), true)
    assert.equal(field('colour')('GREEN'), false)
  })
  it('that is no leaf is looked at elsewhere', () => assert.equal(field('query')(7), true))
})
