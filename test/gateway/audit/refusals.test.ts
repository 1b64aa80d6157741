/** Refusals before it is known who asks, folded: bounded whatever comes, and awaited by nobody. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { UnknownCallerEntry } from '../../../gateway/audit/entry.ts'
import { foldRefusals, maxNamed, windowMs } from '../../../gateway/audit/refusals.ts'
import type { RefusalReason } from '../../../gateway/tokens/refused.ts'

interface Folding {
  readonly note: (address: string, reason?: RefusalReason) => void
  readonly flush: () => void
  readonly entries: readonly UnknownCallerEntry[]
  readonly errors: readonly object[]
}

/** Over a writer that keeps what it is given; the clock stands at the number of refusals. */
function folding(t: TestContext, write = () => Promise.resolve()): Folding {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const entries: UnknownCallerEntry[] = []
  const errors: object[] = []
  let noted = 0
  const refusals = foldRefusals({
    writer: {
      write: ({ entry }) => {
        entries.push(JSON.parse(entry) as UnknownCallerEntry)
        return write()
      },
    },
    log: { error: (what: object) => void errors.push(what) },
    now: () => noted,
  })
  return {
    entries,
    errors,
    flush: refusals.flush,
    note: (address, reason = 'MISSING') => {
      noted += 1
      refusals.note({ requestId: `r${noted}`, address, reason })
    },
  }
}

describe('refusals of unknown callers', () => {
  it('are one entry for an address and a reason, once their window has ended', (t) => {
    const { note, entries } = folding(t)
    note('192.0.2.1')
    note('192.0.2.1')
    note('192.0.2.2')
    note('192.0.2.1', 'EXPIRED')
    note('192.0.2.1')
    t.mock.timers.tick(windowMs - 1)
    assert.equal(entries.length, 0)
    t.mock.timers.tick(1)
    const kind = 'UNKNOWN_CALLER'
    const [one, other] = ['192.0.2.1', '192.0.2.2']
    assert.deepEqual(entries, [
      { at: 5, kind, since: 1, requestId: 'r1', address: one, reason: 'MISSING', count: 3 },
      { at: 3, kind, since: 3, requestId: 'r3', address: other, reason: 'MISSING', count: 1 },
      { at: 4, kind, since: 4, requestId: 'r4', address: one, reason: 'EXPIRED', count: 1 },
    ])
    t.mock.timers.tick(10 * windowMs)
    assert.equal(entries.length, 3, 'without refusals nothing is written')
    note('192.0.2.1')
    t.mock.timers.tick(windowMs)
    assert.deepEqual([entries.length, entries[3]?.count], [4, 1])
  })

  it('of 10,000 addresses are a bounded number of entries, in which none is lost', (t) => {
    const { note, flush, entries } = folding(t)
    const reasons = ['MISSING', 'UNKNOWN'] as const
    for (let at = 0; at < 10_000; at += 1)
      note(`10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`, reasons[at % 2])
    flush()
    assert.equal(entries.length, maxNamed + reasons.length)
    assert.equal(
      entries.reduce((sum, { count }) => sum + count, 0),
      10_000,
    )
    const others = entries.filter(({ address }) => address === null)
    assert.deepEqual(
      others.map(({ reason }) => reason),
      reasons,
    )
    note('10.9.9.9')
    flush()
    assert.equal(entries.at(-1)?.address, '10.9.9.9', 'the next window names addresses again')
  })

  it('name no address that is none, whatever a proxy says', (t) => {
    const { note, flush, entries } = folding(t)
    for (const address of ['', 'x'.repeat(8_000), `fe80::1%${'z'.repeat(8_000)}`, '2001:db8::1'])
      note(address)
    flush()
    assert.deepEqual(
      entries.map(({ address, count }) => [address, count]),
      [
        [null, 2],
        ['fe80::1', 1],
        ['2001:db8::1', 1],
      ],
    )
  })

  it('that cannot be written are told to the log, and go on', async (t) => {
    const { note, flush, entries, errors } = folding(t, () => Promise.reject(new Error('full')))
    note('192.0.2.1')
    flush()
    await Promise.resolve()
    assert.deepEqual([entries.length, errors.length], [1, 1])
    note('192.0.2.1')
    flush()
    assert.equal(entries.length, 2)
  })
})
