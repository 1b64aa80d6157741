/** Fetches that go together in one request: what of the answer belongs to which of them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FetchNode } from '@apollo/query-planner'
import { GraphQLError, type ExecutionResult } from 'graphql'
import { together } from '../../../gateway/engine/join.ts'
import { entitiesOf, fetchOf, runOver } from '../../support/engine.ts'

const node = (field: string): FetchNode =>
  fetchOf(entitiesOf(`...on Part{${field}}`), { requires: [] })

async function ask(answer: ExecutionResult) {
  const asked: string[] = []
  const run = runOver({
    shop: ({ query }) => {
      asked.push(query)
      return answer
    },
  })
  const answers = await Promise.all(
    together([node('name'), node('stock')], () => []).map((each) => each(run, ['{"id":"1"}'])),
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
