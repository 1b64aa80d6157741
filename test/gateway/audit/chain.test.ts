/** The chain of the audit: what is changed, removed or moved is told, whoever wrote it. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { append, prune, verify, type Chain, type Written } from '../../../gateway/audit/chain.ts'
import { auditKeys, auditSecret, digest } from '../../../gateway/audit/keys.ts'
import { auditStatements } from '../../../gateway/store/audit.ts'
import { openStore } from '../../../gateway/store/store.ts'
import { repository } from '../../support/cli.ts'

const secret = 'a secret of the tests, long enough'

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'isthmus-audit-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

function open(
  t: TestContext,
  file = join(folder(t), 'a.sqlite'),
): Chain & { readonly file: string } {
  const store = openStore(file)
  t.after(() => store[Symbol.dispose]())
  return { file, store, statements: auditStatements(store), keys: auditKeys(secret) }
}

const coordinates = JSON.stringify({ read: ['Employee.salary'], refused: [] })
const reading = { hash: digest(coordinates), coordinates }
const entry = (at: number): Written => ({
  entry: JSON.stringify({ at, subject: `s${at}`, reading: reading.hash }),
  reading,
})
const filled = (t: TestContext, count = 6): ReturnType<typeof open> => {
  const chain = open(t)
  for (let at = 1; at <= count; at += 2) append(chain, [entry(at), entry(at + 1)])
  return chain
}

/** As somebody with a program for SQLite would: the triggers are no obstacle to malice. */
function forge({ store: { database } }: Chain, statement: string): void {
  const triggers = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).all()
  for (const { name } of triggers) database.exec(`DROP TRIGGER ${String(name)}`)
  database.exec(statement)
}

describe('the chain of the audit', () => {
  it('is as it was written, over several groups', (t) => {
    const chain = filled(t)
    const { entries, head, problems } = verify(chain)
    assert.deepEqual([entries, head.number, problems], [6, 6, []])
    assert.deepEqual(verify(chain, head).problems, [])
  })

  it('refuses changes by statements, as a safeguard', (t) => {
    const { store } = filled(t)
    for (const statement of [
      `UPDATE audit_entry SET entry = '{}' WHERE number = 1`,
      'DELETE FROM audit_entry WHERE number = 1',
      `UPDATE audit_reading SET coordinates = '{}'`,
    ]) {
      assert.throws(() => store.database.exec(statement), /append-only/)
    }
  })

  const forgeries: Readonly<Record<string, [statement: string, told: RegExp]>> = {
    'a changed row': [
      `UPDATE audit_entry SET entry = json_set(entry, '$.subject', 'x') WHERE number = 3`,
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
    it(`tells ${what}`, (t) => {
      const chain = filled(t)
      forge(chain, statement)
      assert.match(verify(chain).problems.join('\n'), told)
    })
  }

  it('tells an end that is cut off with its head, by a head noted elsewhere', (t) => {
    const chain = filled(t)
    const { head } = verify(chain)
    forge(
      chain,
      `DELETE FROM audit_entry WHERE number > 4;
       UPDATE audit_chain SET head_number = 4, head_hash = (SELECT hash FROM audit_entry WHERE number = 4)`,
    )
    assert.deepEqual(verify(chain).problems, [])
    assert.deepEqual(verify(chain, head).problems, ['entry 6 is missing'])
    append(chain, [entry(7), entry(8)])
    assert.match(verify(chain, head).problems.join(), /entry 6 is another one than was noted/)
  })

  it('cannot be made anew without the key', (t) => {
    const chain = filled(t)
    const forged = open(t)
    append({ ...forged, keys: auditKeys('another secret of the tests') }, [entry(1)])
    assert.match(verify({ ...forged, keys: chain.keys }).problems.join(), /entry 1 is not/)
  })

  it('stays whole when what is old is removed, as often as that is', (t) => {
    const chain = filled(t)
    prune(chain, { before: 3, now: 10 })
    assert.deepEqual(verify(chain).problems, [])
    assert.equal(verify(chain).entries, 5) // 3 to 6, and that it was removed
    append(chain, [entry(11)])
    prune(chain, { before: 11, now: 12 })
    assert.deepEqual(verify(chain).problems, [])
    assert.deepEqual(
      [...chain.statements.entries()].map(({ number }) => number),
      [8, 9],
    )
    prune(chain, { before: 1_000, now: 1_001 })
    assert.deepEqual(verify(chain).problems, [])
    assert.equal(chain.statements.reading(reading.hash), null)
  })

  it('takes a group whole or not at all, also when the disk is full', (t) => {
    const chain = filled(t)
    const { database } = chain.store
    const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count'])
    database.exec(`PRAGMA max_page_count = ${pages}`)
    const large = { entry: JSON.stringify({ at: 8, filler: 'x'.repeat(100_000) }), reading: null }
    assert.throws(() => append(chain, [entry(7), large]), /full/)
    assert.equal(verify(chain).head.number, 6)
    assert.deepEqual(verify(chain).problems, [])
    database.exec('PRAGMA max_page_count = 1000000')
    append(chain, [entry(7), large])
    assert.deepEqual([verify(chain).entries, verify(chain).problems], [8, []])
  })

  it('is one chain however many processes write it', async (t) => {
    const chain = open(t)
    const groups = 40
    const program = `
      import { append } from './gateway/audit/chain.ts'
      import { auditKeys } from './gateway/audit/keys.ts'
      import { auditStatements } from './gateway/store/audit.ts'
      import { openStore } from './gateway/store/store.ts'
      const [file, secret, name] = process.argv.slice(1)
      const store = openStore(file)
      const chain = { store, statements: auditStatements(store), keys: auditKeys(secret) }
      for (let n = 0; n < ${groups}; n += 1) {
        const entry = (k) => ({ entry: JSON.stringify({ at: n, subject: name, k }), reading: null })
        append(chain, [entry(0), entry(1), entry(2)])
        // Both are at it at the same time: none goes on before the other one has begun.
        while (n === 0 && !store.database.prepare('SELECT 1 FROM audit_entry WHERE subject <> ?').get(name))
          await new Promise((resolve) => setTimeout(resolve, 1))
      }
      store[Symbol.dispose]()`
    const write = async (name: string) => {
      const args = ['--input-type=module-typescript', '-e', program, chain.file, secret, name]
      const child = spawn(process.execPath, args, { cwd: repository, stdio: 'inherit' })
      const [code] = await once(child, 'exit')
      assert.equal(code, 0)
    }
    await Promise.all([write('one'), write('two')])
    const { entries, problems } = verify(chain)
    assert.deepEqual([entries, problems], [2 * groups * 3, []])
    const writers = [...chain.statements.entries()].map(
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
