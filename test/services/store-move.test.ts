/**
 * `isthmus store move`: the file of a data folder into a PostgreSQL, all of it or nothing.
 * `ISTHMUS_TEST_POSTGRES_URL` says where it is; without it these tests fail.
 */
import assert from 'node:assert/strict'
import { copyFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, it, type TestContext } from 'node:test'
import { append } from '../../gateway/audit/chain.ts'
import { auditKeys, digest } from '../../gateway/audit/keys.ts'
import { useAssertion } from '../../gateway/store/assertions.ts'
import { once } from '../../gateway/store/idempotency.ts'
import { openStore } from '../../gateway/store/store.ts'
import { subjectStatements } from '../../gateway/store/subjects.ts'
import { tokenStatements } from '../../gateway/store/tokens.ts'
import { isthmus, repository, type Ran } from '../support/cli.ts'
import { testDatabase, type TestDatabase } from '../support/database-servers.ts'
import { folder } from '../support/program.ts'

const key = 'a key of the tests, of at least 32 characters'
const plan = 'harbour-distribution'

interface Place extends AsyncDisposable {
  readonly data: string
  readonly file: string
  readonly database: TestDatabase
  /** A command over the file, and over the PostgreSQL. */
  readonly before: (...args: readonly string[]) => Promise<Ran>
  readonly after: (...args: readonly string[]) => Promise<Ran>
}

