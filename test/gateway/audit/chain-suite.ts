/** The chain of the audit: what is changed, removed or moved is told, whoever wrote it; over any store. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { append, prune, verify, type Chain, type Written } from '../../../gateway/audit/chain.ts'
import { readBack, type UnknownCallerEntry } from '../../../gateway/audit/entry.ts'
import { auditKeys, auditSecret, digest } from '../../../gateway/audit/keys.ts'
import { everything } from '../../../gateway/audit/log.ts'
import {
  auditStatements,
  type AuditFilter,
  type StoredEntry,
} from '../../../gateway/store/audit.ts'
import type { StoreKind } from '../../../gateway/store/statements.ts'
import type { RefusalReason } from '../../../gateway/tokens/refused.ts'
import { openStore } from '../../../gateway/store/store.ts'
import { repository } from '../../support/cli.ts'
import type { OpenPlace, StorePlace } from '../../support/stores.ts'

const secret = 'a secret of the tests, long enough'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'isthmus-audit-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

interface OpenChain extends Chain, AsyncDisposable {
  readonly place: StorePlace
}

async function openChain(openPlace: OpenPlace): Promise<OpenChain> {
  const place = await openPlace()
  const store = await openStore(place.address)
  return {
    place,
    store,
    keys: auditKeys(secret),
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]()
      await place[Symbol.asyncDispose]()
    },
  }
}

const coordinates = JSON.stringify({ read: ['Employee.salary'], refused: [] })
const reading = { hash: digest(coordinates), coordinates }
const entry = (at: number): Written => ({
  entry: JSON.stringify({ at, subject: `s${at}`, reading: reading.hash }),
  reading,
})
async function filledChain(openPlace: OpenPlace, count = 6): Promise<OpenChain> {
  const chain = await openChain(openPlace)
  for (let at = 1; at <= count; at += 2) await append(chain, [entry(at), entry(at + 1)])
  return chain
}

async function entriesOf({ store }: Chain): Promise<readonly StoredEntry[]> {
  const entries: StoredEntry[] = []
  for await (const each of auditStatements(store).entries()) entries.push(each)
  return entries
}

/** As somebody with a program for the database would: the triggers are no obstacle to malice. */
async function forge({ place, store: { kind } }: OpenChain, statement: string): Promise<void> {
  await place.run(...withoutTriggers[kind], ...statement.split(';'))
}

const withoutTriggers: Readonly<Record<StoreKind, readonly string[]>> = {
  sqlite: [
    'DROP TRIGGER audit_entry_never_changes',
    'DROP TRIGGER audit_entry_stays',
    'DROP TRIGGER audit_reading_never_changes',
  ],
  postgresql: [
    'ALTER TABLE audit_entry DISABLE TRIGGER USER',
    'ALTER TABLE audit_reading DISABLE TRIGGER USER',
  ],
}

