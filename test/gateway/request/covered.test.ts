/** A plan that asks nobody for a root field is refused. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { PlanNode, QueryPlan } from '@apollo/query-planner'
import { buildSchema, Kind, parse } from 'graphql'
import { covered } from '../../../gateway/request/covered.ts'
import { entitiesOf, fetchOf } from '../../support/engine.ts'

const schema = buildSchema(`
  type Query { a: Int b: Int parts: [Part] lost: [Lost] }
  type Part { id: ID lost: Lost }
  interface Lost { id: ID }
`)

function check(text: string, node?: PlanNode) {
  const [operation] = parse(text).definitions
  assert.ok(operation?.kind === Kind.OPERATION_DEFINITION)
  const plan: QueryPlan = node === undefined ? { kind: 'QueryPlan' } : { kind: 'QueryPlan', node }
  assert.equal(covered(operation, plan, schema), plan)
}

describe('a plan', () => {
  const a = fetchOf('{a}')
  const b = fetchOf('query Q{...on Query{x:b}}')
  const entities = fetchOf(entitiesOf('b'), { requires: [] })

  for (const [what, text, node] of [
    ['that asks for every field', '{ a x: b }', { kind: 'Parallel', nodes: [a, b] }],
    [
      'that asks in steps',
      '{ a ... on Query { x: b } }',
      {
        kind: 'Sequence',
        nodes: [
          b,
          { kind: 'Flatten', path: ['b'], node: entities },
          { kind: 'Parallel', nodes: [a] },
        ],
      },
    ],
    ['is not needed for introspection', '{ __typename __schema { __typename } }', undefined],
  ] as const) {
    it(`${what} is taken`, () => check(text, node as PlanNode | undefined))
  }

  for (const [what, text, node, field] of [
    ['that is empty', '{ a }', undefined, 'a'],
    ['that asks for another field', '{ a b }', a, 'b'],
    [
      'that asks for it of entities only',
      '{ a b }',
      { kind: 'Sequence', nodes: [a, entities] },
      'b',
    ],
    ['that misses what a fragment asks', '{ a ... on Query { c: b } }', a, 'c'],
    ['that misses a renamed field', '{ isthmus_alias_b: a }', a, 'b'],
  ] as const) {
    it(`${what} is refused, and the field named`, () => {
      assert.throws(() => check(text, node as PlanNode | undefined), {
        code: 'NOT_MAPPED',
        message: `No connected system can answer "${field}" as it is asked.`,
      })
    })
  }

  for (const text of ['{ lost { id } }', '{ parts { id lost { id } } }']) {
    it(`of ${text} is refused: no type has the interface`, () => {
      assert.throws(() => check(text, fetchOf(text)), {
        code: 'NOT_MAPPED',
        message: 'No connected system has a type of "Lost", which "lost" answers.',
      })
    })
  }
})
