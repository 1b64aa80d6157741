/** A fetch: what it puts into the tree, and where its errors go. Broken answers: ../hostile.test.ts. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildSchema, GraphQLError } from 'graphql'
import { compileFetch } from '../../../gateway/engine/fetch.ts'
import type { Raw } from '../../../gateway/engine/run.ts'
import { typeConditions } from '../../../gateway/engine/types.ts'
import { entitiesOf, fetchOf, runOver, type System } from '../../support/engine.ts'

const types = typeConditions(
  buildSchema(`
    type Query { parts: [Part] shop: Shop }
    type Part { id: ID name: String maker: Maker }
    type Maker { name: String }
    type Shop { name: String }
  `),
)
const keys = new Map([['shop|Part', [['id']]]])

interface Fetching {
  readonly operation: string
  /** What is required of the entities; a fetch at the root when there is none. */
  readonly by?: readonly string[]
  readonly path: string
  readonly data: Raw
  readonly answer: System
  readonly isWrittenBelow?: boolean
}

async function fetched({ operation, by, path, data, answer, isWrittenBelow = false }: Fetching) {
  const requires = by?.map((name) => ({ kind: 'Field', name }) as const)
  const node = fetchOf(
    operation,
    requires
      ? { requires: [{ kind: 'InlineFragment', typeCondition: 'Part', selections: requires }] }
      : {},
  )
  const step = compileFetch(node, path === '' ? [] : path.split('.'), {
    types,
    keys,
    neededScopes: () => [],
    isWrittenBelow: () => isWrittenBelow,
  })
  const asked: Readonly<Record<string, unknown>>[] = []
  const shop: System = (request) => {
    asked.push(request.variables)
    return answer(request)
  }
  const run = { ...runOver({ shop }), data }
  await step(run)
  const errors = run.errors.map((error) => `${error.message} ${error.path?.join('.') ?? ''}`)
  return { run, asked, errors }
}

const part = (id: string | null, more: Raw = {}): Raw => ({ __typename: 'Part', id, ...more })
const by = ['__typename', 'id']

describe('a fetch at the root', () => {
  it('puts what was asked for into the tree', async () => {
    const data = { parts: [] }
    const answer = () => ({ data: { shop: { name: 'n' }, unasked: 1 } })
    const { errors } = await fetched({ operation: '{shop{name}}', path: '', data, answer })
    assert.deepEqual(data, { parts: [], shop: { name: 'n' } })
    assert.deepEqual(errors, [])
  })

  it('at several places gives each its own', async () => {
    const data = { a: [{}, {}] as Raw[] }
    const answer = () => ({ data: { shop: { name: 'n' } } })
    await fetched({ operation: '{shop{name}}', path: 'a.@', data, answer })
    assert.deepEqual(data, { a: [{ shop: { name: 'n' } }, { shop: { name: 'n' } }] })
    assert.notEqual(data.a[0]?.['shop'], data.a[1]?.['shop'])
  })

  it('without a place is not made', async () => {
    const answer = () => ({ data: { shop: null } })
    const given = { operation: '{shop{name}}', path: 'a.@', data: { a: null }, answer }
    assert.deepEqual((await fetched(given)).asked, [])
  })

  it('that failed owes its fields, with the error at each', async () => {
    const answer = () => ({ data: null, errors: [new GraphQLError('down')] })
    const operation = '{shop{name} parts{id}}'
    const { run, errors } = await fetched({ operation, path: '', data: {}, answer })
    assert.deepEqual(errors, ['down shop', 'down parts'])
    assert.deepEqual(run.owed, new Map([['', new Set(['shop', 'parts'])]]))
  })

  it('gives an error its place; one at no field of its own is the first field’s', async () => {
    const answer = () => ({
      data: { shop: { name: null } },
      errors: [
        new GraphQLError('inside', { path: ['shop', 'name'] }),
        new GraphQLError('nowhere'),
        new GraphQLError('elsewhere', { path: ['other'] }),
      ],
    })
    const data: Raw = {}
    const { errors } = await fetched({ operation: '{shop{name}}', path: '', data, answer })
    assert.deepEqual(errors, ['inside shop.name', 'nowhere shop', 'elsewhere shop'])
    assert.deepEqual(data, { shop: { name: undefined } }, 'the null is none that the system means')
  })
})

