/** The nodes of a plan: what is asked after what, at once, and together. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PlanNode } from '@apollo/query-planner'
import { buildSchema } from 'graphql'
import { compilePlan } from '../../../gateway/engine/compile.ts'
import type { Raw } from '../../../gateway/engine/run.ts'
import { typeConditions } from '../../../gateway/engine/types.ts'
import { entitiesOf, fetchOf, runOver, type System } from '../../support/engine.ts'

const schema = buildSchema(`
  type Query { parts: [Part] }
  type Part { id: ID name: String stock: Int maker: Maker }
  type Maker { id: ID country: String }
`)
const keys = new Map(['shop|Part', 'store|Part', 'shop|Maker'].map((of) => [of, [['id']]]))
const options = { types: typeConditions(schema), keys, neededScopes: () => [] }

const parts = fetchOf('{parts{__typename id}}')

/** A fetch of a field of the entities at a path. */
const at = (path: string, on: string, fields: string, system = 'shop'): PlanNode => ({
  kind: 'Flatten',
  path: path.split('.'),
  node: fetchOf(
    entitiesOf(`...on ${on}{${fields}}`),
    {
      requires: [
        {
          kind: 'InlineFragment',
          typeCondition: on,
          selections: ['__typename', 'id'].map((name) => ({ kind: 'Field', name })),
        },
      ],
    },
    system,
  ),
})

const answers: Readonly<Record<string, unknown>> = {
  parts: ['1', '2', '1'].map((id) => ({ __typename: 'Part', id })),
  name: [{ name: 'n1' }, { name: 'n2' }],
  stock: [{ stock: 1 }, { stock: 2 }],
  maker: [{ maker: { __typename: 'Maker', id: 'm' } }, { maker: null }],
  country: [{ country: 'TW' }],
}

/** Runs the nodes; the systems answer by the field that they are asked for. */
async function runPlan(node: PlanNode | undefined) {
  const asked: string[] = []
  const system =
    (name: string): System =>
    async ({ query }) => {
      const fields = Object.keys(answers).filter((field) => query.includes(`{${field}`))
      asked.push(`${name} asked for ${fields.join()}`)
      await new Promise((resolve) => setImmediate(resolve))
      asked.push(`${name} answered`)
      const [first = ''] = fields
      return structuredClone(
        first === 'parts'
          ? { data: { parts: answers[first] } }
          : fields.length > 1
            ? { data: { part0: answers[fields[0] ?? ''], part1: answers[fields[1] ?? ''] } }
            : { data: { _entities: answers[first] } },
      )
    }
  const run = runOver({ shop: system('shop'), store: system('store') })
  await compilePlan(
    node === undefined ? { kind: 'QueryPlan' } : { kind: 'QueryPlan', node },
    options,
  )(run)
  assert.deepEqual(run.errors, [])
  return { asked, parts: (run.data['parts'] ?? []) as readonly Raw[] }
}

const name = at('parts.@', 'Part', 'name')
const stock = (system: string) => at('parts.@', 'Part', 'stock', system)
const maker = at('parts.@', 'Part', 'maker{__typename id}')
const country = at('parts.@.maker', 'Maker', 'country')

describe('a plan', () => {
  it('in a sequence asks one after the other', async () => {
    const { asked, parts: found } = await runPlan({ kind: 'Sequence', nodes: [parts, name] })
    assert.deepEqual(asked, [
      'shop asked for parts',
      'shop answered',
      'shop asked for name',
      'shop answered',
    ])
    assert.deepEqual(
      found.map((each) => each['name']),
      ['n1', 'n2', 'n1'],
    )
  })

  it('in parallel asks different systems at once', async () => {
    const nodes = [name, stock('store')]
    const { asked, parts: found } = await runPlan({
      kind: 'Sequence',
      nodes: [parts, { kind: 'Parallel', nodes }],
    })
    assert.deepEqual(asked.slice(2, 4), ['shop asked for name', 'store asked for stock'])
    assert.deepEqual(found[1], { __typename: 'Part', id: '2', name: 'n2', stock: 2 })
  })

  it('in parallel asks one system together', async () => {
    const nodes = [name, stock('shop')]
    const { asked, parts: found } = await runPlan({
      kind: 'Sequence',
      nodes: [parts, { kind: 'Parallel', nodes }],
    })
    assert.deepEqual(asked.slice(2), ['shop asked for name,stock', 'shop answered'])
    assert.deepEqual(found[2], { __typename: 'Part', id: '1', name: 'n1', stock: 1 })
  })

  it('keeps apart what a later fetch writes into, and only that', async () => {
    const makers = async (...later: readonly PlanNode[]) =>
      (await runPlan({ kind: 'Sequence', nodes: [parts, maker, ...later] })).parts.map(
        (part) => part['maker'],
      )
    const [one, , same] = await makers(name)
    assert.equal(one, same)
    const [first, , third] = await makers(country)
    assert.deepEqual(first, { __typename: 'Maker', id: 'm', country: 'TW' })
    assert.deepEqual(third, first)
    assert.notEqual(first, third)
  })

  it('without a node asks nobody', async () => {
    assert.deepEqual((await runPlan(undefined)).asked, [])
  })

  it('with @defer is refused', () => {
    const node: PlanNode = { kind: 'Defer', primary: {}, deferred: [] }
    assert.throws(() => compilePlan({ kind: 'QueryPlan', node }, options), {
      code: 'BAD_REQUEST',
      message: 'A plan with Defer is not supported.',
    })
  })
})
