/** What is sent of entities: each once, none without a key, and what the planner corrects in them. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { FetchNode, QueryPlanSelectionNode } from '@apollo/query-planner'
import { buildSchema, parse } from 'graphql'
import { compileRepresentations, place } from '../../../gateway/engine/representations.ts'
import type { Raw } from '../../../gateway/engine/run.ts'
import { typeConditions } from '../../../gateway/engine/types.ts'
import { entityKeys } from '../../../gateway/supergraph/entity-keys.ts'

const types = typeConditions(
  buildSchema(`
    type Query { media: Media }
    interface Media { id: ID }
    type Book implements Media { id: ID }
    type Disc implements Media { id: ID }
    type Customer { debtorNo: ID name: String latest: Invoice rate: Int! }
    type Invoice { amount: Int }
    type Media2 { id: ID }
  `),
)
const keys = new Map([
  ['finance|Customer', [['debtorNo'], ['region', 'no']]],
  ['finance|Book', [['id']]],
  ['finance|Disc', [['id']]],
  ['finance|Media', [['no']]],
])

type Selected = string | readonly [name: string, inner: readonly Selected[]]

const select = (selected: readonly Selected[]): QueryPlanSelectionNode[] =>
  selected.map((each) =>
    typeof each === 'string'
      ? { kind: 'Field', name: each }
      : { kind: 'Field', name: each[0], selections: select(each[1]) },
  )

function represent(
  fields: readonly Selected[],
  {
    on = 'Customer',
    only = null,
    ...node
  }: Partial<FetchNode> & { on?: string; only?: ReadonlySet<Raw> | null } = {},
) {
  const requires: QueryPlanSelectionNode[] = [
    { kind: 'InlineFragment', typeCondition: on, selections: select(['__typename', ...fields]) },
  ]
  const fetch = { kind: 'Fetch', serviceName: 'finance', requires, operation: '', ...node }
  const batchOf = compileRepresentations({ node: fetch as FetchNode, keys, types }) // what it reads of one
  return (entities: readonly Raw[]) => batchOf(entities, only)
}

const customer = (fields: Record<string, unknown>) => ({ __typename: 'Customer', ...fields })

describe('representations', () => {
  it('each is sent once, and every place knows which is its own', () => {
    const batch = represent(['debtorNo'])(
      ['D1', 'D2', 'D1', 'D1'].map((debtorNo) => customer({ debtorNo, name: 'not asked' })),
    )
    assert.deepEqual(batch.texts, [
      '{"__typename":"Customer","debtorNo":"D1"}',
      '{"__typename":"Customer","debtorNo":"D2"}',
    ])
    assert.deepEqual(batch.places, [0, 1, 0, 0])
  })

  it('are told apart by the type, and a number from a text of the same digits', () => {
    const batch = represent(['id'], { on: 'Media' })([
      { __typename: 'Book', id: '1' },
      { __typename: 'Disc', id: '1' },
      { __typename: 'Book', id: 1 },
      { __typename: 'Book', id: '1' },
      { __typename: 'Disc', id: '1' },
      { __typename: 'Book', id: 1 },
    ])
    assert.deepEqual(batch.texts, [
      '{"__typename":"Book","id":"1"}',
      '{"__typename":"Disc","id":"1"}',
      '{"__typename":"Book","id":1}',
    ])
    assert.deepEqual(batch.places, [0, 1, 2, 0, 1, 2])
  })

  it('are told apart by every field when there are several', () => {
    const batch = represent(['debtorNo', 'name'])(
      ['a', 'b', 'a'].map((name) => customer({ debtorNo: 'D1', name })),
    )
    assert.deepEqual(batch.places, [0, 1, 0])
  })

  it('only those are sent that are asked for', () => {
    const [one, other] = [customer({ debtorNo: 'D1' }), customer({ debtorNo: 'D2' })]
    const batch = represent(['debtorNo'], { only: new Set([other]) })([one, other])
    assert.deepEqual(batch.texts, ['{"__typename":"Customer","debtorNo":"D2"}'])
    assert.deepEqual(batch.places, [place.unconcerned, 0])
  })

  it('one without a key is not sent', () => {
    const batch = represent(['debtorNo'])([
      customer({ debtorNo: null }),
      customer({ debtorNo: 'D1' }),
    ])
    assert.deepEqual(batch.places, [place.withoutKey, 0])
    assert.equal(batch.texts.length, 1)
  })

  it('a null beside a whole key is sent: a system may need to know it', () => {
    const batch = represent(['debtorNo', 'openOrderValue'])([
      customer({ debtorNo: 'D1', openOrderValue: null }),
    ])
    assert.deepEqual(batch.texts, [
      '{"__typename":"Customer","debtorNo":"D1","openOrderValue":null}',
    ])
  })

  it('a compound key is whole or none, inside its objects too', () => {
    const batch = represent([['region', ['code']], 'no'])([
      customer({ region: { code: 'N' }, no: '1' }),
      customer({ region: { code: null }, no: '1' }),
      customer({ region: null, no: '1' }),
    ])
    assert.deepEqual(batch.texts, ['{"__typename":"Customer","region":{"code":"N"},"no":"1"}'])
    assert.deepEqual(batch.places, [0, place.withoutKey, place.withoutKey])
  })

  it('a null where none may be is no input to compute from', () => {
    const batch = represent(['debtorNo', 'rate'])([
      customer({ debtorNo: 'D1', rate: null }),
      customer({ debtorNo: 'D2', rate: 5 }),
    ])
    assert.deepEqual(batch.places, [place.withoutInput, 0])
  })

  it('an input that a failed system owes is told from one that is null', () => {
    const batch = represent(['debtorNo', 'openOrderValue'])([customer({ debtorNo: 'D1' })])
    assert.deepEqual(batch, { texts: [], places: [place.withoutInput] })
  })

  it('another type is not concerned, an interface concerns its types', () => {
    const one = { __typename: 'Book', id: '1' }
    assert.deepEqual(represent(['debtorNo'])([one]).places, [place.unconcerned])
    assert.deepEqual(represent(['id'], { on: 'Media' })([one]).texts, [
      '{"__typename":"Book","id":"1"}',
    ])
  })

  it('a type that the system does not have is not asked of it', () => {
    const media = { __typename: 'Media2', id: '1' }
    assert.deepEqual(represent(['id'], { on: 'Media2' })([media]).places, [place.unconcerned])
  })

  it('a value below another is of its type, said or declared, or it is not sent', () => {
    const batch = represent(['debtorNo', ['latest', ['amount']]])(
      [5, { x: 1 }, '5'].map((amount, at) => customer({ debtorNo: `D${at}`, latest: { amount } })),
    )
    assert.deepEqual(batch.places, [0, place.withoutInput, place.withoutInput])
  })

  it('the planner’s corrections are written instead', () => {
    const batch = represent(['id'], {
      on: 'Media',
      inputRewrites: [
        { kind: 'ValueSetter', path: ['... on Book', '__typename'], setValueTo: 'Media' },
        { kind: 'KeyRenamer', path: ['... on Media', 'id'], renameKeyTo: 'no' },
      ],
    })([{ __typename: 'Book', id: 'quoted "1"' }])
    assert.deepEqual(batch.texts, [String.raw`{"__typename":"Media","no":"quoted \"1\""}`])
  })
})

describe('keys of the supergraph', () => {
  it('are those that a system resolves, by its own name', () => {
    const found = entityKeys(
      parse(`
      enum join__Graph { CRM @join__graph(name: "crm", url: "") ERP @join__graph(name: "erp", url: "") }
      type Customer
        @join__type(graph: CRM, key: "id") @join__type(graph: CRM, key: "region { code } no")
        @join__type(graph: ERP, key: "id", resolvable: false) @join__type(graph: ERP, key: "no") { id: ID }
    `),
    )
    assert.deepEqual(
      [...found],
      [
        ['crm|Customer', [['id'], ['region', 'no']]],
        ['erp|Customer', [['no']]],
      ],
    )
  })
})
