/** What a caller may not read is gone before planning, whatever way it is asked for. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { composeServices } from '@apollo/composition'
import { getIntrospectionQuery, getVariableValues, parse, print } from 'graphql'
import { nobody, type Principal } from '#shared/principal.ts'
import { rulesOf } from '#shared/rules/rules.ts'
import { authorise } from '../../../gateway/request/authorise.ts'
import { openLimits } from '../../../gateway/limits/limits.ts'
import { operationOf, parseDocument } from '../../../gateway/request/receive.ts'
import { createPreparations } from '../../../gateway/request/prepare.ts'
import { renameCollisions } from '../../../gateway/request/response-names.ts'
import { createRights } from '../../../gateway/request/rights.ts'
import type { Generation } from '../../../gateway/supergraph/generation.ts'
import { generationOf as generationFrom } from '../../support/generation.ts'

const link = (imports: string) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [${imports}])\n`

/** What links the directives that are our own. */
const ourDirectives = `
  extend schema @link(url: "https://isthmus.dev/rules/v0.1", import: ["@reads", "@masked"])
    @composeDirective(name: "@reads") @composeDirective(name: "@masked")
  directive @reads(field: String!) repeatable on ARGUMENT_DEFINITION | INPUT_FIELD_DEFINITION | ENUM_VALUE
  directive @masked(as: String!, unless: [[String!]!]!) on FIELD_DEFINITION
`

