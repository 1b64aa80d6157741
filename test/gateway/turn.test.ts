/** What is done together, and when: after those who ask, and before anybody who asks later. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { endOfStep, endOfTurn, oncePerTurn } from '../../gateway/turn.ts'

describe('a turn', () => {
  it('reads once for all who ask in it, after the last of them', async () => {
    let state = 0
    let reads = 0
    const read = oncePerTurn(() => {
      reads += 1
      return state
    })
    const first = read()
    state = 1
    await Promise.resolve()
    const second = read()
    state = 2
    assert.deepEqual(await Promise.all([first, second]), [2, 2])
    state = 3
    assert.equal(await read(), 3, 'who asks later is told nothing old')
    assert.equal(reads, 2)
  })

  it('that cannot read tells all who asked, and the next one reads again', async () => {
    let fails = true
    const read = oncePerTurn(() => {
      if (fails) throw new Error('locked')
      return 'read'
    })
    const [first, second] = [read(), read()]
    await assert.rejects(first, /locked/)
    await assert.rejects(second, /locked/)
    fails = false
    assert.equal(await read(), 'read')
  })

  it('ends after each step in it, and steps end after what they go on with', async () => {
    const order: string[] = []
    const note = (what: string, when: Promise<unknown>) => when.then(() => order.push(what))
    const ended = [note('turn', endOfTurn()), note('turn', endOfTurn()), note('step', endOfStep())]
    for (let at = 0; at < 20; at += 1) await Promise.resolve()
    order.push('work')
    await Promise.all(ended)
    assert.deepEqual(order, ['work', 'step', 'turn', 'turn'])
    await setImmediate()
    await note('later', endOfTurn())
    assert.equal(order.at(-1), 'later')
  })
})
