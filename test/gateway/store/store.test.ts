/** The gateway's own database: migrations, several processes, the revision, what cannot be used. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { buffer } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { createUseAssertion } from '../../../gateway/store/assertions.ts'
import { createOnce } from '../../../gateway/store/idempotency.ts'
import { migrate, readMigrations } from '../../../gateway/store/migrate.ts'
import { openStore } from '../../../gateway/store/store.ts'
import { repository } from '../../support/cli.ts'

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-store-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}

describe('migrations', () => {
  it('are named 0001-name.sql and numbered without a gap', (t) => {
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

  it('are done all together or not at all', (t) => {
    using store = openStore(join(folderOf(t), 'a.sqlite'))
    const next = [
      { number: 1, name: 'tokens', sql: '' },
      { number: 2, name: 'audit', sql: '' },
      { number: 3, name: 'token-scopes', sql: '' },
      { number: 4, name: 'good', sql: 'CREATE TABLE good (a INTEGER)' },
      { number: 5, name: 'bad', sql: 'CREATE TABLE good (a INTEGER)' },
    ]
    assert.throws(() => migrate(store.database, next, store.transaction), /already exists/)
    const { database } = store
    assert.equal(database.prepare('PRAGMA user_version').get()?.['user_version'], 3)
    assert.throws(() => database.prepare('SELECT * FROM good'), /no such table/)
    migrate(database, next.slice(0, 4), store.transaction)
    assert.deepEqual(database.prepare('SELECT * FROM good').all(), [])
  })

  it('of a newer program are refused, and a file that is no database too', (t) => {
    const file = join(folderOf(t), 'a.sqlite')
    openStore(file)[Symbol.dispose]()
    const newer = new DatabaseSync(file)
    newer.exec('PRAGMA user_version = 999')
    newer.close()
    assert.throws(() => openStore(file), { code: 'DATABASE_INVALID', message: /newer program/ })
    writeFileSync(`${file}.txt`, 'no database at all'.repeat(1_000))
    assert.throws(() => openStore(`${file}.txt`), {
      code: 'DATABASE_INVALID',
      message: /cannot be used/,
    })
  })
})

describe('several processes', () => {
  it('may make the database at the same moment, and each sees the same', async (t) => {
    const file = join(folderOf(t), 'a.sqlite')
    const program = `
      const { openStore } = await import('./gateway/store/store.ts')
      while (Date.now() < ${Date.now() + 1_500}) { /* all begin at once */ }
      using store = openStore(${JSON.stringify(file)})
      store.transaction(() => store.markChanged())
      console.log(store.database.prepare('PRAGMA journal_mode').get().journal_mode)`
    const said = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
          cwd: repository,
        })
        const exited = once(child, 'exit')
        const [out, err] = await Promise.all([buffer(child.stdout), buffer(child.stderr)])
        await exited
        return `${out.toString()}${err.toString()}`
      }),
    )
    assert.deepEqual(new Set(said), new Set(['wal\n']))
    using store = openStore(file)
    assert.equal(store.revision(), 7)
  })
})

describe('the revision', () => {
  it('grows with changes of this and of another connection, and with nothing else', (t) => {
    const file = join(folderOf(t), 'a.sqlite')
    using one = openStore(file)
    using other = openStore(file)
    const before = one.revision()
    one.transaction(() => one.markChanged())
    assert.equal(one.revision(), before + 1)
    assert.equal(other.revision(), before + 1)
    other.transaction(() => other.markChanged())
    assert.equal(one.revision(), before + 2)
    other.database.exec("INSERT INTO used_assertion VALUES ('a', 'b', 1)")
    assert.equal(one.revision(), before + 2)
  })

  it('of a change that was taken back is the old one', (t) => {
    using store = openStore(join(folderOf(t), 'a.sqlite'))
    const before = store.revision()
    assert.throws(() =>
      store.transaction(() => {
        store.markChanged()
        assert.equal(store.revision(), before + 1)
        throw new Error('taken back')
      }),
    )
    assert.equal(store.revision(), before)
  })
})

describe('a change that is sent twice', () => {
  it('is done once, answers the same, and its key is good for nothing else', (t) => {
    using store = openStore(join(folderOf(t), 'a.sqlite'))
    const onceOf = createOnce(store)
    let done = 0
    const change = (subject: string, key: string, request: unknown, now = 0) =>
      store.transaction(() => onceOf({ subject, key, request, now }, () => `result ${++done}`))
    assert.deepEqual(change('a', 'k', { days: 1 }), { result: 'result 1', isNew: true })
    assert.deepEqual(change('a', 'k', { days: 1 }), { result: 'result 1', isNew: false })
    assert.throws(() => change('a', 'k', { days: 2 }), { code: 'IDEMPOTENCY_KEY_REUSED' })
    assert.deepEqual(change('b', 'k', { days: 2 }), { result: 'result 2', isNew: true })
    const nextWeek = 8 * 24 * 3_600_000
    assert.deepEqual(change('a', 'k', { days: 2 }, nextWeek), { result: 'result 3', isNew: true })
    assert.throws(() => change('a', '', {}), { code: 'BAD_USER_INPUT' })
    assert.throws(() => change('a', 'x'.repeat(201), {}), { code: 'BAD_USER_INPUT' })
  })
})

describe('a client assertion', () => {
  it('is good once, for each subject', (t) => {
    using store = openStore(join(folderOf(t), 'a.sqlite'))
    const use = createUseAssertion(store)
    const assertion = { subject: 'a', jti: '1', expiresAt: 100 }
    assert.equal(use(assertion, 1), true)
    assert.equal(use(assertion, 100), false)
    assert.equal(use({ ...assertion, subject: 'b' }, 2), true)
  })
})
