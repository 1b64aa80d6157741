/**
 * What a field is given costs what `@cost` says of it: arguments, fields of inputs, scalars and enums, in
 * the estimate and in what an answer cost.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { composeServices } from '@apollo/composition'
import {
  getVariableValues,
  Kind,
  parse,
  validate,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql'
import { compileCost } from '../../../gateway/limits/cost.ts'
import { compileSelections } from '../../../gateway/limits/cost-tree.ts'
import { generationOf } from '../../support/generation.ts'

const sdl = `
  extend schema
    @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@cost", "@listSize"])
  scalar Pattern @cost(weight: 7)
  scalar Anything @cost(weight: 4)
  enum Depth @cost(weight: 3) { SHALLOW DEEP }
  input Filter {
    text: String @cost(weight: 20)
    pattern: Pattern
    patterns: [Pattern!]
    cheapPattern: Pattern @cost(weight: 1)
    fuzzy: Boolean @cost(weight: -5)
    plain: String
    and: [Filter!]
  }
  input Sized { depth: Depth = DEEP no: Int }
  input Plain { no: Int and: [Plain!] }
  type Item { name: String }
  type Query {
    items(filter: Filter, first: Int = 10): [Item!] @listSize(slicingArguments: ["first"])
    weighed(filter: Filter @cost(weight: 100)): Item
    cheaper(rough: Boolean @cost(weight: -3)): Item @cost(weight: 5)
    free(rough: Boolean @cost(weight: -30)): Item @cost(weight: 5)
    deep(depth: Depth): Item
    sized(sized: Sized): Item
    usual(sized: Sized = { depth: SHALLOW }): Item
    open(value: Anything): Item
    plain(plain: Plain, no: Int): Item
    less: Item @cost(weight: -2)
  }`

const { supergraphSdl } = composeServices([
  { name: 'items', url: 'http://x', typeDefs: parse(sdl) },
])
assert.ok(supergraphSdl)
const { apiSchema: schema, costs } = generationOf(supergraphSdl)

type Values = Readonly<Record<string, unknown>>

function operationIn(text: string, of: GraphQLSchema): OperationDefinitionNode {
  const document = parse(text)
  assert.deepEqual(validate(of, document), [])
  const [operation] = document.definitions
  assert.equal(operation?.kind, Kind.OPERATION_DEFINITION)
  return operation
}

function valuesOf(operation: OperationDefinitionNode, given: Values): Values {
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], given)
  assert.equal(errors, undefined)
  return coerced ?? {}
}

function estimate(text: string, given: Values = {}): number {
  const operation = operationIn(text, schema)
  return compileCost(operation, { schema, costs }).estimate(valuesOf(operation, given)).cost
}

describe('the estimate of what is given', () => {
  const cases: readonly [says: string, text: string, given: Values, cost: number][] = [
    ['nothing given', '{ weighed { name } }', {}, 1],
    ['an argument', '{ weighed(filter: {}) { name } }', {}, 101],
    ['an argument and what is in it', '{ weighed(filter: { text: "a" }) { name } }', {}, 121],
    ['null is given, with nothing in it', '{ weighed(filter: null) { name } }', {}, 101],
    [
      'a field once, whatever the size of the list',
      '{ items(filter: { text: "a" }) { name } }',
      {},
      30,
    ],
    ['a field without a weight', '{ items(filter: { plain: "a" }) { name } }', {}, 10],
    ['a scalar', '{ items(filter: { pattern: "a" }) { name } }', {}, 17],
    [
      'each of a list of scalars',
      '{ items(filter: { patterns: ["a", "b", "c"] }) { name } }',
      {},
      31,
    ],
    ['one value where a list stands', '{ items(filter: { patterns: "a" }) { name } }', {}, 17],
    [
      'the field’s own weight instead of its scalar’s',
      '{ items(filter: { cheapPattern: "a" }) { name } }',
      {},
      11,
    ],
    [
      'each of a list of inputs, also within each other',
      '{ items(filter: { and: [{ text: "a" }, { text: "b", and: [{ pattern: "c" }] }] }) { name } }',
      {},
      57,
    ],
    ['an enum', '{ deep(depth: DEEP) { name } }', {}, 4],
    ['a default in an input', '{ sized(sized: { no: 1 }) { name } }', {}, 4],
    ['a default of an argument', '{ usual { name } }', {}, 4],
    ['no default where null is given', '{ usual(sized: null) { name } }', {}, 1],
    ['less for a cheaper way', '{ cheaper(rough: true) { name } }', {}, 2],
    [
      'never less than nothing for a field',
      '{ a: free(rough: true) { name } weighed { name } }',
      {},
      1,
    ],
    ['nothing below zero for a field of its own', '{ less { name } weighed { name } }', {}, 1],
    [
      'a list in a scalar is one value',
      'query ($v: Anything) { open(value: $v) { name } }',
      { v: [1, 2, 3] },
      5,
    ],
    [
      'a variable by its value',
      'query ($f: Filter) { items(filter: $f) { name } }',
      { f: { and: [{ text: 'a' }, { text: 'b' }] } },
      50,
    ],
    ['a variable without a value', 'query ($f: Filter) { weighed(filter: $f) { name } }', {}, 1],
    [
      'a variable’s default',
      'query ($f: Filter = { text: "a" }) { weighed(filter: $f) { name } }',
      {},
      121,
    ],
    [
      'a variable within what is written',
      'query ($t: String) { items(filter: { and: [{ text: $t }, { text: "b" }] }) { name } }',
      { t: 'a' },
      50,
    ],
    [
      'one without a value there',
      'query ($t: String) { items(filter: { and: [{ text: $t }, { text: "b" }] }) { name } }',
      {},
      30,
    ],
    [
      'a size and a filter, both by variable',
      'query ($f: Filter, $n: Int) { items(filter: $f, first: $n) { name } }',
      { f: { text: 'a', fuzzy: true }, n: 100 },
      115,
    ],
  ]
  for (const [says, text, given, cost] of cases) {
    it(`counts ${says}`, () => assert.equal(estimate(text, given), cost))
  }

  it('is a number once and for all where no weight can be met', () => {
    const { selectionSet } = operationIn(
      'query ($p: Plain, $n: Int) { plain(plain: $p, no: $n) { name } }',
      schema,
    )
    const query = schema.getQueryType()
    assert.ok(query)
    const [node] = compileSelections(selectionSet, query, { schema, costs }).get('Query') ?? []
    assert.equal(node?.once, 0)
    assert.ok(!costs.weighed.has('Plain') && costs.weighed.has('Filter'))
  })
})

describe('what an answer cost', () => {
  it('has what was given once for each field, with the items that came', () => {
    const text = 'query ($f: Filter) { items(filter: $f) { name } }'
    const operation = operationIn(text, schema)
    const values = valuesOf(operation, { f: { text: 'a' } })
    const cost = compileCost(operation, { schema, costs })
    assert.equal(cost.actual({ items: [{ name: 'a' }, { name: 'b' }] }, values), 22)
    assert.equal(cost.actual({ items: [] }, values), 20)
    assert.equal(cost.actual({ items: [{ name: 'a' }] }, {}), 1)
  })

  it('is never less than nothing for a field', () => {
    const operation = operationIn('{ free(rough: true) { name } weighed { name } }', schema)
    const cost = compileCost(operation, { schema, costs })
    assert.equal(cost.actual({ free: { name: 'a' }, weighed: { name: 'a' } }, {}), 1)
  })
})
