/** The pages over real HTTP with a bundle of two files: policy, caching, paths, who gets a demo token. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { buildSchema, type GraphQLSchema } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { listen, sendError } from '#shared/http-server.ts'
import type { Built, Bundle } from '../../../gateway/pages/bundled.ts'
import { createPages, type PagesOptions } from '../../../gateway/pages/pages.ts'
import type { Report } from '../../../gateway/reports/library.ts'

const question: Report = {
  name: 'who',
  title: 'Who am I?',
  theme: 'People',
  description: 'One row.',
  operation: 'query Who { viewer { subject } }',
  variables: {},
  identity: 'hr',
  rows: 'viewer',
  columns: [{ path: 'subject', label: 'Subject' }],
}

const demo = {
  mode: 'demo',
  questions: [question],
  identities: [{ name: 'hr', label: 'HR manager' }],
  demoToken: (name: string) => (name in { hr: true } ? 'a-token' : null),
} as const

const production = { ...demo, mode: 'production', identities: [], demoToken: null } as const

const schemas: Readonly<Record<string, GraphQLSchema>> = {
  all: buildSchema('type Query { viewer: Viewer } type Viewer { subject: ID! }'),
  other: buildSchema('type Query { viewer: Viewer } type Viewer { name: String }'),
}

const script = 'console.log("a bundle")'

function bundleFolder(): Built & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-pages-'))
  const files = { 'main-A1.js': script, 'main-A1.js.gz': gzipSync(script), 'main-A1.css': 'a{}' }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return {
    script: 'main-A1.js',
    styles: 'main-A1.css',
    tokens: { script: 'tokens-A1.js', styles: 'tokens-A1.css' },
    logo: 'logo-A1.svg',
    folder,
    files: new Set(Object.keys(files)),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

interface Answered {
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
}

/** node:http instead of fetch: it sends paths as they are, and forged Host and Sec-Fetch headers. */
async function ask(
  options: Omit<PagesOptions, 'bundle'>,
  path: string,
  { method = 'GET', headers = {}, body = '' }: Asked = {},
  state?: ReturnType<Bundle['state']>,
): Promise<Answered> {
  using built = bundleFolder()
  const pages = createPages({ ...options, bundle: { state: () => state ?? built } })
  const server = await listen(
    async (incoming, response) => {
      const schemaSeen = async () => {
        const seen = schemas[incoming.headers.authorization ?? '']
        if (seen === undefined) throw new AppError('UNAUTHENTICATED', 'who?')
        return await Promise.resolve(seen)
      }
      try {
        if (!(await pages(incoming, response, schemaSeen)))
          throw new AppError('NOT_FOUND', 'not a page')
      } catch (error) {
        sendError(response, error instanceof AppError ? error : new AppError('INTERNAL', ''), {})
      }
    },
    { host: '127.0.0.1', port: 0 },
  )
  try {
    return await new Promise((resolve, reject) => {
      const asking = request(server.url, { path, method, headers, agent: false }, (response) => {
        let text = ''
        response.setEncoding('latin1').on('data', (chunk: string) => (text += chunk))
        response.once('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: text }),
        )
      })
      asking.once('error', reject).end(body)
    })
  } finally {
    await server.close(100)
  }
}

describe('the Playground page', () => {
  it('allows scripts of this origin only, and nobody may frame it', async () => {
    const { status, headers, body } = await ask(demo, '/playground')
    assert.equal(status, 200)
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /^default-src 'none'; script-src 'self';/)
    assert.match(policy, /connect-src 'self'/)
    assert.match(policy, /frame-ancestors 'none'/)
    assert.doesNotMatch(policy, /unsafe-eval|script-src[^;]*unsafe-inline|https?:|\*/)
    assert.doesNotMatch(body, /<script(?![^>]*src="\/playground\/assets\/)|https?:\/\/|eyJ/)
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['x-content-type-options'], 'nosniff')
  })

  it('says that it is being built and reloads by itself until there is a bundle', async () => {
    const { status, headers, body } = await ask(demo, '/playground', {}, 'BEING_BUILT')
    assert.equal(status, 503)
    assert.equal(headers['refresh'], '2')
    assert.match(body, /being built/)
  })

  it('says when it could not be built, and does not reload', async () => {
    const { status, headers, body } = await ask(demo, '/playground', {}, 'FAILED')
    assert.equal(status, 503)
    assert.equal(headers['refresh'], undefined)
    assert.match(body, /could not be built/)
  })

  it('is where the root leads to, and leaves other addresses to others', async () => {
    const { status, headers } = await ask(demo, '/')
    assert.deepEqual([status, headers['location']], [302, '/playground'])
    assert.match((await ask(demo, '/playgrounds')).body, /not a page/)
  })
})

describe('the page of tokens', () => {
  it('has its own script, the same policy, and nothing of anybody', async () => {
    const { status, headers, body } = await ask(demo, '/tokens')
    const { headers: others } = await ask(demo, '/playground')
    assert.equal(status, 200)
    assert.match(body, /src="\/playground\/assets\/tokens-A1\.js"/)
    assert.doesNotMatch(body, /isthmus_|eyJ/)
    assert.equal(headers['content-security-policy'], others['content-security-policy'])
    assert.equal(headers['cache-control'], 'no-store')
  })
})

