/** Asking one system: whatever happens is an answer with a code, and nothing is left under way. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GraphQLError } from 'graphql'
import { AppError } from '#shared/errors.ts'
import { createQuestion } from '../../../gateway/engine/question.ts'
import type { Run, RunInput } from '../../../gateway/engine/run.ts'
import { send } from '../../../gateway/engine/send.ts'
import { silent, type FetchEvent } from '../../../gateway/request/observer.ts'
import type { SourceRequest } from '../../../gateway/sources/source.ts'
import { runOver, type System } from '../../support/engine.ts'

const question = createQuestion('{ a }', undefined, [])
const representations = new Map([
  ['representations', ['{}', '{}']],
  ['more', ['{}']],
])

const watched = (answer: System, input: Partial<RunInput> = {}) => {
  const asked: SourceRequest[] = []
  const told: FetchEvent[] = []
  const observer = { ...silent, fetch: (event: FetchEvent) => told.push(event) }
  const shop: System = (request) => {
    asked.push(request)
    return answer(request)
  }
  return { run: runOver({ shop }, { observer, ...input }), asked, told }
}

async function refused(run: Run, system = 'shop') {
  const { data, errors } = await send(run, system, question, representations)
  assert.equal(data, null)
  assert.equal(run.underWay.size, 0)
  return errors.map(({ message, extensions }) => `${String(extensions['code'])}: ${message}`)
}

const never = () => new Promise<never>(() => undefined)

describe('a system that answers', () => {
  it('gives its data, its errors and how long they may be kept, and is counted', async () => {
    const said = { data: { a: 1 }, errors: [new GraphQLError('m')], cacheControl: 'max-age=1' }
    const { run, told } = watched(() => said)
    assert.deepEqual(await send(run, 'shop', question, representations), said)
    assert.equal(run.underWay.size, 0)
    assert.deepEqual(
      told.map(({ system, entities, failure, cacheControl }) => ({
        system,
        entities,
        failure,
        cacheControl,
      })),
      [{ system: 'shop', entities: 3, failure: null, cacheControl: 'max-age=1' }],
    )
  })

  it('nothing but errors: they are why', async () => {
    const errors = [new GraphQLError('m', { extensions: { code: 'NOT_FOUND' } })]
    const { run, told } = watched(() => ({ data: null, errors }))
    assert.deepEqual(await refused(run), ['NOT_FOUND: m'])
    assert.equal(told[0]?.failure, 'NOT_FOUND')
  })

  for (const [data, message] of [
    [null, 'A system answered nothing.'],
    [undefined, 'A system answered nothing.'],
    [[], 'A system answered no object.'],
    ['text', 'A system answered no object.'],
  ] as const) {
    it(`${JSON.stringify(data)} is refused`, async () => {
      const { run, told } = watched(() => ({ data }) as never) // what a system may say
      assert.deepEqual(await refused(run), [`SOURCE_DATA_INVALID: ${message}`])
      assert.equal(told[0]?.failure, 'SOURCE_DATA_INVALID')
    })
  }
})

describe('a system that fails', () => {
  it('with an error of ours says its code', async () => {
    const { run } = watched(() => {
      throw new AppError('SOURCE_UNAVAILABLE', 'down')
    })
    assert.deepEqual(await refused(run), ['SOURCE_UNAVAILABLE: down'])
  })

  it('with another error says nothing of it, which stays known', async () => {
    const cause = new Error('SELECT secret')
    const { run } = watched(() => Promise.reject(cause))
    const { errors } = await send(run, 'shop', question, representations)
    assert.equal(errors[0]?.message, 'Internal error.')
    assert.equal(errors[0].originalError?.cause, cause)
  })

  it('before it is asked at all leaves no timer behind', async () => {
    const run = runOver({ shop: never })
    const source = run.sources.get('shop')
    assert.ok(source)
    source.send = () => {
      throw new Error('its headers cannot be made')
    }
    const timers = () =>
      process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length
    const before = timers()
    assert.deepEqual(await refused(run), ['INTERNAL: Internal error.'])
    assert.equal(timers(), before)
  })

  it('because it is not connected', async () => {
    assert.deepEqual(await refused(runOver(), 'crm'), [
      'SOURCE_UNAVAILABLE: The system "crm" is not connected.',
    ])
  })
})

describe('a system that does not answer', () => {
  it('is no longer waited for after its own time, and told so', async () => {
    const { run, asked, told } = watched(never, { limits: { timeoutOf: () => 1 } })
    assert.deepEqual(await refused(run), [
      'SOURCE_TIMEOUT: The system "shop" did not answer in time.',
    ])
    assert.equal(asked[0]?.signal.aborted, true)
    assert.equal(told[0]?.failure, 'SOURCE_TIMEOUT')
  })

  it('nor after the time of the whole question', async () => {
    const { run } = watched(never, { deadlineAt: performance.now() + 1 })
    assert.deepEqual(await refused(run), [
      'DEADLINE_EXCEEDED: The question took longer than it may.',
    ])
  })

  it('nor when the client leaves', async () => {
    const { run, asked } = watched(never)
    const answer = refused(run)
    for (const stop of run.underWay) stop(new Error('left'))
    assert.deepEqual(await answer, ['CANCELLED: The request was cancelled.'])
    assert.equal(asked[0]?.signal.aborted, true)
  })

  for (const [what, input, code] of [
    ['the time is over', { deadlineAt: 0 }, 'DEADLINE_EXCEEDED'],
    ['the client has left', { signal: AbortSignal.abort() }, 'CANCELLED'],
  ] as const) {
    it(`is not even asked when ${what}`, async () => {
      const { run, asked } = watched(never, input)
      const [error] = await refused(run)
      assert.ok(error?.startsWith(code), error)
      assert.deepEqual(asked, [])
    })
  }
})
