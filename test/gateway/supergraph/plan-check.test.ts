/** A plan that would compute a field without what it requires is found. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PlanNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { parse } from 'graphql'
import { unfedFinder } from '../../../gateway/supergraph/plan-check.ts'
import { entitiesOf, fetchOf } from '../../support/engine.ts'

const supergraph = (requires: string) =>
  parse(`
    enum join__Graph { A @join__graph(name: "a", url: "") B @join__graph(name: "b", url: "") }
    type Query { product: Product @join__field(graph: A) best: Product @join__field(graph: B) }
    type Product @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
      id: ID
      price: Int @join__field(graph: A) @join__field(graph: B, external: true)
      size: Size @join__field(graph: A) @join__field(graph: B, external: true)
      shipping: Int @join__field(graph: B${requires})
      similar: Product @join__field(graph: B)
    }
    type Size { width: Int height: Int }
  `)

const unfed = unfedFinder(
  supergraph(', requires: "price size { width } ... on Product { height }"'),
)

const given = (...names: readonly string[]): QueryPlanSelectionNode[] => [
  {
    kind: 'InlineFragment',
    typeCondition: 'Product',
    selections: names.map((name) => ({ kind: 'Field', name })),
  },
]
const all = given('__typename', 'id', 'price', 'size', 'height')

const entities = (selections: string, requires = all, system = 'b') =>
  fetchOf(entitiesOf(`...on Product{${selections}}`), { requires }, system)

const inPlan = (node: PlanNode) => unfed({ kind: 'QueryPlan', node })

describe('a computed field', () => {
  for (const [what, node] of [
    ['has all that it requires', entities('shipping')],
    [
      'is asked for in another system, which does not compute it',
      entities('shipping', given('id'), 'a'),
    ],
    ['is not asked for', entities('id similar{id}', given('id'))],
  ] as const) {
    it(`${what}: nothing is found`, () => assert.equal(inPlan(node), null))
  }

  for (const [what, node] of [
    ['lacks one input', entities('shipping', given('__typename', 'id', 'price', 'height'))],
    ['lacks the input in a fragment', entities('shipping', given('id', 'price', 'size'))],
    ['has another name in the answer', entities('other:shipping', given('id'))],
    ['stands in a fragment', entities('id ...on Product{...{shipping}}', given('id'))],
    [
      'is asked for below another field, where nothing brings its inputs',
      entities('similar{shipping}'),
    ],
    ['is asked for at the root', fetchOf('{best{id shipping}}', {}, 'b')],
    [
      'is behind the first step',
      { kind: 'Sequence', nodes: [entities('id'), entities('shipping', [])] },
    ],
    [
      'is asked for beside another fetch, at a place',
      {
        kind: 'Parallel',
        nodes: [
          entities('shipping'),
          { kind: 'Flatten', path: ['product'], node: entities('shipping', given('id')) },
        ],
      },
    ],
  ] as const) {
    it(`${what}: it is found`, () => assert.equal(inPlan(node as PlanNode), 'Product.shipping'))
  }
})

it('where nothing is computed, and in a plan without a node, nothing is found', () => {
  const node = entities('shipping', [])
  assert.equal(unfedFinder(supergraph(''))({ kind: 'QueryPlan', node }), null)
  assert.equal(unfed({ kind: 'QueryPlan' }), null)
})
