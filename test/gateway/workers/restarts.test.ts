/** When a worker that stopped is started again, and when not any more. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRestarts } from '../../../gateway/workers/restarts.ts'

const short = { milliseconds: 1_000 }

describe('restarts', () => {
  it('come later and later, up to half a minute, and are given up only before it listened', () => {
    const after = createRestarts()
    const waits = Array.from({ length: 12 }, () => after({ ...short, hasListened: true }))
    assert.deepEqual(waits.slice(0, 4), [100, 200, 400, 800])
    assert.deepEqual(waits.slice(-2), [30_000, 30_000])
  })

  it('are given up after five starts that failed', () => {
    const after = createRestarts()
    const waits = Array.from({ length: 5 }, () => after({ ...short, hasListened: false }))
    assert.deepEqual(waits, [100, 200, 400, 800, null])
  })

  it('a start that did not fail makes good for those that did', () => {
    const after = createRestarts()
    for (let at = 0; at < 4; at += 1) after({ ...short, hasListened: false })
    assert.notEqual(after({ ...short, hasListened: true }), null)
    for (let at = 0; at < 4; at += 1) assert.notEqual(after({ ...short, hasListened: false }), null)
    assert.equal(after({ ...short, hasListened: false }), null)
  })

  it('are quick again after a long life', () => {
    const after = createRestarts()
    for (let at = 0; at < 6; at += 1) after({ ...short, hasListened: true })
    assert.equal(after({ hasListened: true, milliseconds: 60_000 }), 100)
  })
})
