/**
 * What a system is told of a caller: the scopes that its question needs and no others, in this process
 * and over HTTP alike; and by a key of that system alone.
 */
import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { parse } from 'graphql'
import jwt from 'jsonwebtoken'
import { sharedKey, subgraphSecret, verifyInternalToken } from '#shared/internal-token.ts'
import type { OpenSubgraph } from '#shared/open.ts'
import { nobody, type Principal } from '#shared/principal.ts'
import { rulesOf } from '#shared/rules/rules.ts'
import type { DatabaseDeclaration } from '#shared/embedded.ts'
import { Call, createQuestion } from '../../gateway/engine/question.ts'
import { sourceOf } from '../../gateway/sources/in-process.ts'
import { httpSource } from '../../gateway/sources/http.ts'
import { createReduce } from '../../gateway/sources/reduced.ts'
import { definitionOf, readFrom, systems } from '../subgraphs/systems.ts'
import { startGraph, type Graph } from '../support/graph.ts'

const secret = 'g'.repeat(40)

const callOf = (principal: Principal, scopes: readonly string[] | null) =>
  new Call(createQuestion('{ a }', undefined, [], scopes), {
    values: {},
    representations: new Map(),
    principal,
    deadlineAt: performance.now() + 5_000,
    onStatement: () => undefined,
  })

const caller: Principal = { ...nobody, subject: 'mei', scopes: ['a:read', 'b:read', 'c:read'] }

describe('the scopes that a fetch needs', () => {
  let graph: Graph
  before(async () => {
    graph = await startGraph()
  })
  after(() => graph[Symbol.asyncDispose]())

  const needed = (operation: string, requires: object[] = []) =>
    graph.app
      .generation()
      .neededScopes([
        { operation, requires } as unknown as Parameters<
          ReturnType<Graph['app']['generation']>['neededScopes']
        >[0][number],
      ]) // a fetch as far as it is looked at

  it('are those of the coordinates that it selects', () => {
    assert.deepEqual(needed('{ employee(employeeNo: "1") { employeeNo displayName } }'), [])
    assert.deepEqual(needed('{ employee(employeeNo: "1") { salary { amount } } }'), [
      'hr:salary-band:read',
      'hr:salary:read',
      'hr:team-compensation:read',
    ])
    assert.deepEqual(
      needed('query ($r: [_Any!]!) { _entities(representations: $r) { ... on Employee { fte } } }'),
      ['hr:personal:read'],
    )
  })

  it('are those of masks, filters and inputs as well', () => {
    assert.deepEqual(needed('{ employee(employeeNo: "1") { bornOn } }'), [
      'hr:birth-year:read',
      'hr:personal:read',
    ])
    const list = (given: string) => needed(`{ employees${given} { nodes { employeeNo } } }`)
    assert.deepEqual(list('(first: 3)'), [])
    assert.ok(list('(filter: { hiredOn: { eq: "2026-01-01" } })').includes('hr:personal:read'))
    assert.deepEqual(
      needed('{ __typename }', [
        {
          kind: 'InlineFragment',
          typeCondition: 'Employee',
          selections: [{ kind: 'Field', name: 'fte' }],
        },
      ]),
      ['hr:personal:read'],
    )
  })

  it('name every scope that lifts a guard of rows, which the gateway does not see', async () => {
    let guards = 0
    for (const system of systems) {
      const { scopes } = rulesOf(parse(readFrom(system, 'schema.graphql')))
      const { databases } = await definitionOf(system)
      for (const { relations } of Object.values<DatabaseDeclaration>(databases)) {
        for (const [name, { guard }] of Object.entries(relations)) {
          for (const scope of guard?.unless ?? []) {
            guards += 1
            assert.ok(scopes.has(scope), `${system.name} ${name}: ${scope}`)
          }
        }
      }
    }
    assert.ok(guards > 3)
  })
})

describe('a system', () => {
  const received = async (principal: Principal, needs: readonly (readonly string[])[]) => {
    const seen: IncomingHttpHeaders[] = []
    const server = createServer((request, response) => {
      seen.push(request.headers)
      response.end('{"data":{"a":1}}')
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const key = sharedKey(subgraphSecret(secret, 'shop'))
    const source = httpSource({ name: 'shop', url, key, speaks: true })
    for (const scopes of needs) await source.send(callOf(principal, scopes))
    await source[Symbol.asyncDispose]()
    server.close()
    return seen.map(({ authorization = '' }) => authorization.replace('Bearer ', ''))
  }

  it('is told over HTTP what its question needs, by one token for the same scopes', async () => {
    const tokens = await received(caller, [['b:read', 'x:read'], ['b:read'], ['c:read'], []])
    const scopes = tokens.map((token) => (jwt.decode(token) as { scopes: string[] }).scopes)
    assert.deepEqual(scopes, [['b:read'], ['b:read'], ['c:read'], []])
    assert.equal(tokens[0], tokens[1])
    assert.equal(new Set(tokens).size, 3)
  })

  it('is spoken to with its own key, which says nothing to another', async () => {
    const [token = ''] = await received(caller, [[]])
    const own = sharedKey(subgraphSecret(secret, 'shop'))
    const other = sharedKey(subgraphSecret(secret, 'bank'))
    assert.equal(verifyInternalToken(token, 'shop', own).principal.subject, 'mei')
    for (const [audience, key] of [
      ['shop', other],
      ['bank', own],
      ['shop', sharedKey(secret)],
    ] as const) {
      assert.throws(() => verifyInternalToken(token, audience, key), { code: 'UNAUTHENTICATED' })
    }
  })

  it('in this process is told no more, of a caller that it cannot change', async () => {
    let told: Principal | undefined
    const subgraph = {
      execute: ({ principal }: { principal: Principal }) => {
        told = principal
        return Promise.resolve({ data: { a: 1 } })
      },
    } as unknown as OpenSubgraph // as far as it is used
    const rows = { rule: 'own_customers', parameters: { customerId: ['1'] } }
    await sourceOf('shop', subgraph, createReduce()).send(
      callOf({ ...caller, rows, facts: { loginId: 'mei' } }, ['b:read']),
    )
    assert.deepEqual(told?.scopes, ['b:read'])
    assert.deepEqual(told?.rows, rows)
    for (const part of [told, told?.scopes, told?.facts, told?.rows, told?.rows?.parameters])
      assert.ok(Object.isFrozen(part))
    assert.ok(Object.isFrozen(told?.rows?.parameters['customerId']))
  })

  it('in this process is not asked for a caller that no token could carry', () => {
    const reduce = createReduce()
    const wrong: readonly unknown[] = [
      { ...caller, audience: 'ANYBODY' },
      { ...caller, scopes: [1] },
      { ...caller, rows: undefined },
      { ...caller, rows: { rule: 'r', parameters: { id: Array.from({ length: 201 }, String) } } },
    ]
    for (const each of wrong) assert.throws(() => reduce(each as Principal, null), TypeError)
  })
})
