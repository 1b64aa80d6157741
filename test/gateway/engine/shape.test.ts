/** The answer made of the raw data: what came right is it as it is; nulls rise to where they may stand. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { buildSchema, GraphQLError, Kind, parse } from 'graphql'
import { lack, owe, type Raw, type Run } from '../../../gateway/engine/run.ts'
import { compileShape, type ShapeOptions } from '../../../gateway/engine/shape.ts'
import { typeConditions } from '../../../gateway/engine/types.ts'
import { filteredSchema } from '../../../gateway/supergraph/filtered-schema.ts'
import type { Denied } from '../../../gateway/request/denied.ts'
import { runOver } from '../../support/engine.ts'

const schema = buildSchema(`
  scalar Date
  enum Colour { RED BLUE }
  type Query {
    thing: Thing
    other: Thing
    things: [Thing]
    needs: [Need!]!
    some: [Need]
    rows: [[Int!]]
    media: [Media]
  }
  type Thing { id: ID name: String count: Int colour: Colour inner: Thing tags: [String] ids: [ID] }
  type Need { id: ID! colour: Colour! on: Date! below: Below! }
  type Below { count: Int! }
  interface Media { id: ID title: String }
  type Book implements Media { id: ID title: String price: Int }
  type Disc implements Media { id: ID title: String price: Int }
`)
const types = typeConditions(schema)

interface Given {
  readonly denied?: readonly Denied[]
  /** What has happened before the answer is made. */
  readonly before?: ((run: Run) => void) | undefined
}

const shape = (question: string, data: Raw, given: Given = {}) =>
  shapeIn({ schema, types }, question, data, given)

function shapeIn(
  graph: Pick<ShapeOptions, 'schema' | 'types'>,
  question: string,
  data: Raw,
  { denied = [], before }: Given,
) {
  const [operation] = parse(question).definitions
  assert.ok(operation?.kind === Kind.OPERATION_DEFINITION)
  const introspect = () => ({ name: 'said' })
  const run: Run = { ...runOver(), data }
  before?.(run)
  const answer = compileShape({ operation, ...graph, denied, introspect })(run)
  const errors = run.errors.map(({ path, message }) => `${path?.join('.')}: ${message}`)
  return { answer, errors }
}

const denied = (path: string, on: readonly string[] | null = null): Denied => ({
  path: path.split('.'),
  coordinate: '',
  isField: true,
  types: on,
})

const missing = 'A system left out a value that must be there.'
const leftOut = 'A system left out a value that it was asked for.'
const otherType = 'A system answered a value of another type.'

describe('what came right', () => {
  it('is the answer as it is, to the last object and list', () => {
    const data = {
      thing: { id: '1', tags: ['a', null], inner: { count: 1, colour: 'RED', name: null } },
      things: [{ name: 'n' }, null],
      rows: [[1], []],
    }
    const { answer, errors } = shape(
      '{ thing { id tags inner { count colour name } } things { name } rows }',
      data,
    )
    assert.equal(answer, data)
    assert.deepEqual(errors, [])
  })

  it('is so under the client’s own names too', () => {
    const data = { a: { type: 'Thing', b: 'n' } }
    assert.equal(shape('{ a: thing { type: __typename b: name } }', data).answer, data)
  })

  it('stays as it is beside what did not', () => {
    const data = { things: [{ id: 1 }, { id: '2' }], thing: { id: '3' } }
    const { answer } = shape('{ things { id } thing { id } }', data)
    assert.deepEqual(answer, { things: [{ id: '1' }, { id: '2' }], thing: { id: '3' } })
    assert.equal((answer?.['things'] as unknown[] | undefined)?.[1], data.things[1])
    assert.equal(answer?.['thing'], data.thing)
  })
})