describe('the files of the bundle', () => {
  it('are kept for ever, because their names carry their hash', async () => {
    const { status, headers, body } = await ask(demo, '/playground/assets/main-A1.js')
    assert.equal(status, 200)
    assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
    assert.equal(headers['content-type'], 'text/javascript; charset=utf-8')
    assert.equal(body, script)
  })

  it('come compressed to those who accept it', async () => {
    const encodingFor = async (accepted: string) =>
      (
        await ask(demo, '/playground/assets/main-A1.js', {
          headers: { 'accept-encoding': accepted },
        })
      ).headers['content-encoding']
    assert.equal(await encodingFor('br, gzip'), 'gzip') // there is no .br beside this one
    assert.equal(await encodingFor('gzip;q=0'), undefined)
    assert.equal(await encodingFor('identity'), undefined)
  })

  for (const path of [
    '/playground/assets/../../package.json',
    '/playground/assets/..%2f..%2fpackage.json',
    '/playground/assets/%2e%2e/pages.ts',
    '/playground/assets//etc/passwd',
    '/playground/assets/main-A1.js%00.css',
    '/playground/assets/main-A1.js.gz',
    '/playground/assets/',
    '/playground/../package.json',
  ]) {
    it(`there is nothing at ${path}`, async () => {
      const { status, body } = await ask(demo, path)
      assert.equal(status, 404)
      assert.doesNotMatch(body, /dependencies|root:/)
    })
  }
})

describe('the configuration of the page', () => {
  it('has, in demo mode, who there is, and nothing of the schema', async () => {
    const { body, headers } = await ask(demo, '/playground/config.json')
    assert.equal(headers['cache-control'], 'no-store')
    assert.deepEqual(JSON.parse(body), { mode: 'demo', identities: demo.identities })
  })

  it('names no demo identity in production', async () => {
    const { body } = await ask(production, '/playground/config.json')
    assert.doesNotMatch(body, /HR manager|"hr"/)
  })
})

describe('the saved questions', () => {
  const path = '/playground/questions.json'
  const questionsOf = async (authorization: string, options: typeof demo | typeof production) =>
    JSON.parse((await ask(options, path, { headers: { authorization } })).body).questions

  it('are told to nobody without a token', async () => {
    for (const options of [demo, production]) {
      const { status, body } = await ask(options, path)
      assert.equal(status, 401)
      assert.doesNotMatch(body, /viewer|Who am I/)
    }
  })

  it('are those that the caller can ask, and not kept for another one', async () => {
    const { identity: _, ...shown } = question
    const { headers } = await ask(demo, path, { headers: { authorization: 'all' } })
    assert.equal(headers['cache-control'], 'private, no-store')
    assert.equal(headers['vary'], 'authorization')
    assert.deepEqual(await questionsOf('all', demo), [{ ...shown, reader: 'HR manager' }])
    assert.deepEqual(await questionsOf('other', demo), [])
  })

  it('name no demo identity in production', async () => {
    assert.equal((await questionsOf('all', production))[0].reader, null)
  })
})

describe('a demo token', () => {
  const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' }
  const body = '{"as":"hr"}'
  const asking = { method: 'POST', headers, body }
  const path = '/playground/demo-token'

  it('is given to the page of this origin, and is not kept by anybody', async () => {
    const answer = await ask(demo, path, asking)
    assert.equal(answer.status, 200)
    assert.deepEqual(JSON.parse(answer.body), { token: 'a-token' })
    assert.equal(answer.headers['cache-control'], 'no-store')
  })

  it('does not exist in production', async () => {
    assert.equal((await ask(production, path, asking)).status, 404)
  })

  const refused: Readonly<Record<string, Asked>> = {
    'a page of another site': {
      ...asking,
      headers: { ...headers, 'sec-fetch-site': 'cross-site' },
    },
    'a page of another port': { ...asking, headers: { ...headers, 'sec-fetch-site': 'same-site' } },
    'somebody who does not say where it comes from': {
      ...asking,
      headers: { 'content-type': 'application/json' },
    },
    'a foreign origin': { ...asking, headers: { ...headers, origin: 'http://evil.example' } },
    'a foreign name for this machine': { ...asking, headers: { ...headers, host: 'evil.example' } },
    'a plain form': { ...asking, headers: { ...headers, 'content-type': 'text/plain' } },
    'a link': { method: 'GET', headers },
  }
  for (const [who, forged] of Object.entries(refused)) {
    it(`is not given to ${who}`, async () => {
      const answer = await ask(demo, path, forged)
      assert.equal(answer.status, 403)
      assert.doesNotMatch(answer.body, /a-token/)
    })
  }

  it('needs the name of a demo identity, in a small body', async () => {
    const statusOf = async (text: string) =>
      (await ask(demo, path, { ...asking, body: text })).status
    assert.equal(await statusOf('{"as":"toString"}'), 400)
    assert.equal(await statusOf('{}'), 400)
    assert.equal(await statusOf('{'), 400)
    assert.equal(await statusOf(`{"as":"${'x'.repeat(2_000)}"}`), 413)
  })
})
