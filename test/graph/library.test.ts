/**
 * The saved questions through the library, but for those to the gateway's own schema: an ApolloServer with IsthmusGateway, over the same systems
 * as data sources of the user's own, answers what the product answers.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { ApolloServer } from '@apollo/server'
import { parse } from 'graphql'
import { openSubgraph, type OpenSubgraph } from '#shared/open.ts'
import type { Principal } from '#shared/principal.ts'
import { IsthmusGateway } from '../../gateway/isthmus-gateway.ts'
import { readLibrary } from '../../gateway/reports/library.ts'
import { supergraphFiles } from '../../gateway/supergraph/compose.ts'
import { demoIdentities } from '../../gateway/tokens/demo.ts'
import { startGraph, type Graph } from '../support/graph.ts'
import { definitionOf, systems } from '../subgraphs/systems.ts'

interface Context {
  readonly principal: Principal
}

describe('the library', () => {
  let graph: Graph
  let server: ApolloServer<Context>
  const open = new Map<string, OpenSubgraph>()

  before(async () => {
    graph = await startGraph()
    for (const system of systems) {
      const options = { data: graph.data, timeZone: 'Asia/Taipei', fiscalYearStartMonth: 1 }
      open.set(system.name, openSubgraph(await definitionOf(system), options))
    }
    const gateway = new IsthmusGateway<Context>({
      supergraphSdl: readFileSync(supergraphFiles.systems, 'utf8'),
      principal: ({ principal }) => principal, // scopes and audience
      buildService: ({ name }) => ({
        process: async ({ request: { query = '', variables = {} }, context }) => {
          const { data, errors } = (await open.get(name)?.execute({
            document: parse(query),
            operationName: undefined,
            variables,
            principal: (context as Context).principal,
            signal: new AbortController().signal,
          })) ?? { errors: [] }
          return {
            ...(data === undefined ? {} : { data }),
            ...(errors === undefined ? {} : { errors: errors.map((each) => each.toJSON()) }),
          }
        },
      }),
    })
    server = new ApolloServer<Context>({ gateway })
    await server.start()
  })
  after(async () => {
    await server.stop()
    for (const subgraph of open.values()) subgraph[Symbol.dispose]()
    await graph[Symbol.asyncDispose]()
  })

  const questions = readLibrary().filter(({ operation }) => !operation.includes('viewer'))
  for (const { name, operation, variables, identity } of questions) {
    it(`answers ${name} as the product does`, async () => {
      const { subject } = demoIdentities[identity]
      const principal = await graph.app.principalFor({ subject, groups: [] })
      const { body } = await server.executeOperation(
        { query: operation, variables: { ...variables } },
        { contextValue: { principal } },
      )
      assert.equal(body.kind, 'single')
      const answer = JSON.parse(JSON.stringify(body.singleResult)) as typeof body.singleResult // as a client gets it
      const expected = await graph.ask(operation, { variables, as: identity })
      assert.deepEqual(answer.data, expected.data)
      assert.deepEqual(
        answer.errors?.map(({ path, extensions }) => [path, extensions?.['code']]),
        expected.errors?.map(({ path, extensions }) => [path, extensions?.['code']]),
      )
    })
  }
})
