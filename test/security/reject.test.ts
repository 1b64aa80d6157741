/** `authorization: reject`: a question that reads what the caller may not is refused before anything is fetched. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { demoIdentities } from '../../gateway/tokens/demo.ts'
import { Unauthorized } from '../../gateway/request/denied.ts'
import { refusal } from '../../gateway/transport/graphql.ts'
import { startGraph, type Graph } from '../support/graph.ts'

const document = '{ salesOrders(first: 1) { nodes { orderNo cost { amount } margin { amount } } } }'

describe('authorization: reject', () => {
  let graph: Graph
  before(async () => {
    graph = await startGraph({ config: { authorization: 'reject' } })
  })
  after(() => graph[Symbol.asyncDispose]())

  it('answers errors only, by 403, and asks no system', async () => {
    const { subject } = demoIdentities.sales
    const principal = await graph.app.principalFor({ subject, groups: [] })
    const fetches: string[] = []
    const asked = graph.app.execute({ document }, principal, {
      requestId: 'r1',
      observer: {
        stage: () => undefined,
        statement: () => undefined,
        fetch: ({ system }) => fetches.push(system),
      },
    })
    const error: unknown = await asked.then(
      () => null,
      (reason: unknown) => reason,
    )
    assert.ok(error instanceof Unauthorized)
    const { status, errors } = refusal(error, { requestId: 'r1', onError: () => undefined })
    assert.equal(status, 403)
    assert.deepEqual(
      errors.map(({ path, extensions }) => [path?.join('.'), extensions]),
      ['cost', 'margin'].map((name) => [
        `salesOrders.nodes.${name}`,
        { code: 'UNAUTHORIZED_FIELD_OR_TYPE', requestId: 'r1' },
      ]),
    )
    assert.deepEqual(fetches, [])
  })

  it('answers who may read all of it', async () => {
    const { data, errors } = await graph.ask(document, { as: 'finance' })
    assert.equal(errors, undefined)
    assert.ok(data)
  })
})
