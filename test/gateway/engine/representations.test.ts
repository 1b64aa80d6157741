/** What is sent of entities, and how the answer is laid out again. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GraphQLError } from 'graphql'
import { expand, reduce } from '../../../gateway/engine/representations.ts'
import { entityKeys } from '../../../gateway/supergraph/entity-keys.ts'

const keys = new Map([['finance|Customer', [['debtorNo'], ['region', 'no']]]])
const customer = (fields: Record<string, unknown>) => ({ __typename: 'Customer', ...fields })

describe('representations', () => {
  it('each is sent once, and laid out at every place that asked', () => {
    const given = ['D1', 'D2', 'D1', 'D1'].map((debtorNo) => customer({ debtorNo }))
    const reduced = reduce(given, 'finance', keys)
    assert.deepEqual(reduced.unique, [given[0], given[1]])
    const { data } = expand({ data: { _entities: [{ limit: 1 }, { limit: 2 }] } }, reduced)
    assert.deepEqual(data, {
      _entities: [{ limit: 1 }, { limit: 2 }, { limit: 1 }, { limit: 1 }],
    })
  })

  it('places do not share one object: later fetches write into each apart', () => {
    const reduced = reduce(
      [customer({ debtorNo: 'D1' }), customer({ debtorNo: 'D1' })],
      'finance',
      keys,
    )
    const { data } = expand({ data: { _entities: [{ inner: {} }] } }, reduced)
    assert.ok(data)
    const [first, second] = data['_entities'] as [object, object]
    assert.notEqual(first, second)
  })

  it('one without a key is not sent and is null without an error', () => {
    const reduced = reduce(
      [customer({ debtorNo: null }), customer({ debtorNo: 'D1' }), customer({ region: 'N' })],
      'finance',
      keys,
    )
    assert.deepEqual(reduced.unique, [customer({ debtorNo: 'D1' })])
    assert.deepEqual(expand({ data: { _entities: [{ limit: 1 }] } }, reduced), {
      data: { _entities: [null, { limit: 1 }, null] },
    })
  })

  it('a null beside a whole key is sent: a system may need to know it', () => {
    const given = [customer({ debtorNo: 'D1', openOrderValue: null })]
    assert.deepEqual(reduce(given, 'finance', keys).unique, given)
  })

  it('a type whose keys are not known is sent as it is', () => {
    const given = [{ __typename: 'Media', id: null }]
    assert.deepEqual(reduce(given, 'finance', keys).unique, given)
  })

  it('an error of one entity is told at every place that shares it', () => {
    const reduced = reduce(
      [null, 'D1', 'D2', 'D1'].map((debtorNo) => customer({ debtorNo })),
      'finance',
      keys,
    )
    const error = new GraphQLError('no', { path: ['_entities', 0, 'limit'] })
    const { errors } = expand({ data: { _entities: [null, {}] }, errors: [error] }, reduced)
    assert.deepEqual(
      errors?.map(({ path }) => path),
      [
        ['_entities', 1, 'limit'],
        ['_entities', 3, 'limit'],
      ],
    )
  })

  it('an answer of another length is refused, not shifted', () => {
    const reduced = reduce([customer({ debtorNo: 'D1' })], 'finance', keys)
    const { data, errors } = expand({ data: { _entities: [] } }, reduced)
    assert.equal(data, null)
    assert.equal(errors?.[0]?.extensions['code'], 'SOURCE_DATA_INVALID')
  })
})

describe('keys of the supergraph', () => {
  it('are those that a system resolves, by its own name', () => {
    const found = entityKeys(`
      enum join__Graph { CRM @join__graph(name: "crm", url: "") ERP @join__graph(name: "erp", url: "") }
      type Customer
        @join__type(graph: CRM, key: "id") @join__type(graph: CRM, key: "region { code } no")
        @join__type(graph: ERP, key: "id", resolvable: false) @join__type(graph: ERP, key: "no") { id: ID }
    `)
    assert.deepEqual(
      [...found],
      [
        ['crm|Customer', [['id'], ['region', 'no']]],
        ['erp|Customer', [['no']]],
      ],
    )
  })
})
