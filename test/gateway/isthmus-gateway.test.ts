/**
 * The engine as the gateway of a plain ApolloServer: what an owner of an Apollo Gateway relies on goes
 * on working, what ApolloGateway answers wrongly is right, and rules of the schema are enforced.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it, type TestContext } from 'node:test'
import {
  ApolloGateway,
  IntrospectAndCompose,
  RemoteGraphQLDataSource,
  type GraphQLDataSourceProcessOptions,
} from '@apollo/gateway'
import { GraphQLError, Kind, parse } from 'graphql'
import { IsthmusGateway, type IsthmusGatewayOptions } from '../../gateway/isthmus-gateway.ts'
import { hostApollo, type Context, type Host } from '../support/apollo-host.ts'
import { shopSubgraphs, startShop, type Shop } from '../support/shop.ts'

process.env['APOLLO_TELEMETRY_DISABLED'] = '1'

type Options = Partial<IsthmusGatewayOptions<Context>>
type Plugins = NonNullable<Parameters<typeof hostApollo>[1]>['plugins']

const silent = { debug() {}, info() {}, warn() {}, error() {} }

async function shopFor(t: TestContext, subgraphs = shopSubgraphs): Promise<Shop> {
  const shop = await startShop(subgraphs)
  t.after(() => shop[Symbol.asyncDispose]())
  return shop
}

async function isthmusOver(
  t: TestContext,
  { supergraphSdl }: Pick<Shop, 'supergraphSdl'>,
  options: Options = {},
  plugins: Plugins = [],
): Promise<Host> {
  const gateway = new IsthmusGateway<Context>({ supergraphSdl, logger: silent, ...options })
  const host = await hostApollo(gateway, { plugins })
  t.after(() => host[Symbol.asyncDispose]())
  return host
}

async function apolloOver(t: TestContext, { supergraphSdl }: Shop): Promise<Host> {
  const host = await hostApollo(new ApolloGateway({ supergraphSdl, logger: silent }))
  t.after(() => host[Symbol.asyncDispose]())
  return host
}

const codesOf = ({ errors = [] }: Awaited<ReturnType<Host['post']>>) =>
  errors.map(({ extensions }) => extensions['code'])

describe('IsthmusGateway in an ApolloServer', () => {
  const same: readonly { readonly query: string; readonly variables?: object }[] = [
    { query: '{ me { name } }' },
    {
      query: '{ me { name reviews { body product { name price reviews { author { email } } } } } }',
    },
    { query: '{ products { upc shipping reviews { body } } }' },
    {
      query:
        'query Some($first: Int, $more: Boolean!) { products(first: $first) { ...P } } fragment P on Product { name reviews @include(if: $more) { id } }',
      variables: { first: 2, more: true },
    },
    { query: '{ user(id: "nobody") { name reviews { id } } }' },
    {
      query: '{ first: user(id: "u1") { n: name } second: user(id: "u2") { n: name } __typename }',
    },
    { query: 'mutation { rename(id: "u2", name: "Rob") { id name reviews { id } } }' },
    { query: '{ __type(name: "Product") { fields { name } } me { __typename } }' },
    {
      query: 'query ($first: Int!) { products(first: $first) { upc } }',
      variables: { first: 'x' },
    },
    { query: '{ nothing }' },
    { query: '{' },
  ]
  it('answers what ApolloGateway answers', async (t) => {
    const shop = await shopFor(t)
    const [ours, theirs] = [await isthmusOver(t, shop), await apolloOver(t, shop)]
    for (const question of same) {
      const [one, other] = [await ours.post(question), await theirs.post(question)]
      assert.equal(one.status, other.status, question.query)
      assert.deepEqual(one.data, other.data, question.query)
      assert.deepEqual(codesOf(one), codesOf(other), question.query)
    }
  })

  it('answers rightly where ApolloGateway mixes up a client’s name and a key', async (t) => {
    const shop = await shopFor(t)
    const [ours, theirs] = [await isthmusOver(t, shop), await apolloOver(t, shop)]
    const question = { query: '{ products(first: 1) { upc: name reviews { id } } }' }
    const right = { products: [{ upc: 'Table', reviews: [{ id: 'r1' }, { id: 'r3' }] }] }
    assert.deepEqual((await ours.post(question)).data, right)
    // When this fails, Apollo has mended it, and the documentation may say so.
    assert.notDeepEqual((await theirs.post(question)).data, right)
  })

  it('calls the hooks of plugins', async (t) => {
    const called: string[] = []
    const note = (name: string) => {
      called.push(name)
      return Promise.resolve()
    }
    const plugin = {
      requestDidStart: async () => {
        await note('requestDidStart')
        return {
          didResolveSource: () => note('didResolveSource'),
          parsingDidStart: () => note('parsingDidStart'),
          validationDidStart: () => note('validationDidStart'),
          didResolveOperation: () => note('didResolveOperation'),
          responseForOperation: async () => {
            await note('responseForOperation')
            return null
          },
          executionDidStart: async () => {
            await note('executionDidStart')
            return { executionDidEnd: () => note('executionDidEnd') }
          },
          didEncounterErrors: () => note('didEncounterErrors'),
          willSendResponse: () => note('willSendResponse'),
        }
      },
      serverWillStart: () =>
        Promise.resolve({ schemaDidLoadOrUpdate: () => void called.push('schema') }),
    }
    const host = await isthmusOver(t, await shopFor(t), {}, [plugin])
    await host.post({ query: '{ me { name } broken }' })
    assert.deepEqual(called, [
      'schema',
      'requestDidStart',
      'didResolveSource',
      'parsingDidStart',
      'validationDidStart',
      'didResolveOperation',
      'responseForOperation',
      'executionDidStart',
      'didEncounterErrors',
      'executionDidEnd',
      'willSendResponse',
    ])
  })

  it('runs the document that a plugin has put in the place of the client’s', async (t) => {
    const other = parse('{ me { email } }')
    const [operation] = other.definitions
    const host = await isthmusOver(t, await shopFor(t), {}, [
      {
        requestDidStart: () =>
          Promise.resolve({
            didResolveOperation: (context) => {
              assert.equal(operation?.kind, Kind.OPERATION_DEFINITION)
              Object.assign(context, { document: other, operation })
              return Promise.resolve()
            },
          }),
      },
    ])
    const { data } = await host.post({ query: '{ me { name } }' })
    assert.deepEqual(data, { me: { email: 'ann@shop.test' } })
  })

  it('takes persisted queries by their hash', async (t) => {
    const host = await isthmusOver(t, await shopFor(t))
    const query = '{ me { name } }'
    const sha256Hash = createHash('sha256').update(query).digest('hex')
    const extensions = { persistedQuery: { version: 1, sha256Hash } }
    assert.deepEqual(codesOf(await host.post({ extensions })), ['PERSISTED_QUERY_NOT_FOUND'])
    const data = { me: { name: 'Ann' } }
    assert.deepEqual((await host.post({ query, extensions })).data, data)
    assert.deepEqual((await host.post({ extensions })).data, data)
  })

  const hints: readonly (readonly [accounts: string, reviews: string, expected: string | null])[] =
    [
      ['max-age=60, public', 'max-age=30', 'max-age=30, public'],
      ['max-age=60', 'max-age=90, private', 'max-age=60, private'],
      ['max-age=60', '', 'no-store'],
      ['max-age=60', 'no-store', 'no-store'],
    ]
  for (const [accounts, reviews, expected] of hints) {
    it(`says ${expected} when its systems say "${accounts}" and "${reviews}"`, async (t) => {
      const shop = await shopFor(t)
      shop.cacheControl.set('accounts', accounts)
      if (reviews !== '') shop.cacheControl.set('reviews', reviews)
      const [ours, theirs] = [await isthmusOver(t, shop), await apolloOver(t, shop)]
      const question = { query: '{ me { name reviews { body } } }' }
      const { headers } = await ours.post(question)
      assert.equal(headers.get('cache-control'), expected)
      assert.equal((await theirs.post(question)).headers.get('cache-control'), expected)
    })
  }

  it('says a subgraph’s code and keeps its words and status inside', async (t) => {
    const shop = await shopFor(t)
    const logged: string[] = []
    const logger = { ...silent, warn: (text: string) => void logged.push(text) }
    const host = await isthmusOver(t, shop, { logger })
    const answer = await host.post({ query: '{ me { name } refused broken }' })
    assert.equal(answer.status, 200)
    assert.deepEqual(answer.data, { me: { name: 'Ann' }, refused: null, broken: null })
    assert.deepEqual(
      answer.errors?.map(({ path, extensions: { code } }) => [path, code]).toSorted(),
      [
        [['broken'], 'SOURCE_DATA_INVALID'],
        [['refused'], 'OUT_OF_STOCK'],
      ],
    )
    assert.doesNotMatch(JSON.stringify(answer), /SELECT|db\.internal|sql|418/)
    assert.match(logged.join('\n'), /db\.internal/)
    assert.match(logged.join('\n'), /SELECT secret/)
  })

  it('says a subgraph’s words too when it is told to', async (t) => {
    const host = await isthmusOver(t, await shopFor(t), { subgraphErrors: 'MESSAGE' })
    const { errors = [] } = await host.post({ query: '{ refused }' })
    assert.deepEqual(
      errors.map(({ message, extensions: { code, sql } }) => [message, code, sql]),
      [['Out of stock at db.internal', 'OUT_OF_STOCK', undefined]],
    )
  })

  it('sends the headers it is told to, and none of the client’s by itself', async (t) => {
    const shop = await shopFor(t)
    const plain = await isthmusOver(t, shop)
    const told = await isthmusOver(t, shop, {
      headers: ({ name, context: { headers } }) => ({ 'x-for': name, 'x-who': headers.from ?? '' }),
    })
    await plain.post({ query: '{ me { name } }' }, { from: 'ann', authorization: 'Bearer a' })
    await told.post({ query: '{ me { name } }' }, { from: 'ann', authorization: 'Bearer a' })
    const [first, second] = shop.asked.map(({ headers }) => headers)
    assert.deepEqual([first?.['x-who'], first?.authorization], [undefined, undefined])
    assert.deepEqual(
      [second?.['x-who'], second?.['x-for'], second?.authorization],
      ['ann', 'accounts', undefined],
    )
  })

  it('a slow subgraph takes only its own fields, after its time', async (t) => {
    const shop = await shopFor(t)
    const host = await isthmusOver(t, shop, {
      timeoutMs: (name) => (name === 'reviews' ? 1 : 9_000),
    })
    const go = shop.hold()
    t.after(go)
    const pending = host.post({ query: '{ reviews { id } }' })
    const answer = await pending
    assert.deepEqual(answer.data, { reviews: null })
    assert.deepEqual(codesOf(answer), ['SOURCE_TIMEOUT'])
  })

  it('a signal that aborts stops the calls that are under way', async (t) => {
    const shop = await shopFor(t)
    const leaving = new AbortController()
    const host = await isthmusOver(t, shop, { signal: () => leaving.signal })
    t.after(shop.hold())
    const pending = host.post({ query: '{ me { name } }' })
    while (shop.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    leaving.abort()
    assert.deepEqual(codesOf(await pending), ['CANCELLED'])
  })
})

describe('buildService', () => {
  class Authenticated extends RemoteGraphQLDataSource<Context> {
    override willSendRequest(options: GraphQLDataSourceProcessOptions<Context>): void {
      if (options.kind !== 'incoming operation') return
      options.request.http?.headers.set('x-who', options.context.headers.from ?? '')
    }
  }

  it('a RemoteGraphQLDataSource with willSendRequest goes on working', async (t) => {
    const shop = await shopFor(t)
    shop.cacheControl.set('accounts', 'max-age=7')
    const host = await isthmusOver(t, shop, {
      buildService: ({ url }) => new Authenticated({ url: url ?? '' }),
    })
    const query = '{ me { name } }'
    const { data, headers } = await host.post({ query }, { from: 'ann' })
    assert.deepEqual(data, { me: { name: 'Ann' } })
    assert.deepEqual(
      shop.asked.map((each) => each.headers['x-who']),
      ['ann'],
    )
    assert.equal(headers.get('cache-control'), 'max-age=7, public')
  })

  it('what it throws is a code and a path, nothing else', async (t) => {
    const shop = await shopFor(t)
    const failing = (message: string, code?: string) =>
      class extends RemoteGraphQLDataSource {
        override willSendRequest(): void {
          throw code === undefined
            ? new TypeError(message)
            : new GraphQLError(message, { extensions: { code, response: { url: 'x' } } })
        }
      }
    for (const [given, expected] of [
      [undefined, 'SOURCE_UNAVAILABLE'],
      ['UNAUTHENTICATED', 'UNAUTHENTICATED'],
    ] as const) {
      const Failing = failing('at http://db.internal', given)
      const host = await isthmusOver(t, shop, {
        buildService: ({ url }) => new Failing({ url: url ?? '' }),
      })
      const answer = await host.post({ query: '{ me { name } }' })
      assert.deepEqual(answer.data, { me: null })
      assert.deepEqual(codesOf(answer), [expected])
      assert.doesNotMatch(JSON.stringify(answer), /db\.internal|response/)
    }
  })
})

describe('a supergraph that is brought and updated', () => {
  const more = {
    ...Object.fromEntries(
      Object.entries(shopSubgraphs).map(([name, { typeDefs }]) => [name, typeDefs]),
    ),
    reviews: (shopSubgraphs['reviews']?.typeDefs ?? '').replace(
      'body: String',
      'body: String text: String',
    ),
  }
  const less = { accounts: shopSubgraphs['accounts']?.typeDefs ?? '' }

  /** A host whose supergraph the test updates; `next()` resolves when one was taken. */
  async function updatable(t: TestContext, shop: Shop) {
    let update: (sdl: string) => void = () => assert.fail('not initialised')
    let taken = Promise.withResolvers<void>()
    const logged: string[] = []
    const cleaned: string[] = []
    const host = await isthmusOver(
      t,
      shop,
      {
        logger: { ...silent, error: (text: string) => void logged.push(text) },
        supergraphSdl: (hooks) => {
          update = hooks.update
          const cleanup = () => {
            cleaned.push('cleanup')
            return Promise.resolve()
          }
          return Promise.resolve({ supergraphSdl: shop.supergraphSdl, cleanup })
        },
      },
      [
        {
          serverWillStart: () =>
            Promise.resolve({
              schemaDidLoadOrUpdate: () => {
                taken.resolve()
                taken = Promise.withResolvers()
              },
            }),
        },
      ],
    )
    return {
      host,
      logged,
      cleaned,
      next: () => taken.promise,
      update: (sdl: string) => update(sdl),
    }
  }

  it('an update is taken while a request is in flight, and breaks nothing', async (t) => {
    const shop = await shopFor(t)
    const { host, update, next } = await updatable(t, shop)
    const question = { query: '{ reviews { id author { name } } }' }
    const before = (await host.post(question)).data
    const go = shop.hold()
    const seen = shop.asked.length
    const pending = host.post(question)
    while (shop.asked.length === seen) await new Promise((resolve) => setTimeout(resolve, 5))
    const taken = next()
    update(shop.compose(less))
    await taken
    assert.deepEqual(codesOf(await host.post(question)), ['GRAPHQL_VALIDATION_FAILED'])
    go()
    const { data, errors } = await pending
    assert.deepEqual([data, errors], [before, undefined])
    const another = next()
    update(shop.compose(more))
    await another
    assert.deepEqual((await host.post({ query: '{ reviews { text } }' })).status, 200)
  })

  const bad: readonly (readonly [name: string, sdl: string, thrown: RegExp])[] = [
    ['is no GraphQL', 'type Query {', /Syntax Error/],
    [
      'has rules that are not enforced',
      'schema @link(url: "https://specs.apollo.dev/policy/v0.1", for: SECURITY) { query: Query } directive @link(url: String!, for: P) on SCHEMA enum P { SECURITY } type Query { a: Int }',
      /refused/,
    ],
  ]
  for (const [name, sdl, thrown] of bad) {
    it(`one that ${name} is thrown back, and the old one goes on`, async (t) => {
      const { host, update } = await updatable(t, await shopFor(t))
      assert.throws(() => update(sdl), thrown)
      assert.deepEqual((await host.post({ query: '{ me { name } }' })).data, {
        me: { name: 'Ann' },
      })
    })
  }

  it('one that only the planner refuses is logged, and the old one goes on', async (t) => {
    const { host, update, logged } = await updatable(t, await shopFor(t))
    update('type Query { a: Int }')
    while (logged.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.match(logged.join(), /changed nothing.*SUPERGRAPH|cannot be loaded/s)
    assert.deepEqual((await host.post({ query: '{ me { name } }' })).data, { me: { name: 'Ann' } })
  })

  it('comes from IntrospectAndCompose, which asks through our HTTP', async (t) => {
    const shop = await shopFor(t)
    const subgraphs = Object.entries(shop.urls).map(([name, url]) => ({ name, url }))
    const host = await isthmusOver(t, shop, {
      supergraphSdl: new IntrospectAndCompose({
        subgraphs,
        subgraphHealthCheck: true,
        introspectionHeaders: { 'x-introspection': 'yes' },
      }),
    })
    assert.equal(shop.asked[0]?.headers['x-introspection'], 'yes')
    assert.ok(shop.asked.some(({ query }) => query.includes('__ApolloServiceHealthCheck__')))
    const { data } = await host.post({ query: '{ me { reviews { product { name } } } }' })
    assert.deepEqual(data, {
      me: { reviews: [{ product: { name: 'Table' } }, { product: { name: 'Couch' } }] },
    })
  })

  it('stop() cleans the manager up, once, and answers nobody any more', async (t) => {
    const shop = await shopFor(t)
    const { host, cleaned, update } = await updatable(t, shop)
    await host[Symbol.asyncDispose]()
    assert.deepEqual(cleaned, ['cleanup'])
    assert.throws(() => update(shop.compose(more)), /stopped/)
  })

  it('one that cannot be loaded at the start fails the start', async () => {
    for (const supergraphSdl of ['type Query {', () => Promise.reject(new Error('no registry'))]) {
      const gateway = new IsthmusGateway({ supergraphSdl, logger: silent })
      await assert.rejects(gateway.load(), /Syntax Error|no registry/)
      await gateway.stop()
    }
  })
})

