/** What a caller may not read is gone before planning, whatever way it is asked for. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { composeServices } from '@apollo/composition'
import { getIntrospectionQuery, parse, print } from 'graphql'
import { authorise } from '../../../gateway/request/authorise.ts'
import { openLimits } from '../../../gateway/limits/limits.ts'
import { operationOf, parseDocument } from '../../../gateway/request/receive.ts'
import { renameCollisions } from '../../../gateway/request/response-names.ts'
import type { Generation } from '../../../gateway/supergraph/generation.ts'
import { generationOf as generationFrom } from '../../support/generation.ts'

const link = (imports: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])\n`

function generationOf(
  sdl: string,
  imports = '"@key", "@authenticated", "@requiresScopes", "@policy"',
): Generation {
  const { supergraphSdl, errors } = composeServices([
    { name: 'a', url: 'http://a', typeDefs: parse(link(imports) + sdl) },
  ])
  assert.deepEqual(errors ?? [], [])
  return generationFrom(supergraphSdl ?? '')
}

const generation = generationOf(`
  type Query { me: Person people: [Person!]! things: [Thing!] either: Either vault: Vault must: Must! secretCount: Int! @requiresScopes(scopes: [["count"]]) }
  type Person @key(fields: "id") { id: ID! name: String email: String @requiresScopes(scopes: [["pii"]]) boss: Person salary: Float @requiresScopes(scopes: [["pay", "hr"], ["admin"]]) pin: String! @requiresScopes(scopes: [["pii"]]) }
  interface Thing { id: ID! cost: Float }
  type Pump implements Thing { id: ID! cost: Float @requiresScopes(scopes: [["cost"]]) }
  type Valve implements Thing { id: ID! cost: Float }
  union Either = Pump | Vault
  type Vault @requiresScopes(scopes: [["vault"]]) { gold: Int }
  type Must { code: Grade }
  enum Grade @requiresScopes(scopes: [["grade"]]) { A B }
`)

function allowed(text: string, scopes: readonly string[] = [], name?: string) {
  const { document } = parseDocument(text, generation.apiSchema, openLimits)
  const result = authorise(document, operationOf(document, name), generation, new Set(scopes))
  return {
    text: print(result.operation).replaceAll(/\s+/g, ' '),
    denied: result.denied.map(({ path, coordinate }) => `${path.join('.')} ${coordinate}`),
    nothingLeft: result.nothingLeft,
  }
}

describe('authorise', () => {
  const denials: readonly [name: string, text: string, left: string, denied: readonly string[]][] =
    [
      ['a plain field', '{ me { name email } }', '{ me { name } }', ['me.email Person.email']],
      [
        'an alias',
        '{ me { name: email } }',
        '{ me { isthmus_hidden: __typename } }',
        ['me.name Person.email'],
      ],
      [
        'a nested path',
        '{ me { boss { boss { email id } } } }',
        '{ me { boss { boss { id } } } }',
        ['me.boss.boss.email Person.email'],
      ],
      [
        'a fragment',
        '{ me { ...F } } fragment F on Person { id email }',
        '{ me { ... on Person { id } } }',
        ['me.email Person.email'],
      ],
      [
        'a fragment in a fragment',
        '{ me { ...F } } fragment F on Person { ...G } fragment G on Person { email name }',
        '{ me { ... on Person { ... on Person { name } } } }',
        ['me.email Person.email'],
      ],
      [
        'an inline fragment',
        '{ me { ... { email id } } }',
        '{ me { ... { id } } }',
        ['me.email Person.email'],
      ],
      ['a protected type', '{ vault { gold } me { id } }', '{ me { id } }', ['vault Query.vault']],
      [
        'a member of a union',
        '{ either { ... on Vault { gold } ... on Pump { id } } }',
        '{ either { ... on Pump { id } } }',
        ['either Vault'],
      ],
      [
        'a field of an interface that one implementor protects',
        '{ things { id cost } }',
        '{ things { id } }',
        ['things.cost Thing.cost'],
      ],
      [
        'the implementor itself',
        '{ things { ... on Pump { cost } ... on Valve { cost } } }',
        '{ things { ... on Pump { isthmus_hidden: __typename } ... on Valve { cost } } }',
        ['things.cost Pump.cost'],
      ],
      [
        'a protected enum',
        '{ must { code } }',
        '{ must { isthmus_hidden: __typename } }',
        ['must.code Must.code'],
      ],
      [
        'a field that may not be null takes its parent with it',
        '{ me { id pin } }',
        '{ isthmus_hidden: __typename }',
        ['me.pin Person.pin'],
      ],
    ]
  for (const [name, text, left, denied] of denials) {
    it(`takes out ${name}`, () => {
      const result = allowed(text)
      assert.equal(result.text, left)
      assert.deepEqual(result.denied, denied)
    })
  }

  it('a denied root that may not be null leaves nothing', () => {
    assert.equal(allowed('{ secretCount me { id } }').nothingLeft, true)
    assert.equal(allowed('{ people { pin } }').nothingLeft, true)
  })

  it('one of the alternatives must be held whole', () => {
    const text = '{ me { salary } }'
    assert.equal(allowed(text, ['pay']).denied.length, 1)
    assert.equal(allowed(text, ['hr']).denied.length, 1)
    assert.equal(allowed(text, ['pay', 'hr']).denied.length, 0)
    assert.equal(allowed(text, ['admin']).denied.length, 0)
  })

  it('drops variables that only denied fields used', () => {
    const result = allowed('query ($b: Boolean!) { me { id email @include(if: $b) } }')
    assert.equal(result.text, '{ me { id } }')
  })

  it('leaves introspection whole, its fragments written out', () => {
    const result = allowed(getIntrospectionQuery())
    assert.deepEqual(result.denied, [])
    assert.doesNotMatch(result.text, /\.\.\.FullType/)
  })

  it('fragments that multiply are refused before they fill the memory', () => {
    const fragments = Array.from(
      { length: 25 },
      (_, at) =>
        `fragment F${at} on Person { boss { ...F${at + 1} } again: boss { ...F${at + 1} } }`,
    )
    assert.throws(
      () => allowed(`{ me { ...F0 } } ${fragments.join(' ')} fragment F25 on Person { id }`),
      { code: 'DOCUMENT_TOO_COMPLEX' },
    )
  })
})

describe('the policy index', () => {
  it('knows renamed rules', () => {
    const { policies } = generationOf(
      'type Query { a: Int @needs(scopes: [["x"]]) }',
      '{ name: "@requiresScopes", as: "@needs" }',
    )
    assert.deepEqual([...policies.scopes], ['x'])
    assert.ok(policies.requirements.has('Query.a'))
  })

  it('refuses a supergraph whose rules it cannot enforce', () => {
    assert.throws(() => generationOf('type Query { a: Int @policy(policies: [["p"]]) }'), {
      code: 'SUPERGRAPH_INVALID',
    })
  })
})

describe('response names', () => {
  it('an alias that is another field of its type is kept apart', () => {
    const renamed = (text: string) => {
      const result = renameCollisions(operationOf(parse(text), undefined), generation)
      return print(result).replaceAll(/\s+/g, ' ')
    }
    assert.equal(renamed('{ me { email: id name } }'), '{ me { isthmus_alias_email: id name } }')
    assert.equal(renamed('{ me { mail: email id: id } }'), '{ me { mail: email id: id } }')
  })
})
