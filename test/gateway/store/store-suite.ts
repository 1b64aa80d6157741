/** The gateway's own database over any store: several processes, the revision, what is done once. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once as happened } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { useAssertion } from '../../../gateway/store/assertions.ts'
import { once } from '../../../gateway/store/idempotency.ts'
import { migrate } from '../../../gateway/store/migrate.ts'
import { markChanged, openStore, type Store } from '../../../gateway/store/store.ts'
import { repository } from '../../support/cli.ts'
import type { OpenPlace } from '../../support/stores.ts'

/** Two connections to one file would wait for each other here: SQLite waits where it stands. */
const inOneThread = (first: Store, second: Store): Store =>
  first.kind === 'sqlite' ? first : second

export function storeSuite(openPlace: OpenPlace): void {
  describe('migrations', () => {
    it('are done all together or not at all', async () => {
      await using place = await openPlace()
      await using store = await openStore(place.address)
      const known = { sqlite: 3, postgresql: 1 }[store.kind]
      const done = Array.from({ length: known }, (_, at) => ({ number: at + 1, name: '', sql: '' }))
      const sql = 'CREATE TABLE good (a INTEGER)'
      const good = { number: known + 1, name: 'good', sql }
      const bad = { number: known + 2, name: 'bad', sql }
      await assert.rejects(migrate(store, [...done, good, bad]), { code: 'STORE_UNAVAILABLE' })
      await assert.rejects(store.rows('SELECT * FROM good'))
      await migrate(store, [...done, good])
      assert.deepEqual(await store.rows('SELECT * FROM good'), [])
      await migrate(store, [...done, good]) // there is nothing left to do
    })

    it('of a newer program are refused', async () => {
      await using place = await openPlace()
      await (await openStore(place.address))[Symbol.asyncDispose]()
      await place.run(
        place.address.kind === 'sqlite'
          ? 'PRAGMA user_version = 999'
          : 'UPDATE store_version SET number = 999',
      )
      await assert.rejects(openStore(place.address), {
        code: 'DATABASE_INVALID',
        message: /newer program/,
      })
    })
  })

  describe('several processes', () => {
    it('may make the database at the same moment, and each sees the same', async () => {
      await using place = await openPlace()
      const program = `
        const { markChanged, openStore } = await import('./gateway/store/store.ts')
        while (Date.now() < ${Date.now() + 1_500}) { /* all begin at once */ }
        await using store = await openStore(${JSON.stringify(place.address)})
        await store.transaction('callers', markChanged)
        console.log('done')`
      const said = await Promise.all(
        Array.from({ length: 6 }, async () => {
          const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
            cwd: repository,
          })
          const exited = happened(child, 'exit')
          const [out, err] = await Promise.all([buffer(child.stdout), buffer(child.stderr)])
          await exited
          return `${out.toString()}${err.toString()}`
        }),
      )
      assert.deepEqual(new Set(said), new Set(['done\n']))
      await using store = await openStore(place.address)
      assert.equal(await store.revision(), 7)
    })
  })

  describe('a transaction', () => {
    it('goes on alone where others change the same, and nobody sees half of it', async () => {
      await using place = await openPlace()
      await using one = await openStore(place.address)
      await using second = await openStore(place.address)
      const other = inOneThread(one, second)
      const add = (store: typeof one) =>
        store.transaction('callers', async (inside) => {
          const [row = {}] = await inside.rows('SELECT number FROM revision')
          await inside.run('UPDATE revision SET number = ?', [Number(row['number']) + 1])
        })
      await Promise.all([one, other, one, other, one, other].map(add))
      assert.equal(await one.revision(), 7)
    })

    it('is taken back as a whole, with whatever error', async () => {
      await using place = await openPlace()
      await using store = await openStore(place.address)
      const before = await store.revision()
      for (let time = 0; time < 20; time += 1) {
        const failing = store.transaction('callers', async (inside) => {
          await markChanged(inside)
          throw new Error('taken back')
        })
        await assert.rejects(failing, /taken back/)
      }
      assert.equal(await store.revision(), before)
      await store.transaction('callers', markChanged)
      assert.equal(await store.revision(), before + 1, 'nothing of those before is in it')
      const broken = store.transaction('callers', (inside) => inside.run('NO SQL'))
      await assert.rejects(broken, { code: 'STORE_UNAVAILABLE' })
      await store.transaction('callers', markChanged)
      assert.equal(await store.revision(), before + 2)
    })
  })

  describe('the revision', () => {
    it('grows with changes of this and of another connection, and with nothing else', async () => {
      await using place = await openPlace()
      await using one = await openStore(place.address)
      await using other = await openStore(place.address)
      const before = await one.revision()
      await one.transaction('callers', markChanged)
      assert.equal(await one.revision(), before + 1)
      assert.equal(await other.revision(), before + 1)
      await other.transaction('callers', markChanged)
      assert.equal(await one.revision(), before + 2)
      await place.run("INSERT INTO used_assertion VALUES ('a', 'b', 1)")
      assert.equal(await one.revision(), before + 2)
    })
  })

  describe('a change that is sent twice', () => {
    it('is done once, answers the same, and its key is good for nothing else', async () => {
      await using place = await openPlace()
      await using store = await openStore(place.address)
      let done = 0
      const change = (subject: string, key: string, request: unknown, now = 0) =>
        store.transaction('callers', (inside) =>
          once(inside, { subject, key, request, now }, () => Promise.resolve(`result ${++done}`)),
        )
      const [first, second] = await Promise.all([
        change('a', 'k', { days: 1 }),
        change('a', 'k', { days: 1 }),
      ])
      assert.deepEqual([first.result, second.result, done], ['result 1', 'result 1', 1])
      assert.notEqual(first.isNew, second.isNew)
      await assert.rejects(change('a', 'k', { days: 2 }), { code: 'IDEMPOTENCY_KEY_REUSED' })
      assert.deepEqual(await change('b', 'k', { days: 2 }), { result: 'result 2', isNew: true })
      const nextWeek = 8 * 24 * 3_600_000
      assert.deepEqual(await change('a', 'k', { days: 2 }, nextWeek), {
        result: 'result 3',
        isNew: true,
      })
      await assert.rejects(change('a', '', {}), { code: 'BAD_USER_INPUT' })
      await assert.rejects(change('a', 'x'.repeat(201), {}), { code: 'BAD_USER_INPUT' })
    })
  })

  describe('a client assertion', () => {
    it('is good once, for each subject, also for two who bring it at once', async () => {
      await using place = await openPlace()
      await using store = await openStore(place.address)
      await using second = await openStore(place.address)
      const other = inOneThread(store, second)
      const use = (by: typeof store, subject: string, now: number) =>
        by.transaction('callers', (inside) =>
          useAssertion(inside, { subject, jti: '1', expiresAt: 100 }, now),
        )
      const both = await Promise.all([use(store, 'a', 1), use(other, 'a', 1)])
      assert.equal(both.filter((isNew) => isNew).length, 1)
      assert.equal(await use(store, 'a', 100), false)
      assert.equal(await use(store, 'b', 2), true)
    })
  })
}