function generationOf(
  sdl: string,
  imports = '"@key", "@authenticated", "@requiresScopes", "@policy"',
  more = '',
): Generation {
  const { supergraphSdl, errors } = composeServices([
    {
      name: 'a',
      url: 'http://a',
      typeDefs: parse(link(more === '' ? imports : `${imports}, "@composeDirective"`) + more + sdl),
    },
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
  const { document } = parseDocument(text, {
    schema: generation.apiSchema,
    limits: openLimits,
    hideSuggestions: false,
  })
  const result = authorise(document, operationOf(document, name), generation, {
    held: new Set(scopes),
    asks: new Map(),
  })
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

describe('an interface without a rule of its own', () => {
  it('still needs what the types behind it need', () => {
    // Composition puts the rule on the interface as well; another composer may not.
    const [, rule = ''] =
      /interface Thing[^}]*cost: Float[^\n]*?( @requiresScopes\(scopes: \[\["cost"\]\]\))/.exec(
        generation.supergraphSdl,
      ) ?? []
    const sdl = generation.supergraphSdl.replace(
      /(interface Thing[^}]*cost: Float[^\n]*?) @requiresScopes\(scopes: \[\["cost"\]\]\)/,
      '$1',
    )
    assert.notEqual(rule, '')
    const bare = generationFrom(sdl)
    assert.equal(bare.policies.requirements.has('Thing.cost'), false)
    const { document } = parseDocument('{ things { cost } }', {
      schema: bare.apiSchema,
      limits: openLimits,
      hideSuggestions: false,
    })
    const { denied } = authorise(document, operationOf(document, undefined), bare, {
      held: new Set(),
      asks: new Map(),
    })
    assert.deepEqual(
      denied.map(({ coordinate }) => coordinate),
      ['Thing.cost'],
    )
  })
})

describe('the policy index', () => {
  it('knows renamed rules', () => {
    const { policies } = generationOf(
      'type Query { a: Int @needs(scopes: [["x"]]) b: Int @federation__policy(policies: [["employee"]]) }',
      '{ name: "@requiresScopes", as: "@needs" }',
    )
    assert.deepEqual([...policies.scopes], ['x'])
    assert.ok(policies.requirements.has('Query.a'))
    assert.ok(policies.requirements.has('Query.b'))
    assert.deepEqual([...policies.policies], ['employee'])
  })

  const refusedSchemas: readonly [name: string, sdl: string][] = [
    ['an unknown policy', 'type Query { a: Int @policy(policies: [["p"]]) }'],
    ['an unknown mask', 'type Query { a: String @masked(as: "HALF", unless: [["x"]]) }'],
    ['an input that reads nothing', 'type Query { a(b: Int @reads(field: "Query.c")): Int }'],
  ]
  for (const [name, sdl] of refusedSchemas) {
    it(`refuses a supergraph with ${name}`, () => {
      assert.throws(() => generationOf(sdl, '"@policy"', ourDirectives), {
        code: 'SUPERGRAPH_INVALID',
      })
    })
  }

  it('refuses a rule where nobody looks', () => {
    const rules = (more: string) => rulesOf(parse(`${generation.supergraphSdl}\n${more}`))
    assert.throws(() => rules('enum Level { LOW @requiresScopes(scopes: [["x"]]) }'), {
      code: 'SUPERGRAPH_INVALID',
    })
    assert.ok(
      rules('enum Level @requiresScopes(scopes: [["x"]]) { LOW }').requirements.has('Level'),
    )
  })
})

describe('policies', () => {
  const withPolicies = generationOf(`
    type Query { open: Int staff: Int @policy(policies: [["employee"]]) both: Int @policy(policies: [["employee"]]) @requiresScopes(scopes: [["x"]]) }
  `)
  const may = (text: string, principal: Principal) => {
    const { document } = parseDocument(text, {
      schema: withPolicies.apiSchema,
      limits: openLimits,
      hideSuggestions: false,
    })
    const { held } = createRights(withPolicies.policies.policies)(principal)
    const result = authorise(document, operationOf(document, undefined), withPolicies, {
      held,
      asks: new Map(),
    })
    return result.denied.map(({ coordinate }) => coordinate)
  }
  const partner: Principal = { ...nobody, scopes: ['x'] }
  const employee: Principal = { ...partner, audience: 'EMPLOYEE' }

  it('hold for some callers only, and are asked beside scopes', () => {
    assert.deepEqual(may('{ open staff both }', employee), [])
    assert.deepEqual(may('{ open staff both }', partner), ['Query.staff', 'Query.both'])
    assert.deepEqual(may('{ both }', { ...employee, scopes: [] }), ['Query.both'])
  })

  it('no scope passes for a policy', () => {
    assert.deepEqual(may('{ staff }', { ...partner, scopes: ['@policy:employee'] }), [
      'Query.staff',
    ])
  })

  it('callers of the same scopes and other policies share nothing that was prepared', () => {
    const questions = createPreparations(withPolicies)
    const asked = questions.ask('{ staff open }', undefined, openLimits)
    const ofEmployee = questions.prepare(asked, {}, employee)
    const ofPartner = questions.prepare(asked, {}, partner)
    assert.deepEqual([ofEmployee.denied.length, ofPartner.denied.length], [0, 1])
    assert.equal(questions.prepare(asked, {}, { ...employee }), ofEmployee)
  })
})

describe('what may not be read may not be asked with', () => {
  const shop = generationOf(
    `
    type Query {
      orders(filter: Filter, orderBy: Order, cost: Int @reads(field: "Item.cost"), by: Grade): [Item!]
      things(filter: Filter = { cost: 1 }): [Thing!]
      defaulted(filter: Filter = { margin: 2 }): Int
      preset(preset: Preset): Int
    }
    interface Thing { id: ID! list(by: Grade): Int }
    type Item implements Thing @key(fields: "id") { id: ID! cost: Int @requiresScopes(scopes: [["cost"]]) margin: Int @requiresScopes(scopes: [["margin"]]) list(by: Grade, cost: Int @reads(field: "Item.cost")): Int }
    input Filter { id: ID cost: Int @reads(field: "Item.cost") margin: Int @reads(field: "Item.margin") and: [Filter!] not: Filter }
    input Order { field: Sort! }
    input Preset { field: Sort = COST }
    enum Sort { ID COST @reads(field: "Item.cost") }
    enum Grade @requiresScopes(scopes: [["grade"]]) { A }
  `,
    '"@key", "@requiresScopes"',
    ourDirectives,
  )
  const questions = createPreparations(shop)
  const denials = (
    text: string,
    values: Readonly<Record<string, unknown>>,
    scopes: readonly string[],
  ) => {
    const asked = questions.ask(text, undefined, openLimits)
    const { coerced, errors } = getVariableValues(
      shop.apiSchema,
      asked.operation.variableDefinitions ?? [],
      values,
    )
    assert.equal(errors, undefined)
    return questions
      .prepare(asked, coerced ?? {}, { ...nobody, scopes })
      .denied.map(({ coordinate, asksWith }) => `${coordinate} ${asksWith ?? ''}`)
  }
  const cost = 'Query.orders Filter.cost'
  const sort = 'Query.orders Sort.COST'
  const cases: readonly [
    name: string,
    text: string,
    values: Readonly<Record<string, unknown>>,
    denied: readonly string[],
  ][] = [
    ['a filter', '{ orders(filter: { cost: 1 }) { id } }', {}, [cost]],
    [
      'a filter in an and in a not',
      '{ orders(filter: { not: { and: [{ id: 1 }, { cost: 1 }] } }) { id } }',
      {},
      [cost],
    ],
    ['an order', '{ orders(orderBy: { field: COST }) { id } }', {}, [sort]],
    ['an argument', '{ orders(cost: 1) { id } }', {}, ['Query.orders Query.orders(cost:)']],
    ['a value of a protected enum', '{ orders(by: A) { id } }', {}, ['Query.orders Grade']],
    ['a default', '{ things { id } }', {}, ['Query.things Filter.cost']],
    [
      'a default that a variable without a value leaves',
      'query ($f: Filter) { defaulted(filter: $f) }',
      {},
      ['Query.defaulted Filter.margin'],
    ],
    ['a default inside', '{ preset(preset: {}) }', {}, ['Query.preset Sort.COST']],
    [
      'a variable',
      'query ($f: Filter) { orders(filter: $f) { id } }',
      { f: { and: [{ cost: 1 }] } },
      [cost],
    ],
    [
      'a variable with a default',
      'query ($f: Filter = { cost: 1 }) { orders(filter: $f) { id } }',
      {},
      [cost],
    ],
    [
      'a variable inside',
      'query ($c: Int) { orders(filter: { cost: $c }) { id } }',
      { c: 1 },
      [cost],
    ],
    [
      'a variable in a list',
      'query ($f: Filter!) { orders(filter: { and: [$f] }) { id } }',
      { f: { cost: 1 } },
      [cost],
    ],
    [
      'an enum variable',
      'query ($s: Sort!) { orders(orderBy: { field: $s }) { id } }',
      { s: 'COST' },
      [sort],
    ],
    [
      'a fragment',
      '{ ...F } fragment F on Query { orders(filter: { cost: 1 }) { id } }',
      {},
      [cost],
    ],
    [
      'an alias beside an open one',
      '{ a: orders(filter: { cost: 1 }) { id } b: orders(filter: { id: 1 }) { id } }',
      {},
      [cost],
    ],
    [
      'a field of an interface',
      '{ orders { ... on Thing { list(by: A) } } }',
      {},
      ['Thing.list Grade'],
    ],
    [
      'nothing protected',
      'query ($f: Filter, $c: Int, $s: Sort = ID) { orders(filter: $f, cost: $c, orderBy: { field: $s }) { id } }',
      { f: { id: '1', cost: null } },
      [],
    ],
    [
      'nothing in a variable that is null',
      'query ($c: Int) { orders(filter: { cost: $c }) { id } }',
      { c: null },
      [],
    ],
  ]
  for (const [name, text, values, denied] of cases) {
    it(`finds ${name}`, () => {
      assert.deepEqual(denials(text, values, []), denied)
      assert.deepEqual(denials(text, values, ['cost', 'margin', 'grade']), [])
    })
  }

  it('the same document is denied and allowed by turns, as its values and callers are', () => {
    const text = 'query ($f: Filter) { orders(filter: $f) { id } }'
    for (let turn = 0; turn < 3; turn += 1) {
      assert.deepEqual(denials(text, { f: { cost: 1 } }, []), [cost])
      assert.deepEqual(denials(text, { f: { margin: 1 } }, ['cost']), [
        'Query.orders Filter.margin',
      ])
      assert.deepEqual(denials(text, { f: { cost: 1 } }, ['cost']), [])
      assert.deepEqual(denials(text, { f: { id: '1' } }, []), [])
    }
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