describe('rules of the schema', () => {
  const protectedShop = {
    staff: {
      typeDefs: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@authenticated", "@requiresScopes"])
        type Query { open: Int known: Int @authenticated pay: Int @requiresScopes(scopes: [["pay:read"]]) }`,
      resolvers: { Query: { open: () => 1, known: () => 2, pay: () => 3 } },
    },
  }
  const query = '{ open known pay }'
  const who: readonly (readonly [
    name: string,
    options: Options,
    data: object,
    refused: string[],
  ])[] = [
    ['without a principal function', {}, { open: 1, known: null, pay: null }, ['known', 'pay']],
    [
      'for nobody',
      { principal: () => null },
      { open: 1, known: null, pay: null },
      ['known', 'pay'],
    ],
    [
      'for somebody without scopes',
      { principal: () => ({ scopes: [] }) },
      { open: 1, known: 2, pay: null },
      ['pay'],
    ],
    [
      'for the right scope',
      { principal: () => Promise.resolve({ scopes: ['pay:read'] }) },
      { open: 1, known: 2, pay: 3 },
      [],
    ],
  ]
  for (const [name, options, data, refused] of who) {
    it(`are enforced ${name}`, async (t) => {
      const shop = await shopFor(t, protectedShop)
      shop.cacheControl.set('staff', 'max-age=60, public')
      const host = await isthmusOver(t, shop, options)
      const answer = await host.post({ query })
      assert.deepEqual(answer.data, data)
      assert.deepEqual(
        (answer.errors ?? []).map(({ path, extensions: { code } }) => [path?.[0], code]),
        refused.map((field) => [field, 'UNAUTHORIZED_FIELD_OR_TYPE']),
      )
      for (const field of refused)
        assert.doesNotMatch(shop.asked[0]?.query ?? field, new RegExp(field))
      // A shared cache must not hand it to another caller.
      if (refused.length === 0) {
        assert.equal(answer.headers.get('cache-control'), 'max-age=60, private')
      }
    })
  }

  it('a principal function that fails answers nothing', async (t) => {
    const shop = await shopFor(t, protectedShop)
    const host = await isthmusOver(t, shop, {
      principal: () => Promise.reject(new Error('no issuer')),
    })
    const answer = await host.post({ query })
    assert.equal(answer.data, undefined)
    assert.equal(answer.status, 500)
    assert.deepEqual(shop.asked, [])
  })
})
