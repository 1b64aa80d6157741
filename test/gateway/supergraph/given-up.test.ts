/** Questions that a planner was given up for: how long, and how many of them, are known. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AppError } from '#shared/errors.ts'
import { createGivenUp } from '../../../gateway/supergraph/given-up.ts'

const error = new AppError('PLANNING_FAILED', 'of the test')

describe('questions that were given up', () => {
  it('are known for five minutes, and may be tried again then', () => {
    let now = 0
    const givenUp = createGivenUp({ now: () => now })
    assert.equal(givenUp.find('{ a }'), undefined)
    givenUp.add('{ a }', error)
    now = 299_999
    assert.equal(givenUp.find('{ a }'), error)
    assert.equal(givenUp.find('{ b }'), undefined)
    now = 300_000
    assert.equal(givenUp.find('{ a }'), undefined)
  })

  it('are as long known again when they are given up again', () => {
    let now = 0
    const givenUp = createGivenUp({ now: () => now })
    givenUp.add('{ a }', error)
    now = 299_999
    givenUp.add('{ a }', error)
    now = 599_998
    assert.equal(givenUp.find('{ a }'), error)
  })

  it('are known up to a number, those that were asked most lately', () => {
    const givenUp = createGivenUp({ maxKept: 2 })
    givenUp.add('{ a }', error)
    givenUp.add('{ b }', error)
    assert.equal(givenUp.find('{ a }'), error)
    givenUp.add('{ c }', error)
    assert.deepEqual(
      ['{ a }', '{ b }', '{ c }'].map((each) => givenUp.find(each)),
      [error, undefined, error],
    )
  })
})
