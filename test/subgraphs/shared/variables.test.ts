/** Variables that are taken as they are must be what graphql-js makes of them, and nothing else may be. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  array,
  assert as assertProperty,
  boolean,
  constantFrom,
  double,
  integer,
  oneof,
  property,
  record,
  string,
  tuple,
} from 'fast-check'
import { buildSchema, getVariableValues, Kind, parse, type VariableDefinitionNode } from 'graphql'
import { compileCoercion } from '#shared/variables.ts'

const schema = buildSchema(`
  scalar Date
  enum Size { SMALL LARGE }
  input Between { from: Int! = 1, to: Int }
  type Query { answer: Int }
`)

const definitionsIn = (text: string): readonly VariableDefinitionNode[] => {
  const [operation] = parse(`query (${text}) { answer }`).definitions
  assert.ok(operation?.kind === Kind.OPERATION_DEFINITION)
  return operation.variableDefinitions ?? []
}

const types = [
  'Int',
  'Float',
  'String',
  'Boolean',
  'ID',
  'Date',
  'Size',
  'Between',
  'Query',
  'None',
]
const names = ['a', 'b', 'constructor', '__proto__', 'toString']

const definition = record({
  name: constantFrom(...names),
  type: constantFrom(...types),
  form: constantFrom('T', 'T!', '[T]', '[T!]!'),
  isDefaulted: boolean(),
}).map(({ name, type, form, isDefaulted }) => {
  const isInt = isDefaulted && type === 'Int' && form !== '[T!]!'
  return `$${name}: ${form.replace('T', type)}${isInt ? ' = 7' : ''}`
})

const value = oneof(
  constantFrom<unknown>(null, undefined, '', '1', 'SMALL', true, 0, -0, 1.5, NaN, Infinity),
  constantFrom<unknown>(2 ** 31, 2 ** 31 - 1, -(2 ** 31), 2 ** 53, 1n, [], [1], {}, { to: 2 }),
  string(),
  integer(),
  double(),
)

const given = array(tuple(constantFrom(...names), value), { maxLength: 4 })
  // As JSON.parse makes it: `__proto__` is a name like any other.
  .map((members) =>
    members.reduce<Record<string, unknown>>(
      (made, [name, each]) =>
        Object.defineProperty(made, name, { value: each, enumerable: true, configurable: true }),
      {},
    ),
  )

/** Not the object: one of ours has no names of its own. */
const entriesOf = (coerced: object | undefined) => coerced && Object.entries(coerced)

describe('variables', () => {
  it('are coerced as graphql-js does it', () => {
    let taken = 0
    assertProperty(
      property(array(definition, { maxLength: 3 }), given, (texts, variables) => {
        const definitions = texts.length === 0 ? [] : definitionsIn(texts.join(', '))
        const options = { maxErrors: 5, hideSuggestions: false }
        const expected = getVariableValues(schema, definitions, variables, options)
        const found = compileCoercion(schema, definitions)(variables, options)
        assert.deepEqual(
          found.errors?.map(({ message }) => message),
          expected.errors?.map(({ message }) => message),
        )
        assert.deepEqual(entriesOf(found.coerced), entriesOf(expected.coerced))
        if (found.coerced !== undefined) taken += 1
      }),
      { numRuns: 5_000 },
    )
    assert.ok(taken > 500, `only ${taken} of the cases were valid`)
  })

  it('carry no name of an object’s own', () => {
    const { coerced } = compileCoercion(schema, definitionsIn('$constructor: String'))(
      {},
      { maxErrors: 1 },
    )
    assert.equal(coerced?.['constructor'], undefined)
  })
})