describe('what came otherwise is made anew', () => {
  const cases: Readonly<Record<string, readonly [selected: string, thing: Raw, text: string]>> = {
    'with a name more, in front': ['id', { x: 1, id: '1' }, '{"id":"1"}'],
    'with a name more, at the end': ['id', { id: '1', x: 1 }, '{"id":"1"}'],
    'with a name that stood for no selection': [
      'isthmus_hidden: __typename id',
      { isthmus_hidden: 'Thing', id: '1' },
      '{"id":"1"}',
    ],
    'with a name less': ['id name', { id: '1' }, '{"id":"1","name":null}'],
    'in another order': ['id name', { name: 'n', id: '1' }, '{"id":"1","name":"n"}'],
    'with another value first': [
      'id name count',
      { id: 1, name: 'n', count: 2 },
      '{"id":"1","name":"n","count":2}',
    ],
    'with another value in the middle': [
      'name id count',
      { name: 'n', id: 1, count: 2 },
      '{"name":"n","id":"1","count":2}',
    ],
    'with another value last': [
      'name count id',
      { name: 'n', count: 2, id: 1 },
      '{"name":"n","count":2,"id":"1"}',
    ],
    'with another item of a list': [
      'name ids',
      { name: 'n', ids: ['1', 2, '3'] },
      '{"name":"n","ids":["1","2","3"]}',
    ],
    'with a value below': [
      'id inner { id }',
      { id: '1', inner: { id: 2 } },
      '{"id":"1","inner":{"id":"2"}}',
    ],
    'under a name of the planner’s': [
      'id isthmus_alias_count: name',
      { id: '1', isthmus_alias_count: 'n' },
      '{"id":"1","count":"n"}',
    ],
    'under the name __proto__': [
      'isthmus_alias___proto__: id',
      { isthmus_alias___proto__: '1' },
      '{"__proto__":"1"}',
    ],
    'with a __proto__ that nobody asked for': [
      'id name',
      JSON.parse('{"id":"1","__proto__":{"name":"evil"}}') as Raw,
      '{"id":"1","name":null}',
    ],
  }
  for (const [what, [selected, thing, text]] of Object.entries(cases)) {
    it(what, () => {
      const data = { thing }
      const before = JSON.stringify(data)
      const { answer } = shape(`{ thing { ${selected} } }`, data)
      assert.equal(JSON.stringify(answer), `{"thing":${text}}`)
      assert.notEqual(answer?.['thing'], thing)
      assert.equal(JSON.stringify(data), before, 'the raw data is not written to')
    })
  }

  it('an object at two places is each place’s own answer, and is never changed', () => {
    const one = { id: '1', name: 'n', inner: { id: 2, count: 3 } }
    const data = { thing: one, other: one, things: [one, one] }
    const before = structuredClone(data)
    const { answer } = shape(
      '{ thing { id name inner { id count } } other { name id } things { id inner { count } } }',
      data,
      { denied: [denied('other.colour')] },
    )
    assert.deepEqual(answer, {
      thing: { id: '1', name: 'n', inner: { id: '2', count: 3 } },
      other: { name: 'n', id: '1', colour: null },
      things: [
        { id: '1', inner: { count: 3 } },
        { id: '1', inner: { count: 3 } },
      ],
    })
    assert.deepEqual(data, before)
  })
})

describe('a denied field', () => {
  it('is null, even when a system gave it', () => {
    const data = { thing: { id: '1', name: 'secret' } }
    assert.deepEqual(shape('{ thing { id } }', data, { denied: [denied('thing.name')] }), {
      answer: { thing: { id: '1', name: null } },
      errors: [],
    })
  })

  it('is null in its place only', () => {
    const data = { thing: { id: '1', inner: { id: '2' } }, other: { id: '3' } }
    const given = { denied: [denied('thing.inner.name')] }
    assert.deepEqual(shape('{ thing { id inner { id } } other { id } }', data, given).answer, {
      thing: { id: '1', inner: { id: '2', name: null } },
      other: { id: '3' },
    })
  })

  it('of a fragment is null in values of its types only', () => {
    const data = {
      media: [
        { __typename: 'Book', id: '1' },
        { __typename: 'Disc', id: '2' },
      ],
    }
    const given = { denied: [denied('media.price', ['Book'])] }
    assert.deepEqual(shape('{ media { id } }', data, given).answer, {
      media: [{ id: '1', price: null }, { id: '2' }],
    })
  })
})

describe('a null that may not stand', () => {
  const whole = { id: '1', colour: 'RED', on: '2026-01-01', below: { count: 1 } }
  for (const [what, wrong, at, message] of [
    ['an ID', { id: null }, 'id', missing],
    ['an enum', { colour: null }, 'colour', missing],
    ['a scalar of their own', { on: null }, 'on', missing],
    ['an object', { below: null }, 'below', missing],
    ['a value below', { below: { count: null } }, 'below.count', missing],
    ['a value that is left out', { on: undefined }, 'on', leftOut],
    ['a value of another type', { colour: 'GREEN' }, 'colour', otherType],
  ] as const) {
    const question = '{ some { id colour on below { count } } }'

    it(`${what}: rises to the item of the list, the others stay`, () => {
      const data = { some: [whole, { ...whole, ...wrong }, whole] }
      const { answer, errors } = shape(question, data)
      assert.deepEqual(answer, { some: [whole, null, whole] })
      assert.deepEqual(errors, [`some.1.${at}: ${message}`])
    })

    it(`${what}: takes all data where nothing above may be null`, () => {
      const data = { needs: [whole, { ...whole, ...wrong }] }
      const { answer, errors } = shape(question.replace('some', 'needs'), data)
      assert.equal(answer, null)
      assert.deepEqual(errors, [`needs.1.${at}: ${message}`])
    })
  }

  it('an item of an inner list: that list is null', () => {
    const { answer, errors } = shape('{ rows }', { rows: [[1, 2], [3, null], null] })
    assert.deepEqual(answer, { rows: [[1, 2], null, null] })
    assert.deepEqual(errors, [`rows.1.1: ${missing}`])
  })
})