export function chainSuite(openPlace: OpenPlace): void {
  describe('the chain of the audit', () => {
    it('is as it was written, over several groups', async () => {
      await using chain = await filledChain(openPlace)
      const { entries, head, problems } = await verify(chain)
      assert.deepEqual([entries, head.number, problems], [6, 6, []])
      assert.deepEqual((await verify(chain, head)).problems, [])
    })

    it('refuses changes by statements, as a safeguard', async () => {
      await using chain = await filledChain(openPlace)
      for (const statement of [
        `UPDATE audit_entry SET entry = '{}' WHERE number = 1`,
        'DELETE FROM audit_entry WHERE number = 1',
        `UPDATE audit_reading SET coordinates = '{}'`,
      ]) {
        await assert.rejects(async () => await chain.place.run(statement), /append-only/)
      }
    })

    const forgeries: Readonly<Record<string, [statement: string, told: RegExp]>> = {
      'a changed row': [
        `UPDATE audit_entry SET entry = replace(entry, 's3', 'x') WHERE number = 3`,
        /entry 3 is not as it was written/,
      ],
      'a removed row': ['DELETE FROM audit_entry WHERE number = 3', /entries 3 to 3 are missing/],
      'two rows in each other’s places': [
        `UPDATE audit_entry SET number = -3 WHERE number = 3;
         UPDATE audit_entry SET number = 3 WHERE number = 4;
         UPDATE audit_entry SET number = 4 WHERE number = -3`,
        /entry 3 is not as it was written, or not in its place/,
      ],
      'a row twice': [
        `INSERT INTO audit_entry (number, entry, hash) SELECT 7, entry, hash FROM audit_entry WHERE number = 6;
         UPDATE audit_chain SET head_number = 7`,
        /entry 7 is not as it was written/,
      ],
      'an end that is cut off': [
        'DELETE FROM audit_entry WHERE number > 4',
        /ends at entry 4, but should end at 6/,
      ],
      'a beginning that is cut off': [
        `UPDATE audit_chain SET anchor_number = 2, anchor_hash = (SELECT hash FROM audit_entry WHERE number = 2);
         DELETE FROM audit_entry WHERE number <= 2`,
        /entries up to 2 are missing, and were not removed by their age/,
      ],
      'other coordinates': [
        `UPDATE audit_reading SET coordinates = '{"read":[],"refused":[]}'`,
        /coordinates .* not as they were written/,
      ],
      'no coordinates': ['DELETE FROM audit_reading', /coordinates .* are missing/],
    }
    for (const [what, [statement, told]] of Object.entries(forgeries)) {
      it(`tells ${what}`, async () => {
        await using chain = await filledChain(openPlace)
        await forge(chain, statement)
        assert.match((await verify(chain)).problems.join('\n'), told)
      })
    }

    it('tells an end that is cut off with its head, by a head noted elsewhere', async () => {
      await using chain = await filledChain(openPlace)
      const { head } = await verify(chain)
      await forge(
        chain,
        `DELETE FROM audit_entry WHERE number > 4;
         UPDATE audit_chain SET head_number = 4, head_hash = (SELECT hash FROM audit_entry WHERE number = 4)`,
      )
      assert.deepEqual((await verify(chain)).problems, [])
      assert.deepEqual((await verify(chain, head)).problems, ['entry 6 is missing'])
      await append(chain, [entry(7), entry(8)])
      assert.match(
        (await verify(chain, head)).problems.join(),
        /entry 6 is another one than was noted/,
      )
    })

    it('cannot be made anew without the key', async () => {
      await using chain = await filledChain(openPlace)
      await using forged = await openChain(openPlace)
      await append({ ...forged, keys: auditKeys('another secret of the tests') }, [entry(1)])
      assert.match(
        (await verify({ ...forged, keys: chain.keys })).problems.join(),
        /entry 1 is not/,
      )
    })

    it('stays whole when what is old is removed, as often as that is', async () => {
      await using chain = await filledChain(openPlace)
      await prune(chain, { before: 3, now: 10 })
      assert.deepEqual((await verify(chain)).problems, [])
      assert.equal((await verify(chain)).entries, 5) // 3 to 6, and that it was removed
      await append(chain, [entry(11)])
      await prune(chain, { before: 11, now: 12 })
      assert.deepEqual((await verify(chain)).problems, [])
      assert.deepEqual(
        (await entriesOf(chain)).map(({ number }) => number),
        [8, 9],
      )
      await prune(chain, { before: 1_000, now: 1_001 })
      assert.deepEqual((await verify(chain)).problems, [])
      assert.equal(await auditStatements(chain.store).reading(reading.hash), null)
    })

    it('takes a group whole or not at all', async () => {
      await using chain = await filledChain(openPlace)
      await chain.place.run(
        chain.store.kind === 'sqlite'
          ? `CREATE TRIGGER refuse BEFORE INSERT ON audit_entry WHEN NEW.number = 8
             BEGIN SELECT RAISE(ABORT, 'refused'); END`
          : 'ALTER TABLE audit_entry ADD CONSTRAINT refuse CHECK (number <> 8)',
      )
      await assert.rejects(append(chain, [entry(7), entry(8)]), { code: 'STORE_UNAVAILABLE' })
      const { entries, head, problems } = await verify(chain)
      assert.deepEqual([entries, head.number, problems], [6, 6, []])
      await append(chain, [entry(7)])
      assert.deepEqual((await verify(chain)).problems, [])
    })

    it('takes every text that a caller can bring, as far as a database has characters for it', async () => {
      await using chain = await openChain(openPlace)
      const written = { subject: 'a\0b\ud800c', operationName: '\\u0000 😀', more: '\u2028' }
      await append(chain, [{ entry: JSON.stringify({ at: 1, ...written }), reading: null }])
      const [kept] = await entriesOf(chain)
      const { subject, ...others } = JSON.parse(kept?.entry ?? '') as typeof written
      assert.deepEqual(others, { at: 1, operationName: written.operationName, more: written.more })
      assert.equal(subject, 'a\ufffdb\ufffdc')
      assert.deepEqual((await verify(chain)).problems, [])
    })

    it('is removed in parts when much is old, and is whole all the time', async () => {
      await using chain = await filledChain(openPlace, 12)
      await prune(chain, { before: 11, now: 20, most: 4 })
      assert.deepEqual(
        (await entriesOf(chain)).map(({ number }) => number),
        [11, 12, 13, 14, 15],
      )
      assert.deepEqual((await verify(chain)).problems, [])
    })

    it('is found by who, what, which record and when', async () => {
      await using chain = await openChain(openPlace)
      const records = [{ type: 'Customer', keys: ['id=1', 'id=2'], more: 0, unkeyed: 0 }]
      const other = JSON.stringify({ read: [], refused: ['Employee.grade'] })
      await append(chain, [
        entry(1),
        { entry: JSON.stringify({ at: 2, subject: 'b', records }), reading: null },
        {
          entry: JSON.stringify({ at: 3, subject: 'b', reading: digest(other) }),
          reading: { hash: digest(other), coordinates: other },
        },
      ])
      const statements = auditStatements(chain.store)
      const found = async (filter: Partial<AuditFilter>, before: number | null = null) => {
        const whole = { ...everything, ...filter }
        const page = await statements.page({ filter: whole, limit: 10, before })
        if (before === null) assert.equal(await statements.count(whole), page.length)
        return page.map(({ number }) => number)
      }
      assert.deepEqual(await found({}), [3, 2, 1])
      assert.deepEqual(await found({}, 3), [2, 1])
      assert.deepEqual(await found({ subject: 'b' }), [3, 2])
      assert.deepEqual(await found({ coordinate: 'Employee.salary' }), [1])
      assert.deepEqual(await found({ coordinate: 'Employee.grade' }), [3])
      assert.deepEqual(await found({ record: 'Customer:id=2' }), [2])
      assert.deepEqual(await found({ record: 'Customer:id=3' }), [])
      assert.deepEqual(await found({ since: 2, until: 3 }), [2])
      assert.deepEqual(await found({ isKnown: true }), [3, 2, 1])
      assert.deepEqual(await found({ isKnown: false }), [])
      const odd = found({ subject: 'a\0' })
      if (chain.store.kind === 'sqlite') assert.deepEqual(await odd, [])
      else await assert.rejects(odd, { code: 'BAD_USER_INPUT' })
    })

    it('holds what was refused to nobody known, found apart and removed by its age', async () => {
      await using chain = await openChain(openPlace)
      const unknown = (at: number, address: string | null, reason: RefusalReason): Written => ({
        entry: JSON.stringify({
          ...{ at, kind: 'UNKNOWN_CALLER', since: at, requestId: `r${at}`, count: 7 },
          ...{ address, reason },
        } satisfies UnknownCallerEntry),
        reading: null,
      })
      const address = '192.0.2.1'
      await append(chain, [
        entry(1),
        unknown(2, address, 'MISSING'),
        unknown(3, address, 'EXPIRED'),
        unknown(4, null, 'MISSING'),
      ])
      const log = (filter: Partial<AuditFilter>) =>
        auditStatements(chain.store).page({
          filter: { ...everything, ...filter },
          limit: 10,
          before: null,
        })
      const found = async (filter: Partial<AuditFilter>) =>
        (await log(filter)).map(({ number }) => number)
      assert.deepEqual(await found({}), [4, 3, 2, 1])
      assert.deepEqual(await found({ isKnown: true }), [1])
      assert.deepEqual(await found({ isKnown: false }), [4, 3, 2])
      assert.deepEqual(await found({ address }), [3, 2])
      assert.deepEqual(await found({ reason: 'MISSING' }), [4, 2])
      assert.deepEqual(await found({ address, reason: 'MISSING', since: 2, until: 3 }), [2])
      assert.deepEqual(await found({ subject: 's2' }), [])
      const [last] = (await log({ reason: 'EXPIRED' })).map(readBack)
      const { subject, audience, outcome, codes, requestId, unknown: told } = last ?? {}
      assert.deepEqual(
        [subject, audience, outcome, codes, requestId, told?.count],
        [null, null, 'REFUSED', ['UNAUTHENTICATED'], 'r3', 7],
      )
      await prune(chain, { before: 4, now: 10 })
      assert.deepEqual(await found({}), [4], 'that something was removed is no entry of anybody')
      assert.deepEqual((await verify(chain)).problems, [])
    })

    it('is one chain however many processes write it', { timeout: 60_000 }, async ({ signal }) => {
      await using chain = await openChain(openPlace)
      const groups = 40
      const program = `
        import { append } from './gateway/audit/chain.ts'
        import { auditKeys } from './gateway/audit/keys.ts'
        import { openStore } from './gateway/store/store.ts'
        const [address, secret, name] = process.argv.slice(1)
        const store = await openStore(JSON.parse(address))
        const chain = { store, keys: auditKeys(secret) }
        const others = () => store.rows('SELECT 1 FROM audit_entry WHERE subject <> ? LIMIT 1', [name])
        for (let n = 0; n < ${groups}; n += 1) {
          const entry = (k) => ({ entry: JSON.stringify({ at: n, subject: name, k }), reading: null })
          await append(chain, [entry(0), entry(1), entry(2)])
          // Both are at it at the same time: none goes on before the other one has begun.
          while (n === 0 && (await others()).length === 0)
            await new Promise((resolve) => setTimeout(resolve, 1))
        }
        await store[Symbol.asyncDispose]()`
      const write = async (name: string) => {
        const address = JSON.stringify(chain.place.address)
        const args = ['--input-type=module-typescript', '-e', program, address, secret, name]
        const child = spawn(process.execPath, args, {
          cwd: repository,
          stdio: 'inherit',
          signal, // none waits for another one that has failed
        })
        const [code] = await once(child, 'exit')
        assert.equal(code, 0)
      }
      await Promise.all([write('one'), write('two')])
      const { entries, problems } = await verify(chain)
      assert.deepEqual([entries, problems], [2 * groups * 3, []])
      const writers = (await entriesOf(chain)).map(
        ({ entry: text }) => (JSON.parse(text) as { subject: string }).subject,
      )
      const changes = writers.filter((name, at) => at > 0 && name !== writers[at - 1]).length
      assert.ok(changes > 1, 'they wrote at the same time, so the test means something')
      for (let at = 0; at < writers.length; at += 3)
        assert.equal(new Set(writers.slice(at, at + 3)).size, 1, 'a group stays together')
    })

    it('has one secret for a folder, and hides values by it', (t) => {
      const data = folder(t)
      const first = auditSecret(data)
      assert.equal(auditSecret(data), first)
      assert.ok(first.length >= 64)
      const [one, other] = [auditKeys(first), auditKeys(auditSecret(folder(t)))]
      assert.equal(one.value('A000001'), auditKeys(first).value('A000001'))
      assert.notEqual(one.value('A000001'), one.value('A000002'))
      assert.notEqual(one.value('A000001'), other.value('A000001'))
    })
  })
}
