/**
 * Another company's supergraph, given as SDL: our tokens are taken, their scopes count as far as its
 * schema names them, what it lacks for looking callers up is no reason to fail, and its systems are
 * asked nothing but the question.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { startHttp } from '../support/http.ts'

/** Has an `employee`, but not ours; names one scope of our roles and one that no role has. */
const shop = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requiresScopes"])
  type Query {
    books: [Book!]
    employee(id: Int!): Person
  }
  type Book @key(fields: "isbn") {
    isbn: ID!
    title: String
    buyer: String @requiresScopes(scopes: [["crm:contact-pii:read"]])
    cost: Int @requiresScopes(scopes: [["shop:cost:read"]])
  }
  type Person { id: Int! }
`

async function foreignGateway(t: TestContext) {
  const asked: { query: string; headers: IncomingHttpHeaders }[] = []
  const system = createServer((request, response) => {
    void (async () => {
      const { query } = (await json(request)) as { query: string }
      asked.push({ query, headers: request.headers })
      response.writeHead(200, { 'content-type': 'application/json' })
      const books = [{ isbn: '1', title: 'Pumps', buyer: 'Ann', cost: 3 }]
      response.end(JSON.stringify({ data: { books } }))
    })()
  }).listen(0, '127.0.0.1')
  await once(system, 'listening')
  const url = `http://127.0.0.1:${(system.address() as AddressInfo).port}/graphql`
  const { supergraphSdl } = composeServices([{ name: 'shop', url, typeDefs: parse(shop) }])
  assert.ok(supergraphSdl)
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-foreign-'))
  const supergraph = join(folder, 'supergraph.graphql')
  writeFileSync(supergraph, supergraphSdl)
  const gateway = await startHttp((config) => ({ ...config, supergraph }))
  t.after(async () => {
    await gateway[Symbol.asyncDispose]()
    system.closeAllConnections()
    system.close()
    rmSync(folder, { recursive: true })
  })
  return { gateway, asked }
}

describe('a foreign supergraph with tokens', () => {
  const query = '{ books { title buyer cost } }'
  const rights: readonly [identity: 'sales' | 'finance' | 'admin', book: object, denied: number][] =
    [
      ['sales', { title: 'Pumps', buyer: 'Ann', cost: null }, 1],
      ['finance', { title: 'Pumps', buyer: null, cost: null }, 2],
      ['admin', { title: 'Pumps', buyer: 'Ann', cost: 3 }, 0],
    ]
  for (const [identity, book, denied] of rights) {
    it(`gives ${identity} what its scopes are worth there`, async (t) => {
      const { gateway } = await foreignGateway(t)
      const response = await gateway.post({ query }, { token: gateway.token(identity) })
      const { data, errors = [] } = response.json()
      assert.equal(response.status, 200)
      assert.deepEqual(data, { books: [book] })
      assert.deepEqual(
        errors.map(({ extensions }) => extensions.code),
        Array.from({ length: denied }, () => 'UNAUTHORIZED_FIELD_OR_TYPE'),
      )
    })
  }

  it('its systems are asked the question and nothing else, and told nothing of the caller', async (t) => {
    const { gateway, asked } = await foreignGateway(t)
    const token = gateway.token('sales')
    for (let at = 0; at < 3; at += 1) await gateway.post({ query }, { token })
    assert.equal(asked.length, 3)
    for (const { query: sent, headers } of asked) {
      assert.doesNotMatch(sent, /employee|Facts/)
      assert.equal(headers.authorization, undefined)
    }
  })

  it('answers nobody without a token', async (t) => {
    const { gateway, asked } = await foreignGateway(t)
    assert.equal((await gateway.post({ query }, { token: null })).status, 401)
    assert.deepEqual(asked, [])
  })

  for (const identity of ['partner', 'agency'] as const) {
    it(`asks nothing for the ${identity}, whose rows its systems cannot tell from others`, async (t) => {
      const { gateway, asked } = await foreignGateway(t)
      const { data, errors = [] } = (
        await gateway.post({ query: '{ books { title } }' }, { token: gateway.token(identity) })
      ).json()
      assert.deepEqual(data, { books: null })
      assert.deepEqual(
        errors.map(({ extensions }) => extensions.code),
        ['FORBIDDEN'],
      )
      assert.deepEqual(asked, [])
    })
  }
})
