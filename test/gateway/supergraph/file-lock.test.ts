/** One holder at a time; what a killed process left does not last. Processes: plan-store.test.ts. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { tryLock, waitForLock } from '../../../gateway/supergraph/file-lock.ts'

function lockFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-lock-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return join(folder, 'lock')
}

/** As a process that was killed so many seconds ago leaves it. */
function leave(path: string, seconds: number): void {
  writeFileSync(path, '')
  const at = Date.now() / 1_000 - seconds
  utimesSync(path, at, at)
}

describe('a lock', () => {
  it('is one holder’s until it is let go', (t) => {
    const path = lockFile(t)
    {
      using lock = tryLock(path)
      assert.ok(lock)
      assert.equal(statSync(path).mode & 0o777, 0o600)
      assert.equal(tryLock(path), null)
      assert.equal(waitForLock(path, 1), null)
      assert.equal(existsSync(path), true, 'who asks in vain takes nothing away')
    }
    assert.equal(existsSync(path), false)
    using next = tryLock(path)
    assert.ok(next)
  })

  it('that was left long ago is taken away: who asks next has it', (t) => {
    const path = lockFile(t)
    leave(path, 11)
    assert.equal(tryLock(path), null)
    using lock = tryLock(path)
    assert.ok(lock)
    assert.equal(tryLock(path), null)
  })

  it('that was left long ago is had by who waits', (t) => {
    const path = lockFile(t)
    leave(path, 11)
    using lock = waitForLock(path, 60_000)
    assert.ok(lock)
  })

  it('that is a few seconds old is somebody’s', (t) => {
    const path = lockFile(t)
    leave(path, 5)
    assert.equal(tryLock(path), null)
    assert.equal(tryLock(path), null)
  })

  it('where no file can be made is an error, and nothing to wait for', (t) => {
    const path = join(lockFile(t), 'absent', 'lock')
    assert.throws(() => tryLock(path), { code: 'ENOENT' })
    assert.throws(() => waitForLock(path, 60_000), { code: 'ENOENT' })
  })
})
