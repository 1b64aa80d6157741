/**
 * A subgraph never controls the client's response. Real HTTP subgraphs misbehave in every way we know
 * of; the client gets our status, our codes and our paths, and not a word of theirs.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { createGzip, gzipSync } from 'node:zlib'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { createApp, type App } from '../../gateway/app.ts'
import { readConfig } from '../../gateway/config.ts'
import { noLog } from '../../gateway/log.ts'
import type { ErrorJson } from '../support/http.ts'

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'

const schemas = {
  catalog: `
    type Query { products: [Product!] motto: String media: Media }
    interface Media { title: String }
    type Book implements Media { title: String }
    scalar JSON
    type Product @key(fields: "id") {
      id: ID! name: String! price: Int weight: Float colour: Colour isNew: Boolean tags: [String!] extra: JSON
    }
    enum Colour { RED BLUE }
  `,
  reviews: 'type Product @key(fields: "id") { id: ID! rating: Int stars: Int! }',
} as const
type System = keyof typeof schemas

/** Stands in everything that a subgraph says and nobody should hear. */
const secret = 'hunter2'

const json =
  (body: unknown, { status = 200, headers = {} } = {}): RequestListener =>
  (_, response) =>
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(typeof body === 'string' ? body : JSON.stringify(body))

const product = (fields: object) => ({ __typename: 'Product', id: '1', name: 'Pump', ...fields })
const products = (...fields: object[]) => ({ data: { products: fields.map(product) } })
const entities = (...of: unknown[]) => ({ data: { _entities: of } })

const honest: Readonly<Record<System, RequestListener>> = {
  catalog: json({
    data: { products: [product({}), product({ id: '2', name: 'Valve' })], motto: 'Flow' },
  }),
  reviews: json(entities({ rating: 5, stars: 1 }, { rating: 4, stars: 2 })),
}

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly data: unknown
  /** Each error as `code path`. */
  readonly errors: readonly string[]
}

