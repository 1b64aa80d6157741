/** Introspection is answered from the API schema, as often as it has to be. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildSchema, Kind, parse } from 'graphql'
import { introspection } from '../../../gateway/engine/introspection.ts'
import { runOver } from '../../support/engine.ts'

const schema = buildSchema('type Query { a: Int old: Int @deprecated }')

function introspect(text: string) {
  const [operation] = parse(text).definitions
  assert.ok(operation?.kind === Kind.OPERATION_DEFINITION)
  const answer = introspection(schema, operation)
  const [field] = operation.selectionSet.selections
  assert.ok(field?.kind === Kind.FIELD)
  return (values: Readonly<Record<string, unknown>> = {}) => answer(field, runOver({}, { values }))
}

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) // without prototypes

describe('introspection', () => {
  it('is answered under the client’s name, once for all who ask the same', () => {
    const ask = introspect('query ($x: Int!) { t: __type(name: "Query") { name } a(x: $x) }')
    assert.deepEqual(plain(ask()), { name: 'Query' })
    assert.equal(ask(), ask())
  })

  it('of nothing is null', () => {
    assert.equal(introspect('{ __type(name: "Nothing") { name } }')(), null)
  })

  it('with variables is answered for each request’s values', () => {
    const ask = introspect(
      'query ($n: String!, $d: Boolean) { __type(name: $n) { name fields(includeDeprecated: $d) { name } } }',
    )
    const names = (...all: string[]) => all.map((name) => ({ name }))
    assert.deepEqual(plain(ask({ n: 'Query', d: true })), {
      name: 'Query',
      fields: names('a', 'old'),
    })
    assert.deepEqual(plain(ask({ n: 'Query', d: false })), { name: 'Query', fields: names('a') })
    assert.deepEqual(plain(ask({ n: 'Int', d: false })), { name: 'Int', fields: null })
  })
})
