/** What is sent to hold the gateway up or to mislead it is refused, by code and status. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { pino } from 'pino'
import { attacks, raw, type Target } from '../support/attacks.ts'
import { startHttp, type HttpGateway } from '../support/http.ts'

const written: string[] = []
const log = pino({}, { write: (line: string) => void written.push(line) })
const origin = 'https://app.example.com'

let gateway: HttpGateway
let target: Target
before(async () => {
  gateway = await startHttp((config) => ({ ...config, corsOrigins: [origin] }), { log })
  target = { port: Number(new URL(gateway.url).port), token: gateway.token('admin') }
})
after(() => gateway[Symbol.asyncDispose]())

const viewer = { query: '{ viewer { subject } }' }

describe('resource attacks', () => {
  for (const attack of attacks) {
    it(`${attack.name}: ${attack.expected.code}`, async () => {
      const { status, code } = await attack.send(target)
      // Who is still writing when it is refused may see the connection end before the answer.
      if (status === 0) assert.equal(attack.expected.status, 413)
      else assert.deepEqual({ status, code }, attack.expected)
      assert.equal((await gateway.post(viewer)).status, 200)
    })
  }
})

describe('an answer to a page of another origin', () => {
  it('says all that it varies by', async () => {
    const headers = { origin, authorization: `Bearer ${gateway.token('admin')}` }
    const schema = await fetch(`${gateway.url}/schema.graphql`, { headers })
    await schema.text()
    assert.equal(schema.headers.get('vary'), 'origin, authorization')
    const large = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'accept-encoding': 'gzip' },
      body: JSON.stringify({
        query: '{ customers(first: 500) { nodes { id name segment { name } } } }',
      }),
    })
    await large.text()
    assert.equal(large.headers.get('content-encoding'), 'gzip')
    assert.equal(large.headers.get('vary'), 'origin, accept-encoding')
  })
})

describe('bodies', () => {
  it('may be compressed', async () => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        authorization: `Bearer ${target.token}`,
      },
      body: gzipSync(JSON.stringify(viewer)),
    })
    assert.deepEqual(await response.json(), { data: { viewer: { subject: 'kao.admin' } } })
  })

  const wrong = { unknown: 'compress', twice: 'gzip, gzip' }
  for (const [name, encoding] of Object.entries(wrong)) {
    it(`with an encoding that is ${name} are refused`, async () => {
      const answer = await gateway.post(viewer, { headers: { 'content-encoding': encoding } })
      assert.equal(answer.status, 415)
    })
  }

  it('that are not what they say are refused', async () => {
    const answer = await gateway.post(viewer, { headers: { 'content-encoding': 'gzip' } })
    assert.deepEqual(
      [answer.status, answer.json().errors?.[0]?.extensions.code],
      [400, 'BAD_REQUEST'],
    )
  })
})

describe('HTTP', () => {
  const head = (extra: string) =>
    `POST /graphql HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${extra}\r\n`
  const smuggled = {
    'two lengths': head('Content-Length: 2\r\nContent-Length: 30\r\n') + '{}',
    'a length and chunks':
      head('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n') + '0\r\n\r\n',
    'a header that is too long': head(`X-Long: ${'x'.repeat(20_000)}\r\n`),
  }
  for (const [name, text] of Object.entries(smuggled)) {
    it(`${name} are refused by the parser`, async () => {
      assert.match(await raw(target.port, text), /^HTTP\/1\.1 4(00|31) /)
    })
  }

  it('pipelined requests are answered in their order', async () => {
    const one = (path: string, connection: string) =>
      `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: ${connection}\r\n\r\n`
    const answer = await raw(
      target.port,
      one('/health/live', 'keep-alive') +
        one('/nothing', 'keep-alive') +
        one('/health/ready', 'close'),
    )
    assert.deepEqual(answer.match(/HTTP\/1\.1 \d+/g), [
      'HTTP/1.1 200',
      'HTTP/1.1 404',
      'HTTP/1.1 200',
    ])
  })

  it('a line of the log cannot be forged', async () => {
    written.length = 0
    const forged = '/a\u009b31m%0a{"level":30}\u0085x'
    await raw(
      target.port,
      `GET ${forged} HTTP/1.1\r\nHost: a\r\nX-A: b\u001b[2J\r\nConnection: close\r\n\r\n`,
    )
    await gateway.post({
      query: 'query A { viewer { subject } }',
      operationName: 'B\n{"level":60}',
    })
    await gateway.post({ query: 'query A\u001b[2J { viewer { subject } }' })
    const lines = written.join('').trim().split('\n')
    for (const line of lines) {
      assert.equal(typeof JSON.parse(line), 'object')
      assert.doesNotMatch(line, /[^\u0020-\u007e]/)
      assert.doesNotMatch(line, /"level":60/)
    }
    assert.ok(lines.length >= 2)
  })

  it('a token in an address is refused, whatever it is called', async () => {
    for (const name of ['access_token', 'token', 'Authorization', 'id_token']) {
      const response = await fetch(`${gateway.url}/graphql?${name}=${target.token}`)
      const text = await response.text()
      assert.equal(response.status, 400)
      assert.match(text, /may not carry a token/)
      assert.doesNotMatch(text, new RegExp(target.token))
    }
  })

  it('anonymous callers get health, and no question, schema or explanation', async () => {
    assert.equal((await fetch(`${gateway.url}/health/live`)).status, 200)
    assert.equal((await fetch(`${gateway.url}/schema.graphql`)).status, 401)
    const answer = await gateway.post(viewer, { token: null, headers: { 'isthmus-explain': '1' } })
    assert.equal(answer.status, 401)
  })

  it('only pages of allowed origins may ask', async () => {
    const preflight = (from: string) =>
      fetch(`${gateway.url}/graphql`, {
        method: 'OPTIONS',
        headers: { origin: from, 'access-control-request-method': 'POST' },
      })
    const allowed = await preflight(origin)
    assert.equal(allowed.status, 204)
    assert.equal(allowed.headers.get('access-control-allow-origin'), origin)
    assert.equal(allowed.headers.get('access-control-allow-credentials'), null)
    for (const other of ['https://evil.example', 'null', `${origin}.evil.example`]) {
      const refused = await preflight(other)
      assert.equal(refused.headers.get('access-control-allow-origin'), null)
      assert.notEqual(refused.status, 204)
    }
  })

  it('answers say what browsers may do with them', async () => {
    const { headers } = await gateway.post(viewer)
    assert.equal(headers.get('x-content-type-options'), 'nosniff')
    assert.equal(headers.get('strict-transport-security'), null) // nobody knows it by https
    assert.equal(
      headers.get('content-security-policy'),
      "default-src 'none'; frame-ancestors 'none'",
    )
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.equal(headers.get('set-cookie'), null)
  })
})