describe('a fetch of entities', () => {
  const operation = entitiesOf('...on Part{name maker{name}}')
  const about = { operation, by, path: 'parts.@' }
  const twice = () => ({ parts: [part('1'), part('2'), part('1')] })
  const one = { name: 'one', maker: { name: 'm' } }

  it('asks for each once, and gives it to every place', async () => {
    const data = twice()
    const answer = () => ({ data: { _entities: [one, { name: 'two', maker: null }] } })
    const { asked, errors } = await fetched({ ...about, data, answer })
    assert.deepEqual(asked, [{ representations: [part('1'), part('2')] }])
    assert.deepEqual(data.parts, [
      part('1', one),
      part('2', { name: 'two', maker: null }),
      part('1', one),
    ])
    assert.deepEqual(errors, [])
  })

  for (const isWrittenBelow of [false, true]) {
    it(`${isWrittenBelow ? 'copies' : 'shares'} what is below when ${isWrittenBelow ? 'a' : 'no'} later fetch writes there`, async () => {
      const data = twice()
      const answer = () => ({ data: { _entities: [structuredClone(one), null] } })
      await fetched({ ...about, data, answer, isWrittenBelow })
      const [first, , third] = data.parts
      assert.deepEqual(third?.['maker'], one.maker)
      assert.equal(first?.['maker'] === third['maker'], !isWrittenBelow)
    })
  }

  it('that the system does not know, or that have no key, are null without a word', async () => {
    const data = { parts: [part('1', { name: 'kept' }), part(null)] }
    const answer = () => ({ data: { _entities: [null] } })
    const { asked, errors } = await fetched({ ...about, data, answer })
    assert.deepEqual(asked, [{ representations: [part('1')] }])
    assert.deepEqual(data.parts, [
      part('1', { name: 'kept', maker: null }),
      part(null, { name: null, maker: null }),
    ])
    assert.deepEqual(errors, [])
  })

  it('none of which has a key asks nobody', async () => {
    const answer = () => ({ data: null })
    const { asked, errors } = await fetched({ ...about, data: { parts: [part(null)] }, answer })
    assert.deepEqual([asked, errors], [[], []])
  })

  it('that are many are asked for in several requests, each to its place', async () => {
    const data = { parts: Array.from({ length: 4_500 }, (_, at) => part(String(at))) }
    const answer: System = ({ variables }) => {
      const ids = (variables['representations'] as Raw[]).map(({ id }) => id)
      const at = ids.indexOf('4400')
      const errors = at < 0 ? [] : [new GraphQLError('odd', { path: ['_entities', at, 'name'] })]
      const entities = ids.map((id) => ({ name: id === '4400' ? null : `n${String(id)}` }))
      return { data: { _entities: entities }, errors }
    }
    const { run, asked, errors } = await fetched({ ...about, data, answer })
    assert.deepEqual(
      asked.map(({ representations }) => (representations as unknown[]).length),
      [2_000, 2_000, 500],
    )
    for (const [at, { name }] of data.parts.entries()) {
      assert.equal(name, at === 4_400 ? undefined : `n${at}`)
    }
    assert.deepEqual(errors, ['odd parts.4400.name'])
    assert.deepEqual(run.owed, new Map([['parts.@', new Set(['name'])]]))
  })

  it('with an error of one: it is at every place of that one', async () => {
    const data = twice()
    const answer = () => ({
      data: {
        _entities: [
          { name: 'one', maker: { name: null } },
          { name: 'two', maker: null },
        ],
      },
      errors: [new GraphQLError('odd', { path: ['_entities', 0, 'maker', 'name'] })],
    })
    const { errors } = await fetched({ ...about, data, answer })
    assert.deepEqual(errors, ['odd parts.0.maker.name', 'odd parts.2.maker.name'])
    assert.deepEqual(data.parts[0]?.['maker'], { name: undefined })
    assert.equal(data.parts[1]?.['maker'], null)
  })

  it('that failed owe all their fields; a hundred errors say so', async () => {
    const data = { parts: Array.from({ length: 80 }, (_, at) => part(String(at))) }
    const answer = () => ({ data: null, errors: [new GraphQLError('down')] })
    const { run, errors } = await fetched({ ...about, data, answer })
    assert.equal(errors.length, 100)
    assert.deepEqual(errors.slice(0, 2), ['down parts.0.name', 'down parts.0.maker'])
    assert.deepEqual(run.owed, new Map([['parts.@', new Set(['name', 'maker'])]]))
  })
})

describe('a fetch whose input is missing', () => {
  const early = async (before: readonly GraphQLError[]) => {
    const data = { parts: [part('1'), { __typename: 'Part' }] as Raw[] }
    const asked: unknown[] = []
    const shop: System = ({ variables }) => {
      asked.push(variables['representations'])
      return { data: { _entities: [{ name: 'n' }] } }
    }
    const requires = [
      {
        kind: 'InlineFragment' as const,
        typeCondition: 'Part',
        selections: by.map((name) => ({ kind: 'Field' as const, name })),
      },
    ]
    const step = compileFetch(
      fetchOf(entitiesOf('...on Part{name}'), { requires }),
      ['parts', '@'],
      { types, keys, neededScopes: () => [], isWrittenBelow: () => false },
    )
    const run = { ...runOver({ shop }), data }
    run.errors.push(...before)
    await step(run)
    return { run, data, asked }
  }

  it('asks for the others, and for it once more when it is there', async () => {
    const { run, data, asked } = await early([])
    assert.deepEqual(asked, [[part('1')]])
    assert.equal(run.lacking.get('parts.@.name')?.extensions['code'], 'PLANNING_FAILED')
    const [again] = run.postponed
    assert.ok(again)
    data.parts[1] = Object.assign(data.parts[1] ?? {}, { id: '2' })
    assert.equal(await again(), true)
    assert.deepEqual(asked, [[part('1')], [part('2')]])
    assert.deepEqual(data.parts, [part('1', { name: 'n' }), { ...part('2'), name: 'n' }])
  })

  it('waits for nothing where a system has failed: that is why', async () => {
    const why = new GraphQLError('down')
    const { run } = await early([why])
    assert.deepEqual(run.postponed, [])
    assert.equal(run.lacking.get('parts.@.name'), why)
  })
})