describe('a null that is explained already gets no second error', () => {
  const question = '{ some { id below { count } } }'
  const data = { some: [{ id: '1', below: { count: null } }] }
  const explained = (before: (run: Run) => void, given: Raw = data) => {
    const { answer, errors } = shape(question, given, { before })
    assert.deepEqual(answer, { some: [null] })
    return errors
  }
  const errorAt = (...path: (string | number)[]) =>
    explained((run) => {
      run.errors.push(new GraphQLError('why', { path }))
    })

  it('by an error above it', () => assert.deepEqual(errorAt('some', 0), ['some.0: why']))

  it('by an error below it, which made it null in the system', () => {
    const before = (run: Run) => {
      run.errors.push(new GraphQLError('why', { path: ['some', 0, 'below', 'count'] }))
    }
    const given = { some: [{ id: '1', below: null }] }
    assert.deepEqual(explained(before, given), ['some.0.below.count: why'])
  })

  it('not by an error elsewhere', () => {
    assert.deepEqual(errorAt('some', 1), ['some.1: why', `some.0.below.count: ${missing}`])
  })

  it('by a fetch that owed the field', () => {
    assert.deepEqual(
      explained((run) => owe(run, ['some', '@', 'below'], ['count'])),
      [],
    )
  })

  it('a field whose input was missing says why, at its place', () => {
    const names = ['count']
    const before = (run: Run) =>
      lack(run, { path: ['some', '@', 'below'], names, error: new GraphQLError('no input') })
    assert.deepEqual(explained(before), ['some.0.below.count: no input'])
  })
})

it('introspection is answered beside the data', () => {
  const { answer } = shape('{ a: __type(name: "Thing") { name } thing { id } }', { thing: null })
  assert.deepEqual(answer, { a: { name: 'said' }, thing: null })
})

describe('a value of a type that the caller’s schema does not have', () => {
  const whole = buildSchema(`
    type Query { one: Media, must: Holder, list: [Media], sure: [Media!]!, held: [Holder!], any: [Either] }
    type Holder { cursor: String, media: Media! }
    interface Media { title: String }
    type Book implements Media { title: String }
    type Secret implements Media { title: String }
    union Either = Book | Secret
  `)
  const seen = filteredSchema(whole, (coordinate) => coordinate === 'Secret')
  const shapeSeen = (question: string, data: Raw, before?: (run: Run) => void) =>
    shapeIn({ schema: seen, types: typeConditions(whole) }, question, data, { before })
  const secret = { __typename: 'Secret', title: 's' }
  const book = { __typename: 'Book', title: 'b' }

  it('is null without an error, as one that is not there', () => {
    const { answer, errors } = shapeSeen('{ one { title } }', { one: secret })
    assert.deepEqual([answer, errors], [shapeSeen('{ one { title } }', { one: null }).answer, []])
  })

  it('has no place in a list, whatever its items may be', () => {
    const rows = [secret, book, null, secret]
    assert.deepEqual(shapeSeen('{ list { title } }', { list: rows }), {
      answer: { list: [{ title: 'b' }, null] },
      errors: [],
    })
    assert.deepEqual(shapeSeen('{ sure { title } }', { sure: [book, secret] }), {
      answer: { sure: [{ title: 'b' }] },
      errors: [],
    })
    assert.deepEqual(shapeSeen('{ any { __typename } }', { any: [secret, book] }), {
      answer: { any: [{ __typename: 'Book' }] },
      errors: [],
    })
  })

  it('takes along what cannot be without it', () => {
    assert.deepEqual(shapeSeen('{ must { media { title } } }', { must: { media: secret } }), {
      answer: { must: null },
      errors: [],
    })
    const held = [
      { cursor: 'a', media: secret },
      { cursor: 'b', media: book },
    ]
    assert.deepEqual(shapeSeen('{ held { cursor media { title } } }', { held }), {
      answer: { held: [{ cursor: 'b', media: { title: 'b' } }] },
      errors: [],
    })
  })

  it('takes along the errors in it; the others lead to where the answer has them', () => {
    const { answer, errors } = shapeSeen(
      '{ list { title } }',
      { list: [secret, { ...book, title: undefined }, secret, { ...book, title: {} }] },
      (run) => {
        for (const index of [0, 1, 2])
          run.errors.push(new GraphQLError('down', { path: ['list', index, 'title'] }))
      },
    )
    assert.deepEqual(answer, { list: [{ title: null }, { title: null }] })
    assert.deepEqual(errors, ['list.0.title: down', `list.1.title: ${otherType}`])
  })

  it('is an error when no schema has its type', () => {
    const { answer, errors } = shapeSeen('{ one { title } }', { one: { __typename: 'Query' } })
    assert.deepEqual([answer, errors], [{ one: null }, [`one: ${otherType}`]])
    const unknown = shapeSeen('{ one { title } }', { one: { __typename: 'Nothing' } })
    assert.deepEqual(unknown.errors, [`one: ${otherType}`])
  })
})
