/** Names, conditions and gaps: what an answer must be whatever the planner makes of the question. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { composeServices } from '@apollo/composition'
import { GraphQLError, parse, type ExecutionResult } from 'graphql'
import type { Audience } from '#shared/principal.ts'
import { openLimits } from '../../../gateway/limits/limits.ts'
import { createGraph, execute } from '../../../gateway/request/execute.ts'
import { observers } from '../../../gateway/request/observer.ts'
import type { Source } from '../../../gateway/sources/source.ts'
import { contractOf } from '../../../gateway/supergraph/contracts.ts'
import { generationOf } from '../../support/generation.ts'
import { anyone } from '../../support/subgraph-fixture.ts'
import { startGraph, type Graph } from '../../support/graph.ts'

describe('answers over the demo data', () => {
  let graph: Graph
  before(async () => {
    graph = await startGraph()
  })
  after(() => graph[Symbol.asyncDispose]())

  it('an alias that equals a field nobody sees is the client’s own', async () => {
    const plain = await graph.ask(
      '{ customer(crmAccountId: "A000001") { name orders(first: 2) { nodes { orderNo } } } }',
    )
    const aliased = await graph.ask(
      '{ customer(crmAccountId: "A000001") { erpCustomerNos: name orders(first: 2) { nodes { orderNo } } } }',
    )
    assert.equal(aliased.errors, undefined)
    const [one, other] = [plain, aliased].map(({ data }) => data?.['customer']) as [
      Record<string, unknown>,
      Record<string, unknown>,
    ]
    assert.deepEqual(other['orders'], one['orders'])
    assert.equal(other['erpCustomerNos'], one['name'])
  })

  it('a variable may be called representations', async () => {
    const { data, errors } = await graph.ask(
      'query ($representations: Int) { customer(crmAccountId: "A000001") { orders(first: $representations) { nodes { orderNo } } } }',
      { variables: { representations: 1 } },
    )
    assert.equal(errors, undefined)
    assert.ok(data)
    const { orders } = data['customer'] as { orders: { nodes: unknown[] } }
    assert.equal(orders.nodes.length, 1)
  })

  it('names that the gateway uses itself are refused, not mixed up', async () => {
    for (const question of [
      'query ($isthmus_value_0: Int) { customers(first: $isthmus_value_0) { totalCount } }',
      '{ customers(first: 1) { isthmus_hidden: totalCount } }',
      '{ customers(first: 1) { isthmus_alias_x: totalCount } }',
    ]) {
      await assert.rejects(graph.ask(question), { code: 'BAD_USER_INPUT' })
    }
  })

  it('a denied field is reported only when it was asked for', async () => {
    const ask = (isAsked: boolean) =>
      graph.ask(
        'query ($b: Boolean!) { employee(employeeNo: "E0010") { employeeNo salary @include(if: $b) { amount } hiredOn @skip(if: true) } }',
        { variables: { b: isAsked }, as: 'sales' },
      )
    assert.deepEqual((await ask(false)).data, { employee: { employeeNo: 'E0010' } })
    assert.equal((await ask(false)).errors, undefined)
    const { data, errors = [] } = await ask(true)
    assert.deepEqual(data, { employee: { employeeNo: 'E0010', salary: null } })
    assert.deepEqual(
      errors.map(({ path, extensions }) => [path, extensions?.['code']]),
      [[['employee', 'salary'], 'UNAUTHORIZED_FIELD_OR_TYPE']],
    )
  })
})

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@shareable", "@requiresScopes", "@tag"])\n'

type Answer = (query: string, variables: Readonly<Record<string, unknown>>) => ExecutionResult

/** A graph of systems that answer as told, as an audience sees it. */
function graphOf(
  systems: Readonly<Record<string, readonly [sdl: string, answer: Answer]>>,
  audience: Audience = 'EMPLOYEE',
) {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(systems).map(([name, [sdl]]) => ({
      name,
      url: `http://${name}`,
      typeDefs: parse(link + sdl),
    })),
  )
  assert.deepEqual(errors ?? [], [])
  const asked: string[] = []
  const sources = new Map(
    Object.entries(systems).map(([name, [, answer]]): [string, Source] => [
      name,
      {
        name,
        send: ({ query, variables }) => {
          asked.push(`${name} ${query.replaceAll(/\s+/g, ' ')}`)
          return Promise.resolve(answer(query, variables))
        },
        [Symbol.asyncDispose]: () => Promise.resolve(),
      },
    ]),
  )
  const graph = createGraph(contractOf(generationOf(supergraphSdl ?? ''), audience))
  const ask = async (document: string): Promise<ExecutionResult> =>
    JSON.parse(
      JSON.stringify(
        await execute(
          {
            document,
            operationName: undefined,
            variables: {},
            isSafe: false,
            signal: new AbortController().signal,
            deadlineAt: performance.now() + 5_000,
            limits: openLimits,
            requestId: 'r1',
            observer: observers(),
            principal: anyone,
          },
          { graph, sources, limits: { timeoutOf: () => 1_000 }, onError: () => undefined },
        ),
      ),
    ) as ExecutionResult // as a client gets it
  return { ask, asked }
}

