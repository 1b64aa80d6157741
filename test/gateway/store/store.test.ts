/** The gateway's own database as a file; test/services/store.test.ts has the suites over PostgreSQL. */
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { coalesced } from '../../../gateway/store/coalesced.ts'
import { readMigrations } from '../../../gateway/store/migrate.ts'
import { openStore } from '../../../gateway/store/store.ts'
import { inFile } from '../../support/stores.ts'
import { storeSuite } from './store-suite.ts'

storeSuite(inFile)

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-store-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

it('migrations are named 0001-name.sql and numbered without a gap', (t) => {
  const folder = folderOf(t)
  writeFileSync(join(folder, '0001-one.sql'), 'CREATE TABLE one (a INTEGER)')
  assert.deepEqual(
    readMigrations(folder).map(({ number, name }) => [number, name]),
    [[1, 'one']],
  )
  writeFileSync(join(folder, '0003-three.sql'), '')
  assert.throws(() => readMigrations(folder), /should have the number 2/)
  writeFileSync(join(folder, '0001-other.sql'), '')
  assert.throws(() => readMigrations(folder), /should have the number 2/)
  writeFileSync(join(folder, 'notes.txt'), '')
  assert.throws(() => readMigrations(folder), /not called like a migration/)
})

it('a file is made with the folder that it is to be in', async (t) => {
  const file = join(folderOf(t), 'a', 'folder', 'isthmus.sqlite')
  await using _ = await openStore({ kind: 'sqlite', file })
  assert.ok(existsSync(file))
})

it('a file that is no database is refused', async (t) => {
  const file = join(folderOf(t), 'a.txt')
  writeFileSync(file, 'no database at all'.repeat(1_000))
  await assert.rejects(openStore({ kind: 'sqlite', file }), {
    code: 'DATABASE_INVALID',
    message: /cannot be used/,
  })
})

it('readers never wait for a writer', async () => {
  await using place = await inFile()
  await using store = await openStore(place.address)
  const [row] = await store.rows('PRAGMA journal_mode')
  assert.equal(row?.['journal_mode'], 'wal')
})

describe('reads that share a round trip', () => {
  it('are never older than who asks, and one at a time', async () => {
    const begun: PromiseWithResolvers<number>[] = []
    const read = coalesced(() => {
      const made = Promise.withResolvers<number>()
      begun.push(made)
      return made.promise
    })
    const first = read()
    await setImmediate()
    const [second, third] = [read(), read()]
    await setImmediate()
    assert.equal(begun.length, 1)
    begun[0]?.resolve(1)
    assert.equal(await first, 1)
    await setImmediate()
    assert.equal(begun.length, 2, 'those who came meanwhile have one together')
    const fourth = read()
    begun[1]?.resolve(2)
    assert.deepEqual(await Promise.all([second, third]), [2, 2])
    await setImmediate()
    begun[2]?.resolve(3)
    assert.equal(await fourth, 3)
    const fifth = read()
    await setImmediate()
    begun[3]?.reject(new Error('gone'))
    await assert.rejects(fifth, /gone/)
    const sixth = read()
    await setImmediate()
    begun[4]?.resolve(4)
    assert.equal(await sixth, 4, 'a failure does not last')
  })
})
