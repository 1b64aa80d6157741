/** What is missing: one list for everybody who explains a refusal. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildSchema, parse } from 'graphql'
import { policyIndex } from '../../../gateway/supergraph/policy-index.ts'
import { missingScopes } from '../../../gateway/request/missing-scopes.ts'

const sdl = `
  extend schema
    @link(url: "https://specs.apollo.dev/link/v1.0")
    @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
  directive @link(url: String, for: String) repeatable on SCHEMA
  directive @requiresScopes(scopes: [[String!]!]!) on OBJECT | FIELD_DEFINITION | INTERFACE
  type Query { pay: Pay @requiresScopes(scopes: [["root"], ["other"]]) any: Any open: Int }
  type Pay @requiresScopes(scopes: [["type"]]) { amount: Int @requiresScopes(scopes: [["field"]]) }
  interface Any { id: ID }
  type One implements Any @requiresScopes(scopes: [["one"]]) { id: ID }
  type Two implements Any { id: ID @requiresScopes(scopes: [["two", "one"], ["three"]]) }
`
const apiSchema = buildSchema(sdl, { assumeValid: true })
const generation = { apiSchema, policies: policyIndex(parse(sdl), apiSchema) }
const missing = (coordinate: string, ...held: string[]) =>
  missingScopes({ coordinate }, generation, new Set(held))

describe('missing scopes', () => {
  it('are those of the field and of what it answers, together', () => {
    assert.deepEqual(missing('Query.pay'), [
      ['root', 'type'],
      ['other', 'type'],
    ])
  })

  it('are those of the type and the field', () => {
    assert.deepEqual(missing('Pay.amount'), [['type', 'field']])
    assert.deepEqual(missing('Pay'), [['type']])
  })

  it('leave out what is held', () => {
    assert.deepEqual(missing('Query.pay', 'other'), [['type']])
    assert.deepEqual(missing('Query.pay', 'other', 'type'), [])
    assert.deepEqual(missing('Query.open'), [])
  })

  it('are those of all types behind an interface, without a list that another one makes needless', () => {
    assert.deepEqual(missing('Any.id'), [
      ['one', 'two'],
      ['one', 'three'],
    ])
  })
})