describe('answers of systems that behave as told', () => {
  it('a value of another type gets no null for what a fragment was denied', async () => {
    const { ask } = graphOf({
      a: [
        'type Query { things: [Thing!] } interface Thing { id: ID! } type Pump implements Thing { id: ID! cost: Int @requiresScopes(scopes: [["cost"]]) } type Valve implements Thing { id: ID! }',
        () => ({
          data: {
            things: [
              { __typename: 'Pump', id: 'P', isthmus_hidden: 'Pump' },
              { __typename: 'Valve', id: 'V' },
            ],
          },
        }),
      ],
    })
    const { data } = await ask('{ things { id ... on Pump { cost } } }')
    assert.deepEqual(data, { things: [{ id: 'P', cost: null }, { id: 'V' }] })
  })

  it('a field that a system needs with other arguments is kept apart from the client’s', async () => {
    const { ask, asked } = graphOf({
      a: [
        'type Query { product: Product } type Product @key(fields: "id") { id: ID! price(currency: String!): Int }',
        (query, variables) => {
          const names = [
            ...query.matchAll(/(?:(\w+):)?\s*price\(currency:\s*(?:"(\w+)"|\$(\w+))\)/g),
          ]
          const prices = names.map(([, alias, written, variable]) => [
            alias ?? 'price',
            (written ?? variables[variable ?? '']) === 'EUR' ? 90 : 100,
          ])
          const product = { __typename: 'Product', id: '1', ...Object.fromEntries(prices) }
          return { data: { product } }
        },
      ],
      b: [
        'type Product @key(fields: "id") { id: ID! price(currency: String!): Int @external estimate: Int @requires(fields: "price(currency: \\"USD\\")") }',
        (_, { representations }) => ({
          data: {
            _entities: (representations as { price: number }[]).map(({ price }) => ({
              estimate: price * 2,
            })),
          },
        }),
      ],
    })
    const { data, errors } = await ask('{ product { price(currency: "EUR") estimate } }')
    assert.equal(errors, undefined, asked.join('\n'))
    assert.deepEqual(data, { product: { price: 90, estimate: 200 } })
  })

  it('a system that is down leaves an error at each field it owed, and none elsewhere', async () => {
    const { ask } = graphOf({
      a: [
        'type Query { products: [Product] } type Product @key(fields: "id") @key(fields: "sku") { id: ID! sku: ID name: String }',
        () => ({
          data: {
            products: ['1', null, '3'].map((sku, at) => ({
              __typename: 'Product',
              id: String(at),
              sku,
              name: 'n',
            })),
          },
        }),
      ],
      b: [
        'type Product @key(fields: "sku") { sku: ID cost: Int stock: Int }',
        () => ({
          errors: [
            new GraphQLError('SELECT', { extensions: { code: 'SOURCE_UNAVAILABLE', sql: 'x' } }),
          ],
        }),
      ],
    })
    const { data, errors = [] } = await ask('{ products { name dear: cost stock } }')
    assert.deepEqual(data, {
      products: Array.from({ length: 3 }, () => ({ name: 'n', dear: null, stock: null })),
    })
    assert.deepEqual(
      errors.map(({ path }) => path?.join('.')),
      ['products.0.dear', 'products.0.stock', 'products.2.dear', 'products.2.stock'],
    )
    assert.ok(errors.every(({ extensions }) => extensions?.['sql'] === undefined))
  })
})

describe('rows of a type outside of the contract', () => {
  const types = (title: string) => `
    interface Media { id: ID! ${title} }
    type Book implements Media @key(fields: "id") { id: ID! ${title} }
    type Secret implements Media @key(fields: "id") @tag(name: "internal") { id: ID! ${title} }`
  const rows = ['Secret', 'Book', 'Secret', 'Book'].map((__typename, at) => ({
    __typename,
    id: String(at),
  }))
  const asSeenBy = (audience: Audience) =>
    graphOf(
      {
        shelf: [
          `type Query { media: [Media] one: Media } ${types('')}`,
          () => ({ data: { media: rows, one: rows[0] } }),
        ],
        // Says titles, except those of the first book and of all secrets.
        words: [
          types('title: String'),
          (_, { representations }) => {
            const asked = representations as readonly { __typename: string; id: string }[] // keys
            const isTold = ({ id }: { id: string }) => id === '3'
            return {
              data: {
                _entities: asked.map((each) => ({ ...each, title: isTold(each) ? 'b' : null })),
              },
              errors: asked.flatMap((each, at) =>
                isTold(each)
                  ? []
                  : [new GraphQLError('no word', { path: ['_entities', at, 'title'] })],
              ),
            }
          },
        ],
      },
      audience,
    )

  it('leave no trace in its answers, nor do errors in them', async () => {
    const question = '{ media { title } }'
    const { data, errors = [] } = await asSeenBy('SUPPLIER').ask(question)
    assert.deepEqual(data, { media: [{ title: null }, { title: 'b' }] })
    assert.deepEqual(await asSeenBy('SUPPLIER').ask('{ one { title } }'), { data: { one: null } })
    assert.deepEqual(
      errors.map(({ path }) => path),
      [['media', 0, 'title']],
    )
    const whole = await asSeenBy('EMPLOYEE').ask(question)
    assert.deepEqual(whole.data, {
      media: [{ title: null }, { title: null }, { title: null }, { title: 'b' }],
    })
    assert.equal(whole.errors?.length, 3)
  })
})
