/**
 * A small shop of three subgraphs over real HTTP, as an owner of an Apollo Gateway has them, for tests
 * of the library. `await using shop = await startShop()`.
 */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { graphql, GraphQLError, parse, type GraphQLFieldResolver } from 'graphql'

type Resolvers = Readonly<Record<string, Readonly<Record<string, unknown>>>>

interface Subgraph {
  readonly typeDefs: string
  readonly resolvers: Resolvers
}

const link = (...imports: readonly string[]) =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(imports)})\n`

const users = [
  { id: 'u1', name: 'Ann', email: 'ann@shop.test' },
  { id: 'u2', name: 'Bob', email: 'bob@shop.test' },
]
const products = [
  { upc: 'p1', name: 'Table', price: 900, weight: 100 },
  { upc: 'p2', name: 'Couch', price: 1300, weight: 1000 },
  { upc: 'p3', name: 'Chair', price: 54, weight: 50 },
]
const reviews = [
  { id: 'r1', body: 'Good', user: 'u1', upc: 'p1' },
  { id: 'r2', body: 'Bad', user: 'u1', upc: 'p2' },
  { id: 'r3', body: 'So so', user: 'u2', upc: 'p1' },
]

const review = ({ id, body, user, upc }: (typeof reviews)[number]) => ({
  id,
  body,
  author: { id: user },
  product: { upc },
})

export const shopSubgraphs: Readonly<Record<string, Subgraph>> = {
  accounts: {
    typeDefs: `${link('@key')}
      type Query { me: User user(id: ID!): User broken: String refused: String }
      type Mutation { rename(id: ID!, name: String!): User }
      type User @key(fields: "id") { id: ID! name: String email: String }`,
    resolvers: {
      Query: {
        me: () => users[0],
        user: (_: unknown, { id }: { id: string }) => users.find((each) => each.id === id) ?? null,
        broken: () => {
          throw new Error('SELECT secret FROM t')
        },
        refused: () => {
          throw new GraphQLError('Out of stock at db.internal', {
            extensions: { code: 'OUT_OF_STOCK', sql: 'x', http: { status: 418 } },
          })
        },
      },
      Mutation: { rename: (_: unknown, given: { id: string; name: string }) => given },
      User: { __resolveReference: ({ id }: { id: string }) => users.find((one) => one.id === id) },
    },
  },
  products: {
    typeDefs: `${link('@key')}
      type Query { products(first: Int = 3): [Product!] }
      type Product @key(fields: "upc") { upc: ID! name: String price: Int weight: Int }`,
    resolvers: {
      Query: { products: (_: unknown, { first }: { first: number }) => products.slice(0, first) },
      Product: {
        __resolveReference: ({ upc }: { upc: string }) => products.find((one) => one.upc === upc),
      },
    },
  },
  reviews: {
    typeDefs: `${link('@key', '@external', '@requires')}
      type Query { reviews: [Review!] }
      type Review { id: ID! body: String author: User product: Product }
      type User @key(fields: "id") { id: ID! reviews: [Review!] }
      type Product @key(fields: "upc") {
        upc: ID!
        price: Int @external
        weight: Int @external
        reviews: [Review!]
        shipping: Int @requires(fields: "price weight")
      }`,
    resolvers: {
      Query: { reviews: () => reviews.map(review) },
      User: {
        reviews: ({ id }: { id: string }) => reviews.filter((one) => one.user === id).map(review),
      },
      Product: {
        reviews: ({ upc }: { upc: string }) => reviews.filter((one) => one.upc === upc).map(review),
        shipping: ({ price, weight }: { price: number; weight: number }) =>
          price > 1000 ? 0 : weight / 2,
      },
    },
  },
}

export interface Asked {
  readonly subgraph: string
  readonly query: string
  readonly headers: IncomingHttpHeaders
}

export interface Shop extends AsyncDisposable {
  readonly supergraphSdl: string
  readonly urls: Readonly<Record<string, string>>
  /** What the subgraphs were asked, in the order it came. */
  readonly asked: Asked[]
  /** The `cache-control` header of each subgraph's answers; none by default. */
  readonly cacheControl: Map<string, string>
  /** Holds answers back from now on until the function that it gives is called. */
  hold(): () => void
  /** The supergraph of these schemas at the same addresses. */
  compose(typeDefs: Readonly<Record<string, string>>): string
}

export async function startShop(
  subgraphs: Readonly<Record<string, Subgraph>> = shopSubgraphs,
): Promise<Shop> {
  const asked: Asked[] = []
  const cacheControl = new Map<string, string>()
  const servers: Server[] = []
  const urls: Record<string, string> = {}
  let held: Promise<void> = Promise.resolve()
  for (const [name, { typeDefs, resolvers }] of Object.entries(subgraphs)) {
    const schema = buildSubgraphSchema([
      {
        typeDefs: parse(typeDefs),
        resolvers: resolvers as Record<
          string,
          Record<string, GraphQLFieldResolver<unknown, unknown>>
        >,
      },
    ])
    const server = createServer((request, response) => {
      void (async () => {
        const { query, variables, operationName } = (await json(request)) as {
          query: string
          variables?: Record<string, unknown>
          operationName?: string
        }
        asked.push({ subgraph: name, query, headers: request.headers })
        await held
        const result = await graphql({
          schema,
          source: query,
          variableValues: variables ?? null,
          operationName: operationName ?? null,
        })
        const kept = cacheControl.get(name)
        response.writeHead(200, {
          'content-type': 'application/json',
          ...(kept === undefined ? {} : { 'cache-control': kept }),
        })
        response.end(JSON.stringify(result))
      })()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    servers.push(server)
    urls[name] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
  }
  const compose: Shop['compose'] = (typeDefs) => {
    const { supergraphSdl, errors } = composeServices(
      Object.entries(typeDefs).map(([name, text]) => ({
        name,
        url: urls[name] ?? '',
        typeDefs: parse(text),
      })),
    )
    if (supergraphSdl === undefined) throw new Error(errors?.map(String).join('\n'))
    return supergraphSdl
  }
  return {
    supergraphSdl: compose(
      Object.fromEntries(Object.entries(subgraphs).map(([name, each]) => [name, each.typeDefs])),
    ),
    urls,
    asked,
    cacheControl,
    compose,
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      held = promise
      return resolve
    },
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
        await once(server, 'close')
      }
    },
  }
}
