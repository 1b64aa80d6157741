/** What a run notes of failures: errors with their places, nulls that nobody meant, fields owed. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GraphQLError } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { lack, owe, raise, toGraphql, unsay, withPath } from '../../../gateway/engine/run.ts'
import { runOver } from '../../support/engine.ts'

describe('an error at a place', () => {
  it('unsays the null there, or the one above it, and nothing else', () => {
    const data = () => ({ a: [{ b: null, c: null }, null], d: { e: 1 } })
    const unsaid = (...path: (string | number)[]) => {
      const made = data()
      unsay(made, path)
      return made
    }
    assert.deepEqual(unsaid('a', 0, 'b'), { a: [{ b: undefined, c: null }, null], d: { e: 1 } })
    assert.deepEqual(unsaid('a', 1, 'b'), { a: [{ b: null, c: null }, undefined], d: { e: 1 } })
    for (const path of [[], ['d', 'e'], ['d', 'e', 'f'], ['x', 'y']]) {
      assert.deepEqual(unsaid(...path), data())
    }
  })

  it('is noted with that path, and keeps what it says', () => {
    const run = { ...runOver(), data: { a: null } }
    const cause = new Error('cause')
    const extensions = { code: 'NOT_FOUND' }
    raise(run, new GraphQLError('m', { path: ['x'], extensions, originalError: cause }), ['a'])
    const [error] = run.errors
    assert.deepEqual([error?.path, error?.message, error?.extensions], [['a'], 'm', extensions])
    assert.equal(error?.originalError, cause)
    assert.deepEqual(run.data, { a: undefined })
  })

  it('of ours has its code and details, and what is behind it stays known', () => {
    const ours = new AppError('SOURCE_TIMEOUT', 'late', { details: { system: 'crm' } })
    const error = withPath(toGraphql(ours), ['a'])
    assert.deepEqual(error.extensions, { code: 'SOURCE_TIMEOUT', system: 'crm' })
    assert.equal(error.originalError, ours)
  })
})

it('fields that are owed add up for a place; what they lack is known by each', () => {
  const run = runOver()
  owe(run, ['a', '@'], ['b'])
  owe(run, ['a', '@'], ['c', 'b'])
  owe(run, [], ['a'])
  assert.deepEqual(
    [...run.owed].map(([path, names]) => [path, ...names]),
    [
      ['a.@', 'b', 'c'],
      ['', 'a'],
    ],
  )
  const error = new GraphQLError('why')
  lack(run, { path: ['a', '@'], names: ['d', 'e'], error })
  assert.deepEqual([...run.lacking.keys()], ['a.@.d', 'a.@.e'])
})
