/** Points over HTTP: headers, 429, the field `rateLimit`, and a partner's own limits. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startHttp, type HttpGateway } from '../../support/http.ts'

let gateway: HttpGateway
before(async () => {
  gateway = await startHttp((config) => ({
    ...config,
    limits: {
      ...config.limits,
      employee: { ...config.limits.employee, cost: 300, costPerMinute: 300, batchSize: 2 },
    },
  }))
})
after(() => gateway[Symbol.asyncDispose]())

const orders = { query: '{ salesOrders(first: 100) { nodes { orderNo } } }' }

describe('points over HTTP', () => {
  it('are told by headers and in the graph', async () => {
    const answer = await gateway.post(
      { query: '{ rateLimit { limit cost remaining resetAt } }' },
      { token: gateway.token('hr') },
    )
    const { data } = answer.json() as { data: { rateLimit: Record<string, unknown> } }
    assert.deepEqual(
      { ...data.rateLimit, resetAt: null },
      {
        ...{ limit: 300, cost: 1, remaining: 299, resetAt: null },
      },
    )
    assert.match(String(data.rateLimit['resetAt']), /^\d{4}-.*Z$/)
    assert.equal(
      answer.headers.get('ratelimit-policy'),
      '"minute";q=300;w=60, "day";q=1000000000;w=86400',
    )
    assert.match(
      answer.headers.get('ratelimit') ?? '',
      /^"minute";r=299;t=1, "day";r=999999999;t=1$/,
    )
  })

  it('that are spent are 429 for this caller, and for no other', async () => {
    const token = gateway.token('sales')
    const statuses: number[] = []
    for (let at = 0; at < 4; at += 1) statuses.push((await gateway.post(orders, { token })).status)
    assert.deepEqual(statuses, [200, 200, 429, 429])
    const refused = await gateway.post(orders, { token })
    assert.equal(refused.json().errors?.[0]?.extensions.code, 'RATE_LIMITED')
    const wait = Number(refused.headers.get('retry-after'))
    assert.ok(wait >= 1 && wait <= 20, String(wait))
    assert.match(refused.headers.get('ratelimit') ?? '', /^"minute";r=9\d;/)
    assert.equal((await gateway.post(orders, { token: gateway.token('admin') })).status, 200)
  })

  it('of a question that costs too much are not taken', async () => {
    const token = gateway.token('finance')
    const query = '{ salesOrders(first: 1000) { nodes { orderNo } } }'
    const refused = await gateway.post({ query }, { token })
    assert.equal(refused.json().errors?.[0]?.extensions.code, 'COST_ESTIMATED_TOO_EXPENSIVE')
    const answer = await gateway.post(orders, { token, headers: { 'isthmus-cost': '1' } })
    const { extensions } = answer.json() as { extensions: { cost: object } }
    assert.deepEqual(extensions.cost, {
      ...{ estimated: 101, actual: 101, systems: { erp: { estimated: 101, actual: 101 } } },
    })
    assert.match(answer.headers.get('ratelimit') ?? '', /^"minute";r=199;/)
  })

  it('are taken for each question of a batch, which has a size', async () => {
    const token = gateway.token('reports')
    const one = { query: '{ viewer { subject } }' }
    const batch = await gateway.post([one, orders], { token })
    assert.equal(batch.status, 200)
    assert.match(batch.headers.get('ratelimit') ?? '', /^"minute";r=19[78];/)
    const larger = await gateway.post([one, one, one], { token })
    assert.match(larger.text, /MAX_BATCH_LIMIT/)
  })
})
