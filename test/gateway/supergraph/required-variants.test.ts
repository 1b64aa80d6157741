/** What `@requires` asks for with arguments is kept apart from the client's and from each other's. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { execute, parse } from 'graphql'
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

/** What a price or a width is, by its argument. */
const amounts: Readonly<Record<string, number>> = { USD: 100, EUR: 90, TWD: 3000, cm: 7, in: 3 }

/** What a plan sends of a product. */
interface Sent {
  readonly price?: number
  readonly size?: { readonly width: number }
}

const shopResolvers = {
  Query: { product: () => ({ id: '1', size: {} }) },
  Product: { price: (_: unknown, { currency }: { currency: string }) => amounts[currency] },
  Size: { width: (_: unknown, { unit }: { unit: string }) => amounts[unit] },
}

const calculatorResolvers = {
  Product: {
    __resolveReference: (sent: Sent) => sent,
    inUsd: ({ price }: Sent) => price,
    inEur: ({ price }: Sent) => price,
    wide: ({ price, size }: Sent) => (size?.width ?? Number.NaN) * 1_000 + (price ?? Number.NaN),
  },
}

/** A system that answers its schema. */
function source(name: string, sdl: string, resolvers: object): readonly [string, Source] {
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: resolvers as never }]) // just above
  return [
    name,
    {
      name,
      send: async ({ document, variables }) =>
        execute({ schema, document, variableValues: variables }),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
  ]
}

describe('what @requires asks for with arguments', () => {
  const { supergraphSdl = '' } = composeServices([
    { name: 'shop', url: '', typeDefs: parse(shop) },
    { name: 'calculator', url: '', typeDefs: parse(calculator) },
  ])
  const graph = load(supergraphSdl)
  const sources = new Map([
    source('shop', shop, shopResolvers),
    source('calculator', calculator, calculatorResolvers),
  ])
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
