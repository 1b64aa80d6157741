/** What `@requires` asks for with arguments is kept apart from the client's and from each other's. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { composeServices } from '@apollo/composition'
import { parse, type ExecutionResult } from 'graphql'
import type { Source } from '../../../gateway/sources/source.ts'
import { federated, load } from '../../oracle/federated.ts'

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@external", "@requires", "@interfaceObject"])\n'
const shop = `${link}
  type Query { product: Product }
  type Product @key(fields: "id") { id: ID! price(currency: String!): Int size: Size }
  type Size { width(unit: String!): Int }
`
const calculator = `${link}
  type Product @key(fields: "id") {
    id: ID!
    price(currency: String!): Int @external
    size: Size @external
    inUsd: Int @requires(fields: "price(currency: \\"USD\\")")
    inEur: Int @requires(fields: "price(currency: \\"EUR\\")")
    wide: Int @requires(fields: "size { width(unit: \\"cm\\") } price(currency: \\"USD\\")")
  }
  type Size { width(unit: String!): Int @external }
`

interface Sent {
  readonly id: string
  readonly price?: number
  readonly size?: { readonly width: number }
}

/** What a price or a width is, by its argument. */
const amounts: Readonly<Record<string, number>> = { USD: 100, EUR: 90, TWD: 3000, cm: 7, in: 3 }

/** Answers `alias: field(argument: value)` for price and width, whatever they are called. */
function shopAnswer(query: string, variables: Readonly<Record<string, unknown>>): ExecutionResult {
  const read = (field: string) =>
    Object.fromEntries(
      [...query.matchAll(/(?:(\w+):)?(price|width)\(\w+:(?:"(\w+)"|\$(\w+))\)/g)]
        .filter(([, , name]) => name === field)
        .map(([, alias, name = '', written, variable = '']) => [
          alias ?? name,
          amounts[written ?? String(variables[variable])],
        ]),
    )
  const product = { __typename: 'Product', id: '1', ...read('price'), size: read('width') }
  return { data: { product } }
}

/** Answers the fields it is asked for, by the names they are asked by. */
function calculatorAnswer(
  query: string,
  variables: Readonly<Record<string, unknown>>,
): ExecutionResult {
  const sent = variables['representations'] as readonly Sent[] // what a plan sends
  const asked = [...query.matchAll(/(?:(\w+):)?(inUsd|inEur|wide)\b/g)]
  return {
    data: {
      _entities: sent.map(({ price, size }) =>
        Object.fromEntries(
          asked.map(([, alias, field = '']) => [
            alias ?? field,
            field === 'wide' ? (size?.width ?? Number.NaN) * 1_000 + (price ?? Number.NaN) : price,
          ]),
        ),
      ),
    },
  }
}

const source = (
  name: string,
  answer: (query: string, variables: Readonly<Record<string, unknown>>) => ExecutionResult,
): readonly [string, Source] => [
  name,
  {
    name,
    send: ({ query, variables }) => Promise.resolve(answer(query, variables)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  },
]

describe('what @requires asks for with arguments', () => {
  const { supergraphSdl = '' } = composeServices([
    { name: 'shop', url: '', typeDefs: parse(shop) },
    { name: 'calculator', url: '', typeDefs: parse(calculator) },
  ])
  const graph = load(supergraphSdl)
  const sources = new Map([source('shop', shopAnswer), source('calculator', calculatorAnswer)])
  for (const [operation, product] of [
    ['{ product { inUsd } }', { inUsd: 100 }],
    ['{ product { inUsd inEur } }', { inUsd: 100, inEur: 90 }],
    ['{ product { price(currency: "TWD") inEur } }', { price: 3000, inEur: 90 }],
    ['{ product { wide inEur } }', { wide: 7100, inEur: 90 }],
    ['{ product { size { width(unit: "in") } wide } }', { size: { width: 3 }, wide: 7100 }],
    ['{ product { a: inEur b: inUsd c: wide } }', { a: 90, b: 100, c: 7100 }],
  ] as const) {
    it(operation, async () => {
      assert.deepEqual(await federated(graph, sources, { operation, variables: {} }), {
        answer: { data: { product } },
      })
    })
  }
})
