/** What clients see of a supergraph is what Apollo shows of it, to the last argument. */
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { composeServices } from '@apollo/composition'
import { ROUTER_SUPPORTED_SUPERGRAPH_FEATURES, Supergraph } from '@apollo/federation-internals'
import { lexicographicSortSchema, parse, printSchema, type GraphQLSchema } from 'graphql'
import { apiSchemaOf } from '../../../gateway/supergraph/api-schema.ts'
import { loadGraph } from '../../oracle/check.ts'
import { caseOf } from '../../oracle/run.ts'
import { repository } from '../../support/cli.ts'

const textOf = (schema: GraphQLSchema) => printSchema(lexicographicSortSchema(schema))

const ours = (supergraphSdl: string) => textOf(apiSchemaOf(parse(supergraphSdl)))

const apollos = (supergraphSdl: string) =>
  textOf(
    Supergraph.build(supergraphSdl, { supportedFeatures: ROUTER_SUPPORTED_SUPERGRAPH_FEATURES })
      .apiSchema()
      .toGraphQLJSSchema(),
  )

describe('the API schema', () => {
  const committed = globSync('gateway/supergraph/*.graphql', { cwd: repository })
  for (const file of committed) {
    it(`of ${file} is Apollo’s`, () => {
      const sdl = readFileSync(join(repository, file), 'utf8')
      assert.equal(ours(sdl), apollos(sdl))
      assert.doesNotMatch(ours(sdl), /join__|@link|inaccessible/)
    })
  }
  it('is made of more than nothing', () => assert.ok(committed.length > 0))

  it('of fifty random graphs is Apollo’s', () => {
    const loaded = Array.from({ length: 80 }, (_, at) => loadGraph(caseOf(1_000 + at).subgraphs))
    const sdls = loaded.flatMap((each) =>
      'kind' in each ? [] : [each.graph.generation.supergraphSdl],
    )
    assert.ok(sdls.length >= 50, `only ${sdls.length} composed`)
    for (const sdl of sdls.slice(0, 50)) assert.equal(ours(sdl), apollos(sdl))
  })

  /** What random graphs do not have. */
  const own = `
    extend schema
      @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", { name: "@inaccessible", as: "@hidden" }, "@tag", "@composeDirective", "@requiresScopes", "@cost", "@listSize"])
      @link(url: "https://shop.example/marks/v1.0", import: ["@mark", { name: "@note", as: "@remark" }])
      @composeDirective(name: "@mark") @composeDirective(name: "@remark")
    directive @mark(by: String) on FIELD_DEFINITION | OBJECT
    directive @remark on FIELD_DEFINITION | FIELD
    "All there is."
    type Query {
      search(filter: Filter = {kind: BOOK, limits: [1, 2]}, secret: Int @hidden): [Item!] @listSize(assumedSize: 10)
      old: Int @deprecated(reason: "Ask search.")
      hidden: Secret @hidden
      """
      Several
      lines.
      """
      day: Day @requiresScopes(scopes: [["a"]]) @cost(weight: 3)
    }
    type Mutation { put(item: ItemInput!): Book }
    union Item = Book | Secret | Film
    interface Named { name: String }
    interface Hidden @hidden { name: String }
    type Book implements Named & Hidden @key(fields: "isbn") @mark { isbn: ID! @tag(name: "t") name: String @remark }
    type Film implements Named { name: String length(unit: Unit = MINUTE): Int }
    type Secret @hidden { a: Int }
    enum Unit { MINUTE HOUR SECRET @hidden OLD @deprecated }
    enum Kind { BOOK FILM }
    scalar Day @specifiedBy(url: "https://day.example")
    input Filter { kind: Kind limits: [Int!] secret: Int @hidden old: Int @deprecated }
    input ItemInput { name: String = "none" at: Day }
  `
  it('hides what is inaccessible under any name, and keeps what clients may use', () => {
    const { supergraphSdl, errors } = composeServices([
      { name: 'shop', url: 'http://shop', typeDefs: parse(own) },
    ])
    assert.ok(supergraphSdl, String(errors?.[0]))
    assert.equal(ours(supergraphSdl), apollos(supergraphSdl))
    assert.doesNotMatch(ours(supergraphSdl), /secret/i)
  })
})
