/** One question on its way: what a system is sent, and how its carrier hears that nobody waits. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AppError } from '#shared/errors.ts'
import { Call, createQuestion, type Representations } from '../../../gateway/engine/question.ts'
import { anyone } from '../../support/subgraph-fixture.ts'

const query = 'query Q__shop__0($a:ID,$"quoted"){x}'

function callOf({
  operationName,
  variables = [],
  values = {},
  representations = new Map(),
}: {
  readonly operationName?: string
  readonly variables?: readonly string[]
  readonly values?: Readonly<Record<string, unknown>>
  readonly representations?: Representations
} = {}): Call {
  return new Call(createQuestion(query, operationName, variables), {
    values,
    representations,
    principal: anyone,
    deadlineAt: 0,
    onStatement: () => undefined,
  })
}

describe('what a system is sent', () => {
  const representations = new Map([
    ['representations', ['{"id":"1"}', '{"id":"2"}']],
    ['none', []],
  ])
  const read = { representations: [{ id: '1' }, { id: '2' }], none: [] }
  const values = { a: 'a"\n', b: null, c: [{ d: 1 }], gap: undefined, other: 'of another fetch' }
  const passed = { a: 'a"\n', b: null, c: [{ d: 1 }] }
  const variables = ['a', 'gap', 'b', 'c', 'unset']

  for (const [what, given, sent] of [
    ['nothing but the query', {}, { query, variables: {} }],
    [
      'its name',
      { operationName: 'Q__shop__0' },
      { query, operationName: 'Q__shop__0', variables: {} },
    ],
    [
      'the variables it uses that have a value',
      { variables, values },
      { query, variables: passed },
    ],
    ['representations', { representations }, { query, variables: read }],
    [
      'representations after variables',
      { variables, values, representations },
      { query, variables: { ...passed, ...read } },
    ],
  ] as const) {
    it(`${what}, as JSON and as values`, () => {
      const call = callOf(given)
      assert.deepEqual(JSON.parse(call.body), sent)
      assert.deepEqual(call.variables, sent.variables)
      assert.equal(call.query, query)
    })
  }

  it('the parsed query is the same each time', () => {
    const question = createQuestion('{ a }', undefined, [])
    assert.equal(question.document(), question.document())
  })
})

describe('a call that nobody waits for any more', () => {
  const late = new AppError('SOURCE_TIMEOUT', 'late')

  it('tells the carrier once, with the first reason', () => {
    const call = callOf()
    const told: Error[] = []
    call.onStop((reason) => told.push(reason))
    call.stop(late)
    call.stop(new AppError('CANCELLED', 'later'))
    assert.deepEqual(told, [late])
  })

  it('tells who asks afterwards', () => {
    const call = callOf()
    call.stop(late)
    const told: Error[] = []
    call.onStop((reason) => told.push(reason))
    assert.deepEqual(told, [late])
    assert.equal(call.signal.reason, late)
  })

  it('aborts the signal that was given out', () => {
    const call = callOf()
    const { signal } = call
    assert.equal(signal.aborted, false)
    call.stop(late)
    assert.equal(signal.reason, late)
    assert.equal(call.signal, signal)
  })

  it('says CANCELLED for a reason that is none of ours', () => {
    const call = callOf()
    call.stop(new Error('the client left'))
    assert.ok(call.signal.reason instanceof AppError)
    assert.equal(call.signal.reason.code, 'CANCELLED')
  })
})