async function place(t: TestContext, keyBefore = key): Promise<Place> {
  const data = folder(t)
  const database = await testDatabase('postgresql')
  const run = (name: string, config: object) => {
    cpSync(join(repository, 'gateway/policy'), join(data, name, 'policy'), { recursive: true })
    writeFileSync(join(data, name, 'config.yaml'), JSON.stringify(config))
    const env = { ISTHMUS_DATA: data, ISTHMUS_CONFIG: join(data, name, 'config.yaml') }
    return (...args: readonly string[]) => isthmus(args, env)
  }
  return {
    data,
    file: join(data, 'isthmus.sqlite'),
    database,
    before: run('before', { audit: { key: keyBefore } }),
    after: run('after', { audit: { key }, store: database.ownerUrl }),
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

/** Tables whose rows are copied, and what makes one row differ from another. */
const order: Readonly<Record<string, string>> = {
  issued_token: 'id',
  subject: 'subject',
  idempotent_request: 'subject, key',
  used_assertion: 'subject, jti',
  audit_reading: 'hash',
  audit_entry: 'number',
}

/** What the tables of a file hold; the others have one row each, which says where something stands. */
function inFile(file: string): Record<string, unknown[][]> {
  using database = new DatabaseSync(file)
  const tables = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all()
  assert.deepEqual(
    tables.map(({ name }) => String(name)).toSorted(),
    [...Object.keys(order), 'audit_chain', 'revision'].toSorted(),
  )
  return Object.fromEntries(
    Object.entries(order).map(([table, by]) => [
      table,
      database
        .prepare(`SELECT * FROM ${table} ORDER BY ${by}`)
        .all()
        .map((row) => Object.values(row)),
    ]),
  )
}

async function onServer(database: TestDatabase, columns: (table: string) => string) {
  const found: Record<string, unknown[][]> = {}
  for (const [table, by] of Object.entries(order)) {
    const rows = await database.owner(`SELECT ${columns(table)} FROM ${table} ORDER BY ${by}`)
    found[table] = rows.map((row) => row.map((each) => (isWhole(each) ? Number(each) : each)))
  }
  return found
}

/** `pg` as it is gives bigint as text. */
const isWhole = (value: unknown): boolean => typeof value === 'string' && /^\d{1,15}$/.test(value)

const columnsIn = (file: string) => (table: string) => {
  using database = new DatabaseSync(file)
  const rows = database.prepare(`SELECT name FROM pragma_table_info('${table}')`).all()
  return rows.map((row) => String(row['name'])).join()
}

/** More rows than are copied at once, and some of each kind. */
async function fill({ file, before }: Place): Promise<void> {
  const created = await before('token', 'create', plan, '--name', 'ERP sync', '--address', '::1')
  assert.equal(created.code, 0, created.stderr)
  const listed = await before('token', 'list', '--json')
  const [{ id }] = JSON.parse(listed.stdout) as [{ id: string }]
  const rotated = await before('token', 'rotate', id, '--overlap', '24', '--json')
  assert.equal(rotated.code, 0, rotated.stderr)
  assert.equal((await before('subject', 'disable', 'mei.lin')).code, 0)
  await using store = await openStore({ kind: 'sqlite', file })
  await store.transaction('callers', async (inside) => {
    const tokens = tokenStatements(inside)
    for (let at = 0; at < 2_300; at += 1) {
      await tokens.insert({
        ...{ id: `tok_${at}`, hash: `h${at}`, lastFour: 'xxxx', kind: 'ISSUED', name: `n${at}` },
        ...{ subject: 'partner:many', addresses: ['192.0.2.0/24'], scopes: ['a:b:read', 'c'] },
        ...{ createdAt: at, createdBy: '客服', expiresAt: 1_900_000_000_000 + at },
      })
    }
    await tokens.use('tok_7', 1_800_000_000_000, 3)
    await tokens.revoke('tok_8', 'kao.admin', 1_800_000_000_001)
    const seen = { subject: 'wei.chen', kind: 'EMPLOYEE', groups: ['finance'] } as const
    await subjectStatements(inside).see(seen, 1_800_000_000_002)
    const request = { subject: 'kao.admin', key: 'a-key-of-its-own', request: 1, now: Date.now() }
    await once(inside, request, () => Promise.resolve('tok_7'))
    const used = { subject: 'partner:many', jti: 'j1', expiresAt: Date.now() + 60_000 }
    assert.equal(await useAssertion(inside, used, Date.now()), true)
  })
  const coordinates = JSON.stringify({ read: ['Employee.salary'], refused: [] })
  const reading = { hash: digest(coordinates), coordinates }
  await append(
    { store, keys: auditKeys(key) },
    Array.from({ length: 2_100 }, (_, at) => ({
      entry: JSON.stringify({ at, subject: '客服 \u{1f600}', reading: reading.hash }),
      reading,
    })),
  )
}

const headIn = ({ stdout }: Ran): string => /^ *head (\d+:.+)$/m.exec(stdout)?.[1] ?? ''

describe('store move', () => {
  it('copies everything as it is, and leaves the file as it was', async (t) => {
    await using at = await place(t)
    await fill(at)
    const head = headIn(await at.before('audit', 'verify'))
    const [bytes, rows] = [readFileSync(at.file), inFile(at.file)]
    const moved = await at.after('store', 'move')
    assert.deepEqual([moved.code, moved.stderr], [0, ''])
    assert.match(moved.stdout, /^ {2}2302 tokens\n {2}2 subjects\n {2}1 changes .*\n {2}1 client/m)
    assert.match(moved.stdout, /^ {2}2106 entries of the audit, which verify there/m)
    assert.equal(headIn(moved), head)
    assert.deepEqual(readFileSync(at.file), bytes)

    const copied = await onServer(at.database, columnsIn(at.file))
    const told = copied['audit_entry']?.pop()
    const entry = JSON.parse(String(told?.[1])) as Readonly<Record<string, unknown>>
    assert.match(String(entry['subject']), /^cli:./)
    assert.equal(entry['operationName'], 'store move')
    for (const table of Object.keys(order))
      assert.deepEqual(copied[table], trimmed(rows[table], columnsIn(at.file)(table)), table)

    const verified = await at.after('audit', 'verify', '--head', head)
    assert.match(verified.stdout, /^2107 entries are as they were written\./)
    const rotated = (await at.after('token', 'list', plan, '--json')).stdout
    assert.match(rotated, /"status": "ROTATED"/)

    const again = await at.after('store', 'move')
    assert.equal(again.code, 1)
    assert.match(again.stderr, /^STORE_NOT_EMPTY: .* rows in issued_token, subject, .*audit_entry/)
    assert.equal(headIn(await at.after('audit', 'verify')), headIn(verified))
  })

  it('moves nothing where the audit has another key; without it the rest', async (t) => {
    await using at = await place(t, 'another key, of at least 32 characters too')
    assert.equal((await at.before('token', 'create', plan, '--name', 'a')).code, 0)
    const refused = await at.after('store', 'move')
    assert.equal(refused.code, 1)
    assert.match(
      refused.stderr,
      /^AUDIT_INVALID: .* so nothing was moved:\n {2}entry 1 [^]*audit\.key: give that one\.\nOr .*--without-audit/,
    )
    assert.deepEqual((await at.after('token', 'list')).stdout, 'No tokens were issued.\n')
    const moved = await at.after('store', 'move', '--without-audit')
    assert.deepEqual([moved.code, moved.stderr], [0, ''])
    assert.match(moved.stdout, /^ {2}1 tokens$/m)
    assert.match(moved.stdout, /^The audit is still in the file: audit search and audit verify/m)
    assert.match((await at.after('token', 'list')).stdout, /harbour-distribution/)
    assert.match((await at.after('audit', 'verify')).stdout, /^1 entries are as they were written/)
    assert.match((await at.before('audit', 'verify')).stdout, /^2 entries are as they were/)
  })

  it('is all or nothing: what the server refuses at the end takes all back', async (t) => {
    await using at = await place(t)
    await fill(at)
    assert.equal((await at.after('token', 'list')).code, 0) // makes the tables
    await at.database.owner(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF NEW.number = 2050 THEN RAISE EXCEPTION 'no more'; END IF; RETURN NEW; END $$`,
      `CREATE TRIGGER refuse BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse()`,
    )
    const refused = await at.after('store', 'move')
    assert.equal(refused.code, 1)
    assert.match(refused.stderr, /^STORE_UNAVAILABLE: /)
    for (const table of Object.keys(order))
      assert.deepEqual(await at.database.owner(`SELECT 1 FROM ${table}`), [], table)
    await at.database.owner('DROP TRIGGER refuse ON audit_entry')
    assert.equal((await at.after('store', 'move')).code, 0)
  })

  it('takes a store that is in use for not empty, whatever is in it', async (t) => {
    await using at = await place(t)
    assert.equal((await at.before('token', 'create', plan, '--name', 'a')).code, 0)
    assert.equal((await at.after('subject', 'disable', 'mei.lin')).code, 0)
    const refused = await at.after('store', 'move', '--without-audit')
    assert.match(refused.stderr, /^STORE_NOT_EMPTY: .* rows in subject, audit_entry\. Nothing/)
    assert.equal((await at.after('token', 'list')).stdout, 'No tokens were issued.\n')
  })

  it('reads a file of an older version, and does not bring it up to date', async (t) => {
    await using at = await place(t)
    {
      using database = new DatabaseSync(at.file)
      for (const name of ['0001-tokens.sql', '0002-audit.sql']) {
        const sql = join(repository, 'gateway/store/migrations/sqlite', name)
        database.exec(readFileSync(sql, 'utf8'))
      }
      database.exec(`INSERT INTO issued_token (id, hash, last_four, kind, name, subject, created_at, created_by, expires_at)
        VALUES ('tok_old', 'h', 'xxxx', 'ISSUED', 'old', 'partner:${plan}', 1, 'x', 2); PRAGMA user_version = 2`)
    }
    const moved = await at.after('store', 'move')
    assert.deepEqual([moved.code, moved.stderr], [0, ''])
    assert.match((await at.after('token', 'list')).stdout, /^tok_old/)
    using database = new DatabaseSync(at.file)
    assert.deepEqual({ ...database.prepare('PRAGMA user_version').get() }, { user_version: 2 })
    assert.throws(() => database.prepare('SELECT scopes FROM issued_token'), /no such column/)
  })

  it('says what is missing', async (t) => {
    await using at = await place(t)
    const none = await at.after('store', 'move')
    assert.match(none.stderr, /^NOT_FOUND: The data folder .* has no store to move/)
    const file = await at.before('store', 'move')
    assert.match(file.stderr, /^CONFIGURATION_INVALID: There is no store to move to: name a Post/)
    copyFileSync(join(repository, 'package.json'), at.file)
    const damaged = await at.after('store', 'move')
    assert.match(damaged.stderr, /^DATABASE_INVALID: /)
  })
})

/** Without the columns that a file makes of others. */
const trimmed = (rows: readonly unknown[][] = [], columns: string) =>
  rows.map((row) => row.slice(0, columns.split(',').length))
