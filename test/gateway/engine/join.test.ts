/** Fetches that go together in one request: what of the answer belongs to which of them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FetchNode } from '@apollo/query-planner'
import { GraphQLError, OperationTypeNode, type ExecutionResult } from 'graphql'
import { together } from '../../../gateway/engine/join.ts'
import { startRun, type Run } from '../../../gateway/engine/run.ts'
import { observers } from '../../../gateway/request/observer.ts'
import { neverAborted } from '../../../gateway/request/stages.ts'
import { anyone } from '../../support/subgraph-fixture.ts'

const node = (field: string): FetchNode => ({
  kind: 'Fetch',
  serviceName: 'shop',
  requires: [],
  operation: `query($representations:[_Any!]!){_entities(representations:$representations){...on Part{${field}}}}`,
  operationName: undefined,
  operationKind: OperationTypeNode.QUERY,
})

const runOver = (answer: ExecutionResult, asked: string[] = []): Run =>
  startRun({
    principal: anyone,
    signal: neverAborted,
    deadlineAt: performance.now() + 5_000,
    observer: observers(),
    sources: new Map([
      [
        'shop',
        {
          name: 'shop',
          send: ({ query }) => {
            asked.push(query)
            return Promise.resolve(answer)
          },
          [Symbol.asyncDispose]: () => Promise.resolve(),
        },
      ],
    ]),
    limits: { timeoutOf: () => 1_000 },
    values: {},
  })

async function ask(answer: ExecutionResult) {
  const asked: string[] = []
  const run = runOver(answer, asked)
  const answers = await Promise.all(
    together([node('name'), node('stock')]).map((each) => each(run, ['{"id":"1"}'])),
  )
  assert.equal(asked.length, 1)
  return answers.map(({ data, errors }) => ({
    data,
    errors: errors.map(({ message, path }) => `${message} ${path?.join('.') ?? ''}`),
  }))
}

describe('fetches that are asked together', () => {
  const data = { part0: [{ name: 'n' }], part1: [{ stock: 1 }] }

  it('each gets its own entities and its own errors', async () => {
    const error = new GraphQLError('no stock', { path: ['part1', 0, 'stock'] })
    assert.deepEqual(await ask({ data, errors: [error] }), [
      { data: { _entities: [{ name: 'n' }] }, errors: [] },
      { data: { _entities: [{ stock: 1 }] }, errors: ['no stock _entities.0.stock'] },
    ])
  })

  it('an error at a part that nobody asked for concerns all of them', async () => {
    const error = new GraphQLError('odd', { path: ['part7', 0, 'stock'] })
    const [name, stock] = await ask({ data, errors: [error] })
    assert.deepEqual(name?.errors, ['odd part7.0.stock'])
    assert.deepEqual(stock?.errors, ['odd part7.0.stock'])
  })

  it('an error of one that took everything with it is the reason of all', async () => {
    const error = new GraphQLError('gone', { path: ['part1'] })
    assert.deepEqual(
      (await ask({ data: null, errors: [error] })).map(({ errors }) => errors),
      [['gone '], ['gone _entities']],
    )
  })
})
