/** supergraph.yaml and composition: each mistake is told with its file, its place and its code. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { AppError } from '#shared/errors.ts'
import { platformName, platformSdl } from '../../../gateway/platform/schema.ts'
import {
  committedOrComposed,
  composeSupergraph,
  supergraphFiles,
} from '../../../gateway/supergraph/compose.ts'

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])\n'
const orders = `${link}type Query { orders: [Order!] }\ntype Order @key(fields: "no") { no: ID! total: String }`
const bills = `${link}type Query { bills: [Bill!] }\ntype Bill { id: ID! order: Order }\ntype Order @key(fields: "no") { no: ID! paid: Boolean }`

describe('composeSupergraph', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-compose-'))
  after(() => rmSync(folder, { recursive: true }))

  const write = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const supergraph = (sdls: Readonly<Record<string, string>>): string =>
    write(
      'supergraph.yaml',
      `federation_version: =2.14.4\nsubgraphs:\n${Object.entries(sdls)
        .map(([name, sdl]) => {
          write(`${name}.graphql`, sdl)
          return `  ${name}: { routing_url: "http://127.0.0.1/${name}", schema: { file: ./${name}.graphql } }\n`
        })
        .join('')}`,
    )
  const refused = (path: string): AppError => {
    try {
      composeSupergraph(path)
    } catch (error) {
      assert.ok(error instanceof AppError)
      assert.equal(error.code, 'SUPERGRAPH_INVALID')
      assert.ok(error.message.startsWith(`${path}:\n`), error.message)
      return error
    }
    return assert.fail('it was not refused')
  }

  it('composes the systems, each with its address, and always to the same text', () => {
    const path = supergraph({ orders, bills })
    const { supergraphSdl, subgraphs } = composeSupergraph(path)
    assert.match(
      supergraphSdl,
      /BILLS @join__graph\(name: "bills", url: "http:\/\/127.0.0.1\/bills"\)/,
    )
    assert.deepEqual(
      subgraphs.map(({ name }) => name),
      ['orders', 'bills'],
    )
    assert.equal(composeSupergraph(path).supergraphSdl, supergraphSdl)
  })

  it('adds schemas that are not in the file', () => {
    const own = [{ name: 'platform', sdl: `${link}type Query { viewer: ID }` }]
    assert.match(composeSupergraph(supergraph({ orders }), own).supergraphSdl, /viewer: ID/)
  })

  for (const [what, yaml, message] of [
    ['broken YAML', 'subgraphs: [', /\n {2}\S/],
    ['a list', '- a', /expected a mapping with "subgraphs"/],
    ['no subgraph', 'federation_version: 2', /"subgraphs" must name at least one subgraph/],
    [
      'an entry without a schema',
      'subgraphs: { a: { routing_url: "http://a" } }',
      /subgraphs\.a\.schema\.file must name/,
    ],
    [
      'an entry without an address',
      'subgraphs: { a: { schema: { file: ./orders.graphql } } }',
      /subgraphs\.a\.routing_url must be an address, but is undefined/,
    ],
    [
      'a schema that is not there',
      'subgraphs: { a: { routing_url: "http://a", schema: { file: ./nope.graphql } } }',
      /subgraphs\.a\.schema\.file: \.\/nope\.graphql cannot be read/,
    ],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.match(refused(write('broken.yaml', yaml)).message, message)
    })
  }

  it('tells all mistakes of the file at once', () => {
    const { message } = refused(write('broken.yaml', 'subgraphs: { a: {}, b: 1 }'))
    assert.match(message, /subgraphs\.a\..*\n.*subgraphs\.b\./)
  })

  it('refuses a file that is not there', () => {
    assert.match(refused(join(folder, 'nope.yaml')).message, /there is no such file/)
  })

  it('refuses a schema that is no GraphQL, and names it', () => {
    const { message } = refused(supergraph({ orders: 'type {' }))
    assert.match(message, /the schema of "orders" is no GraphQL: Syntax Error/)
  })

  it('tells each composition error with its code and its subgraph', () => {
    const { message } = refused(
      supergraph({
        orders,
        bills: bills
          .replace('paid: Boolean', 'total: Int @external')
          .replace('Order }', 'Nothing }'),
      }),
    )
    assert.match(message, /INVALID_GRAPHQL: \[bills\] Unknown type "?Nothing/)
    const twice = refused(
      supergraph({ orders, bills: bills.replace('paid: Boolean', 'total: String') }),
    )
    assert.match(twice.message, /INVALID_FIELD_SHARING: .*"Order\.total".*"bills" and "orders"/)
  })
  it('takes the committed supergraph when it was made from just these schemas', () => {
    const path = join(import.meta.dirname, '../../../supergraph.yaml')
    const platform = { name: platformName, sdl: platformSdl() }
    const committed = readFileSync(supergraphFiles.isthmus, 'utf8')
    assert.equal(committedOrComposed(path, [platform]).supergraphSdl, committed)
    const changed = { ...platform, sdl: platform.sdl.replace('Who asks.', 'Who is it?') }
    const { supergraphSdl } = committedOrComposed(path, [changed])
    assert.ok(supergraphSdl.includes('Who is it?'))
    assert.ok(!committed.includes('Who is it?'))
  })
})
