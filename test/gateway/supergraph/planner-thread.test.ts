/** The planner in its thread: a supergraph or a question that is too much for it harms nobody else. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import type { AppError } from '#shared/errors.ts'
import {
  startPlannerThread,
  type PlannerLimits,
} from '../../../gateway/supergraph/planner-thread.ts'

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
const fields = ['a', 'b', 'c', 'd']

/** A tree without end. */
function treeSdl(): string {
  const children = fields.map((name) => `${name}: Node`).join(' ')
  const sdl = `${link} type Query { tree: Node } type Node @key(fields: "id") { id: ID! ${children} }`
  const { supergraphSdl } = composeServices([
    { name: 'forest', url: 'http://forest', typeDefs: parse(sdl) },
  ])
  assert.ok(supergraphSdl)
  return supergraphSdl
}

const below = (depth: number): string =>
  depth === 0 ? '{ id }' : `{ ${fields.map((name) => `${name} ${below(depth - 1)}`).join(' ')} }`

/** 400,000 fields, which take the planner many seconds on any machine, and some hundred megabytes. */
const monster = `{ ${Array.from({ length: 80 }, (_, at) => `t${at}: tree ${below(6)}`).join(' ')} }`

async function start(t: TestContext, limits?: PlannerLimits) {
  const thread = startPlannerThread(treeSdl(), limits)
  t.after(() => thread[Symbol.asyncDispose]())
  await thread.ready
  return thread
}

/** For each question that a plan was made, or what it was refused with. */
const kindsOf = (plans: readonly PromiseSettledResult<{ kind: string }>[]) =>
  plans.map((each) => {
    if (each.status === 'fulfilled') return each.value.kind
    const { code, message } = each.reason as AppError // the thread rejects with nothing else
    return `${code}: ${message}`
  })

const tooMuch = 'PLANNING_FAILED: The question takes too much to plan: ask for less at once.'

describe('the planner thread', () => {
  for (const [name, sdl] of [
    ['is no GraphQL', 'type Query {'],
    ['is no supergraph', 'type Query { a: Int }'],
  ] as const) {
    it(`a supergraph that ${name} is refused, and every question of it`, async (t) => {
      const thread = startPlannerThread(sdl)
      t.after(() => thread[Symbol.asyncDispose]())
      const early = assert.rejects(thread.plan('{ a }'), { code: 'SUPERGRAPH_INVALID' })
      await assert.rejects(thread.ready, { code: 'SUPERGRAPH_INVALID' })
      await early
      await assert.rejects(thread.plan('{ a }'), { code: 'SUPERGRAPH_INVALID' })
    })
  }

  it('a question that cannot be planned is refused alone', async (t) => {
    const thread = await start(t)
    const plans = await Promise.allSettled(
      ['{ tree { id } }', '{ nothing }', '{ tree { a { id } } }'].map(thread.plan),
    )
    const [, refused] = kindsOf(plans)
    assert.match(refused ?? '', /^PLANNING_FAILED: No plan could be made/)
    assert.deepEqual(kindsOf(plans), ['QueryPlan', refused, 'QueryPlan'])
  })

  it('a question that takes too long is refused; those behind it are planned', async (t) => {
    const thread = await start(t, { planningMs: 1_000, maxHeapMb: 2_048 })
    const plans = await Promise.allSettled(
      ['{ tree { id } }', monster, '{ tree { a { id } } }', '{ tree { b { id } } }'].map(
        thread.plan,
      ),
    )
    assert.deepEqual(kindsOf(plans), ['QueryPlan', tooMuch, 'QueryPlan', 'QueryPlan'])
  })

  it('a question that takes the planner down is refused; those behind it are planned', async (t) => {
    const thread = await start(t, { planningMs: 60_000, maxHeapMb: 64 })
    const plans = await Promise.allSettled([monster, '{ tree { a { id } } }'].map(thread.plan))
    assert.deepEqual(kindsOf(plans), [tooMuch, 'QueryPlan'])
    assert.equal((await thread.plan('{ tree { c { id } } }')).kind, 'QueryPlan')
  })

  it('one that is stopped leaves nobody waiting', async (t) => {
    const thread = await start(t)
    const waiting = assert.rejects(thread.plan(monster), { code: 'CANCELLED' })
    await thread[Symbol.asyncDispose]()
    await waiting
    await assert.rejects(thread.plan('{ tree { id } }'), { code: 'CANCELLED' })
  })
})