describe('a subgraph that misbehaves', () => {
  let app: App
  let url: string
  let stop: () => Promise<void>
  const behaviour: Record<System, RequestListener> = { ...honest }
  let timeoutMs = 20_000
  let elsewhere: Server
  let visits = 0

  before(async () => {
    const servers = await Promise.all(
      (['catalog', 'reviews'] as const).map(async (name) => {
        const server = createServer((request, response) => behaviour[name](request, response))
        await once(server.listen(0, '127.0.0.1'), 'listening')
        return { name, server, url: `http://127.0.0.1:${portOf(server)}/graphql` }
      }),
    )
    elsewhere = createServer((_, response) => {
      visits += 1
      response.end('{"data":{"products":[]}}')
    })
    await once(elsewhere.listen(0, '127.0.0.1'), 'listening')
    const { supergraphSdl } = composeServices(
      servers.map((each) => ({ ...each, typeDefs: parse(link + schemas[each.name]) })),
    )
    assert.ok(supergraphSdl)
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-hostile-'))
    const supergraph = join(folder, 'supergraph.graphql')
    writeFileSync(supergraph, supergraphSdl)
    app = await createApp(
      {
        ...readConfig({ ISTHMUS_DATA: folder, PORT: '0' }),
        supergraph,
        noAuth: true,
        internalSecret: 's'.repeat(40),
        system: () => ({ source: 'http', url: undefined, timeoutMs }),
      },
      { log: noLog },
    )
    const listening = await app.listen(null)
    url = listening.url
    stop = async () => {
      await listening.close(1_000)
      await app[Symbol.asyncDispose]()
      for (const { server } of [...servers, { server: elsewhere }]) {
        server.closeAllConnections()
        server.close()
      }
      rmSync(folder, { recursive: true })
    }
  })
  after(() => stop())
  beforeEach(() => {
    Object.assign(behaviour, honest)
    timeoutMs = 20_000
    visits = 0
  })

  async function ask(query: string): Promise<Answer> {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    const text = await response.text()
    const { data, errors = [] } = JSON.parse(text) as { data: unknown; errors?: ErrorJson[] }
    assert.doesNotMatch(text, new RegExp(secret))
    for (const { extensions } of errors) {
      assert.deepEqual(Object.keys(extensions).toSorted(), ['code', 'requestId'])
    }
    return {
      status: response.status,
      headers: response.headers,
      text,
      data,
      errors: errors.map(({ path, extensions }) => `${extensions.code} ${path?.join('.') ?? '-'}`),
    }
  }

  it('is heard while it behaves', async () => {
    const { data, errors } = await ask('{ products { name rating stars } }')
    assert.deepEqual(errors, [])
    assert.deepEqual(data, {
      products: [
        { name: 'Pump', rating: 5, stars: 1 },
        { name: 'Valve', rating: 4, stars: 2 },
      ],
    })
  })

  /** What the catalog answers to `{ products { name } }` instead, and the code that the client gets. */
  const roots: Readonly<Record<string, readonly [answer: RequestListener, code: string]>> = {
    'a page instead of GraphQL': [
      json(`<h1>${secret}</h1>`, { headers: { 'content-type': 'text/html' } }),
      'SOURCE_DATA_INVALID',
    ],
    'a status of failure': [json(secret, { status: 503 }), 'SOURCE_UNAVAILABLE'],
    'that the client is not authenticated': [
      json(secret, { status: 401, headers: { 'www-authenticate': `Basic realm="${secret}"` } }),
      'SOURCE_DATA_INVALID',
    ],
    'nothing, by 204': [json('', { status: 204 }), 'SOURCE_DATA_INVALID'],
    null: [json('null'), 'SOURCE_DATA_INVALID'],
    'a list': [json([products({})]), 'SOURCE_DATA_INVALID'],
    'neither data nor errors': [json({ extensions: { secret } }), 'SOURCE_DATA_INVALID'],
    'data that is null': [json({ data: null }), 'SOURCE_DATA_INVALID'],
    'data that is a text': [json({ data: secret }), 'SOURCE_DATA_INVALID'],
    'data that is a list': [json({ data: [] }), 'SOURCE_DATA_INVALID'],
    'data without the field': [json({ data: {} }), 'SOURCE_DATA_INVALID'],
    'an object for a list': [json({ data: { products: product({}) } }), 'SOURCE_DATA_INVALID'],
    'a text for a list': [json({ data: { products: secret } }), 'SOURCE_DATA_INVALID'],
    'errors that are a text': [json({ errors: secret }), 'SOURCE_DATA_INVALID'],
    'errors that are null each': [json({ data: null, errors: [null] }), 'SOURCE_DATA_INVALID'],
    'errors that are texts': [json({ data: null, errors: [secret, 7] }), 'SOURCE_DATA_INVALID'],
    'a connection that is cut': [(request) => request.socket.destroy(), 'SOURCE_UNAVAILABLE'],
    'a body that is cut': [
      (request, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('{"data":')
        setImmediate(() => request.socket.resetAndDestroy())
      },
      'SOURCE_UNAVAILABLE',
    ],
    'what is not HTTP': [
      (request) => request.socket.end(`${secret}\r\n\r\n`),
      'SOURCE_UNAVAILABLE',
    ],
    'headers without end': [
      (request) => request.socket.write(`HTTP/1.1 200 OK\r\nx: ${secret.repeat(100_000)}`),
      'SOURCE_UNAVAILABLE',
    ],
    'an encoding that nobody knows': [
      json(products({}), { headers: { 'content-encoding': secret } }),
      'SOURCE_DATA_INVALID',
    ],
    'a body that is not what its encoding says': [
      json(products({}), { headers: { 'content-encoding': 'gzip' } }),
      'SOURCE_DATA_INVALID',
    ],
  }
  for (const [name, [answer, code]] of Object.entries(roots)) {
    it(`answers ${name}: the field is null with our code`, async () => {
      behaviour.catalog = answer
      const { status, headers, data, errors } = await ask('{ products { name } }')
      assert.equal(status, 200)
      assert.deepEqual(data, { products: null })
      assert.deepEqual(errors, [`${code} products`])
      assert.equal(headers.get('www-authenticate'), null)
    })
  }

  it('has an answer beside a status and headers of its own: only the answer counts', async () => {
    behaviour.catalog = json(
      { ...products({}), extensions: { secret, http: { status: 418, headers: { x: secret } } } },
      {
        status: 418,
        headers: { 'set-cookie': secret, 'x-own': secret, 'cache-control': secret },
      },
    )
    const { status, headers, text } = await ask('{ products { name } }')
    assert.equal(status, 200)
    assert.equal(text, '{"data":{"products":[{"name":"Pump"}]}}')
    assert.doesNotMatch(JSON.stringify([...headers]), new RegExp(secret))
  })

  /** Errors that a subgraph reports of `products`, and what the client gets of each. */
  const said: Readonly<Record<string, readonly [error: object, code: string]>> = {
    'a status for the client': [{ extensions: { http: { status: 418 } } }, 'SOURCE_DATA_INVALID'],
    'a code that would mean the client': [
      { extensions: { code: 'UNAUTHENTICATED' } },
      'SOURCE_DATA_INVALID',
    ],
    'a code of its own': [{ extensions: { code: secret } }, 'SOURCE_DATA_INVALID'],
    'a code that every object has': [
      { extensions: { code: 'constructor' } },
      'SOURCE_DATA_INVALID',
    ],
    'a code that is an object': [{ extensions: { code: { secret } } }, 'SOURCE_DATA_INVALID'],
    'extensions that are a text': [{ extensions: secret }, 'SOURCE_DATA_INVALID'],
    'extensions that are null': [{ extensions: null }, 'SOURCE_DATA_INVALID'],
    details: [
      { extensions: { code: 'BAD_USER_INPUT', argument: secret, sql: secret } },
      'BAD_USER_INPUT',
    ],
    'a message that is none': [{ message: { secret } }, 'SOURCE_DATA_INVALID'],
    'a path that is a text': [{ path: secret }, 'SOURCE_DATA_INVALID'],
    'a path that is a number': [{ path: 7 }, 'SOURCE_DATA_INVALID'],
    'a path of objects': [{ path: [{ secret }] }, 'SOURCE_DATA_INVALID'],
    'a path that nobody asked for': [{ path: [secret, 1] }, 'SOURCE_DATA_INVALID'],
    'a path below the field': [{ path: ['products', 0, secret] }, 'SOURCE_DATA_INVALID'],
    'a path into what every object has': [
      { path: ['products', '__proto__', '__proto__'] },
      'SOURCE_DATA_INVALID',
    ],
  }
  for (const [name, [error, code]] of Object.entries(said)) {
    it(`reports an error with ${name}: it is one of ours`, async () => {
      behaviour.catalog = json({
        data: { products: null },
        errors: [{ message: secret, path: ['products'], ...error }],
      })
      const { status, data, errors } = await ask('{ products { name } }')
      assert.equal(status, 200)
      assert.deepEqual(data, { products: null })
      assert.ok(errors.length > 0)
      for (const each of errors) assert.match(each, new RegExp(`^${code} products(\\.|$)`))
    })
  }

  it('reports errors without end: a few are listed', async () => {
    behaviour.catalog = json(
      `{"data":{"products":null},"errors":[${'{"path":["products",0]},'.repeat(500_000)}{}]}`,
    )
    const { data, errors } = await ask('{ products { name } }')
    assert.deepEqual(data, { products: null })
    assert.ok(errors.length > 0 && errors.length <= 51)
  })

  for (const status of [301, 302, 303, 307, 308]) {
    it(`redirects by ${status}: nobody goes there, and nothing is sent there`, async () => {
      const location = `http://localhost:${portOf(elsewhere)}/`
      behaviour.catalog = (request, response) => {
        assert.match(request.headers.authorization ?? '', /^Bearer /) // there is something to steal
        response.writeHead(status, { location }).end()
      }
      const answer = await ask('{ products { name } }')
      assert.equal(answer.status, 200)
      assert.equal(answer.headers.get('location'), null)
      assert.deepEqual(answer.errors, ['SOURCE_DATA_INVALID products'])
      assert.equal(visits, 0)
    })
  }

  /** A field of a product with a value that its type does not have. */
  const wrong: readonly (readonly [field: string, value: unknown])[] = [
    ['price', '7'],
    ['price', 1.5],
    ['price', 2 ** 31],
    ['price', true],
    ['price', [7]],
    ['price', { secret }],
    ['weight', '1.5'],
    ['colour', secret],
    ['colour', 'constructor'],
    ['colour', 7],
    ['isNew', 1],
    ['isNew', 'true'],
    ['tags', secret],
    ['tags', { 0: secret }],
  ]
  for (const [field, value] of wrong) {
    it(`answers ${JSON.stringify(value).slice(0, 30)} as ${field}: null with an error`, async () => {
      behaviour.catalog = json(products({ [field]: value }))
      const { status, data, errors } = await ask(`{ products { name ${field} } }`)
      assert.equal(status, 200)
      assert.deepEqual(data, { products: [{ name: 'Pump', [field]: null }] })
      assert.deepEqual(errors, [`SOURCE_DATA_INVALID products.0.${field}`])
    })
  }

  it('answers what nests so deep that nothing can walk it: null with an error', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    behaviour.catalog = json(
      JSON.stringify(products({ extra: 0 })).replace('"extra":0', `"extra":${deep}`),
    )
    const { status, data, errors } = await ask('{ products { name extra } }')
    assert.equal(status, 200)
    assert.deepEqual(data, { products: [{ name: 'Pump', extra: null }] })
    assert.deepEqual(errors, ['SOURCE_DATA_INVALID products.0.extra'])
  })

  it('leaves a field out: null with an error, never a silent null', async () => {
    behaviour.catalog = json(products({ price: undefined }))
    const { data, errors } = await ask('{ products { name price } }')
    assert.deepEqual(data, { products: [{ name: 'Pump', price: null }] })
    assert.deepEqual(errors, ['SOURCE_DATA_INVALID products.0.price'])
  })

  for (const name of [null, undefined, { secret }, 7]) {
    it(`answers ${JSON.stringify(name) ?? 'nothing'} where null may not stand: the null rises`, async () => {
      behaviour.catalog = json(products({ name }))
      const { data, errors } = await ask('{ products { name } motto }')
      assert.deepEqual((data as Record<string, unknown>)['products'], null)
      assert.ok(errors.includes('SOURCE_DATA_INVALID products.0.name'))
    })
  }

  for (const item of [null, 7, secret, [product({})]]) {
    it(`answers ${JSON.stringify(item).slice(0, 20)} as an item: the list is null`, async () => {
      behaviour.catalog = json({ data: { products: [item] } })
      const { data, errors } = await ask('{ products { name rating } }')
      assert.deepEqual(data, { products: null })
      assert.deepEqual(errors, ['SOURCE_DATA_INVALID products.0'])
    })
  }

  for (const typename of ['Nothing', 'Query', 'Product', 'constructor', 7, null, undefined]) {
    it(`says that a value is a ${String(typename)}: it is none of the interface`, async () => {
      behaviour.catalog = json({ data: { media: { __typename: typename, title: secret } } })
      const { data, errors } = await ask('{ media { __typename title } }')
      assert.deepEqual(data, { media: null })
      assert.deepEqual(errors, ['SOURCE_DATA_INVALID media'])
    })
  }

  /** What the reviews answer to `_entities` of two products, and what the client gets. */
  const shorts: Readonly<Record<string, unknown>> = {
    'too few entities': entities({ rating: 5 }),
    'too many entities': entities({ rating: 5 }, { rating: 4 }, { rating: 3 }),
    'no entities': entities(),
    'entities that are null': { data: { _entities: null } },
    'entities that are an object': { data: { _entities: { 0: { rating: 5 } } } },
    'entities as a text': { data: { _entities: secret } },
    'texts as entities': entities(secret, secret),
    'lists as entities': entities([{ rating: 5 }], [{ rating: 4 }]),
    'another field': { data: { [secret]: 1 } },
    null: { data: null },
    'an error only': { errors: [{ message: secret }] },
    'an error at an entity that was not asked for': {
      ...entities(null, null),
      errors: [{ message: secret, path: ['_entities', 99] }],
    },
    'an error at something else': {
      ...entities(null, null),
      errors: [{ message: secret, path: [secret, 0, 'rating'] }],
    },
  }
  for (const [name, body] of Object.entries(shorts)) {
    it(`answers ${name}: its fields are null with errors, those of others stay`, async () => {
      behaviour.reviews = json(body)
      const { status, data, errors } = await ask('{ products { name rating } }')
      assert.equal(status, 200)
      assert.deepEqual(data, {
        products: [
          { name: 'Pump', rating: null },
          { name: 'Valve', rating: null },
        ],
      })
      assert.deepEqual(errors, [
        'SOURCE_DATA_INVALID products.0.rating',
        'SOURCE_DATA_INVALID products.1.rating',
      ])
    })
  }

  it('leaves out what must be there of an entity: the null rises to the list', async () => {
    behaviour.reviews = json(entities({ stars: 1 }, {}))
    const { data, errors } = await ask('{ products { name stars } motto }')
    assert.deepEqual((data as Record<string, unknown>)['products'], null)
    assert.deepEqual(errors, ['SOURCE_DATA_INVALID products.1.stars'])
  })

  it('answers what nobody asked for: nobody gets it', async () => {
    behaviour.catalog = json({
      data: {
        products: [product({ secret, nested: { secret } }), product({ id: '2', name: 'Valve' })],
        other: secret,
      },
    })
    behaviour.reviews = json(
      entities({ rating: 5, name: secret, id: secret, secret }, { rating: 4, __typename: secret }),
    )
    const { text } = await ask('{ products { __typename id name rating } }')
    assert.equal(
      text,
      '{"data":{"products":[{"__typename":"Product","id":"1","name":"Pump","rating":5},{"__typename":"Product","id":"2","name":"Valve","rating":4}]}}',
    )
  })

  it('answers names that every object has: nothing of ours changes', async () => {
    const evil =
      '"__proto__":{"polluted":true,"rating":1},"constructor":{"prototype":{"polluted":1}}'
    behaviour.catalog = json(
      `{"data":{${evil},"products":[{"__typename":"Product","id":"1","name":"Pump",${evil}}]}}`,
    )
    behaviour.reviews = json(`{"data":{${evil},"_entities":[{${evil}}]}}`)
    const { data, errors } = await ask('{ products { name rating } }')
    assert.deepEqual(data, { products: [{ name: 'Pump', rating: null }] })
    assert.deepEqual(errors, ['SOURCE_DATA_INVALID products.0.rating'])
    assert.equal('polluted' in {}, false)
  })

  it('answers names that every object has because the client asked by them', async () => {
    const names = ['constructor', 'toString', 'hasOwnProperty', '__proto__']
    behaviour.catalog = (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { query } = JSON.parse(Buffer.concat(chunks).toString()) as { query: string }
        const aliases = [...query.matchAll(/(\w+): *name/g)].map(([, alias]) => [alias, 'Pump'])
        json({ data: { products: [Object.fromEntries(aliases)] } })(request, response)
      })
    }
    const { text } = await ask(`{ products { ${names.map((name) => `${name}: name`).join(' ')} } }`)
    assert.equal(
      text,
      `{"data":{"products":[{${names.map((name) => `"${name}":"Pump"`).join(',')}}]}}`,
    )
  })

  it('answers without end: it is cut off', async () => {
    const left = Promise.withResolvers<void>()
    behaviour.catalog = (_, response) => {
      response.once('close', left.resolve)
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = (): void => {
        while (!response.destroyed && response.write(secret.repeat(10_000)));
        response.once('drain', more)
      }
      more()
    }
    const { status, data, errors } = await ask('{ products { name } }')
    assert.equal(status, 200)
    assert.deepEqual(data, { products: null })
    assert.deepEqual(errors, ['SOURCE_DATA_INVALID products'])
    await left.promise
  })

  it('sends what unpacks to more than can be taken: it is refused', async () => {
    const bomb = await new Promise<Buffer>((resolve, reject) => {
      const chunks: Buffer[] = []
      const packing = createGzip({ level: 9 })
      packing.on('data', (chunk: Buffer) => chunks.push(chunk))
      packing.once('end', () => resolve(Buffer.concat(chunks)))
      packing.once('error', reject)
      const spaces = Buffer.alloc(1024 * 1024, ' ')
      for (let megabytes = 0; megabytes < 200; megabytes += 1) packing.write(spaces)
      packing.end(JSON.stringify(products({})))
    })
    behaviour.catalog = (_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
    assert.deepEqual((await ask('{ products { name } }')).errors, ['SOURCE_DATA_INVALID products'])
    behaviour.catalog = (_, response) =>
      response
        .writeHead(200, { 'content-encoding': 'gzip' })
        .end(gzipSync(JSON.stringify(products({}))))
    assert.deepEqual((await ask('{ products { name } }')).errors, []) // one that is none is read
  })

  const stalls: Readonly<Record<string, RequestListener>> = {
    'never answers': () => undefined,
    'begins an answer and never ends it': (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).write('{"data":')
    },
    'answers byte by byte': (_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const drip = setInterval(() => response.write(' '), 20)
      response.once('close', () => clearInterval(drip))
    },
  }
  for (const [name, answer] of Object.entries(stalls)) {
    it(`${name}: the others are heard within the time`, async () => {
      timeoutMs = 300
      const left = Promise.withResolvers<void>()
      behaviour.reviews = (request, response) => {
        response.once('close', left.resolve)
        answer(request, response)
      }
      const { status, data, errors } = await ask('{ products { name rating } }')
      assert.equal(status, 200)
      assert.deepEqual(data, {
        products: [
          { name: 'Pump', rating: null },
          { name: 'Valve', rating: null },
        ],
      })
      assert.deepEqual(errors, [
        'SOURCE_TIMEOUT products.0.rating',
        'SOURCE_TIMEOUT products.1.rating',
      ])
      await left.promise // the connection is given up as well
    })
  }
})

const portOf = (server: Server): number => (server.address() as AddressInfo).port // it listens
