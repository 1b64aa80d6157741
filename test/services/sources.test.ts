/**
 * Database servers as sources, on real ones: what comes through unchanged, and what each way of
 * failing says. All statements go through a proxy, which at the end shows that nothing wrote.
 */
import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { after, before, describe, it } from 'node:test'
import type { SourceConnection, StatementLimits } from '#shared/sources/connection.ts'
import { AppError, type ErrorCode } from '#shared/errors.ts'
import {
  eventually,
  openSource,
  serverKinds,
  testDatabase,
  type ServerKind,
  type TestDatabase,
} from '../support/database-servers.ts'

const limits = (changed: Partial<StatementLimits> = {}): StatementLimits => ({
  signal: new AbortController().signal,
  deadlineAt: Infinity,
  ...changed,
})

const ask = (source: SourceConnection, sql: string, ...parameters: unknown[]) =>
  source.run({ sql, parameters }, limits())

const sql: Readonly<
  Record<ServerKind, { readonly table: string; readonly row: string; readonly sleep: string }>
> = {
  postgresql: {
    table: `CREATE TABLE item (
      id bigint PRIMARY KEY, code char(6) NOT NULL, name text, price numeric(20,6), weight float8,
      active boolean, born date, made timestamp, stamped timestamptz, uid uuid, raw bytea, doc jsonb)`,
    row: `INSERT INTO item VALUES (9007199254740993, 'A1', 'Zoë 苏州', 12345678901234.123456, 0.1, true,
      '2024-02-29', '2024-02-29 23:30:00.123456', '2024-02-29 23:30:00+08',
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\\x00ff', '{"a": 1}')`,
    sleep: 'SELECT id FROM item, (SELECT pg_sleep(20)) s',
  },
  mysql: {
    table: `CREATE TABLE item (
      id bigint PRIMARY KEY, code char(6) NOT NULL, name varchar(40), price decimal(20,6), weight double,
      active bit(1), born date, made datetime(6), stamped timestamp NULL, uid uuid, raw varbinary(9),
      doc json)`,
    row: `INSERT INTO item VALUES (9007199254740993, 'A1', 'Zoë 苏州', 12345678901234.123456, 0.1, b'1',
      '2024-02-29', '2024-02-29 23:30:00.123456', '2024-02-29 15:30:00',
      'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', x'00ff', '{"a": 1}')`,
    sleep: 'SELECT id, SLEEP(20) FROM item',
  },
}

/** The code, the words, and that nothing of the driver's is in them. */
async function fails(
  promise: Promise<unknown>,
  code: ErrorCode,
  words: RegExp,
  database: TestDatabase,
): Promise<void> {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof AppError, String(error))
    assert.equal(error.code, code, error.message)
    assert.match(error.message, words)
    assert.doesNotMatch(error.message, /SELECT [a-z*]|127\.0\.0\.1|localhost|\bitem\b|:\d{4,5}\b/)
    assert.ok(!error.message.includes(database.name), error.message)
    return true
  })
}

for (const kind of serverKinds) {
  describe(`a source on ${kind}`, { concurrency: 4 }, () => {
    let database: TestDatabase
    let source: SourceConnection
    const dialect = sql[kind]

    before(async () => {
      database = await testDatabase(kind)
      if (kind === 'mysql') await database.owner(`SET time_zone = '+00:00'`)
      await database.owner(dialect.table, dialect.row)
      source = database.open()
    })
    after(() => database[Symbol.asyncDispose]())

    it('values come without loss and without a shift of zone', async () => {
      const [row = []] = await ask(
        source,
        'SELECT id, code, name, price, weight, active, born, made, stamped, uid FROM item',
      )
      const [id, code, name, price, weight, active, born, made, stamped, uid] = row
      assert.deepEqual(
        [id, code, name, price, Number(weight), born],
        ['9007199254740993', 'A1', 'Zoë 苏州', '12345678901234.123456', 0.1, '2024-02-29'],
      )
      assert.equal(Number(active), 1)
      assert.equal(made, '2024-02-29 23:30:00.123456')
      assert.match(String(stamped), /^2024-02-29 15:30:00(\+00)?$/)
      assert.equal(uid, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')
    })

    it('a statement is described without being run', async () => {
      const slow =
        kind === 'postgresql'
          ? 'SELECT i.*, (SELECT 1 FROM (SELECT pg_sleep(20)) s) AS "netTotal" FROM item i WHERE id = $1'
          : 'SELECT i.*, SLEEP(20) AS netTotal FROM item i WHERE id = ?'
      const began = performance.now()
      const columns = await source.describe({ sql: slow, parameters: [] })
      assert.ok(performance.now() - began < 4_000)
      assert.deepEqual(
        columns.map(({ name, type }) => `${name} ${type}`),
        [
          ...['id integer', 'code text', 'name text', 'price decimal', 'weight float'],
          ...['active boolean', 'born date', 'made timestamp', 'stamped timestamptz', 'uid uuid'],
          ...['raw binary', 'doc other', 'netTotal integer'],
        ],
      )
      assert.deepEqual(
        [0, 1, 3].map((at) => columns[at]?.native),
        kind === 'postgresql'
          ? ['bigint', 'character(6)', 'numeric(20,6)']
          : ['bigint', 'char(6)', 'decimal(20,6)'],
      )
    })

    it('values are bound by the server', async () => {
      const [where, list] =
        kind === 'postgresql' ? ['name = $1', 'id = ANY($1)'] : ['name = ?', 'id IN (?, ?)']
      for (const attack of [`\\' or 1=1 -- `, `' or ''='`, `"; DROP TABLE item; --`]) {
        assert.deepEqual(await ask(source, `SELECT id FROM item WHERE ${where}`, attack), [])
      }
      const ids = [9007199254740993n, 1]
      const rows = await ask(
        source,
        `SELECT code FROM item WHERE ${list} LIMIT 5`,
        ...(kind === 'postgresql' ? [ids] : ids),
      )
      assert.deepEqual(rows, [['A1']])
      for (const odd of ['A\0', '\ud800']) {
        const found = ask(source, `SELECT id FROM item WHERE ${where}`, odd)
        await fails(found, 'BAD_USER_INPUT', /NUL, or half of a surrogate pair/, database)
      }
    })

    it('two statements in one text are refused', async () => {
      const two = 'SELECT 1; SELECT 2'
      const words = /does not understand its mapping. See .* isthmus source check/
      await fails(source.describe({ sql: two, parameters: [] }), 'MAPPING_INVALID', words, database)
      await fails(ask(source, two), 'MAPPING_INVALID', words, database)
    })

    it('an account that may write does not write', async () => {
      const writing = database.open({ url: database.ownerUrl })
      for (const statement of [
        'INSERT INTO item (id, code) VALUES (1, 2)',
        'CREATE TABLE more (id int)',
        'DELETE FROM item',
      ]) {
        await fails(ask(writing, statement), 'MAPPING_INVALID', /was asked to write/, database)
      }
      const [[count] = []] = await database.owner('SELECT count(*) FROM item')
      assert.equal(Number(count), 1)
    })

    it('a statement whose request is cancelled is stopped on the server', async () => {
      const own = await withSlowTable(kind)
      try {
        const client = new AbortController()
        const cancelled = own.open().run(own.sleep, limits({ signal: client.signal }))
        await eventually('it runs', async () => (await own.running()) === 1)
        client.abort()
        await fails(cancelled, 'CANCELLED', /was cancelled/, own)
        await eventually('it is gone', async () => (await own.running()) === 0)

        const late = own.open().run(own.sleep, limits({ deadlineAt: performance.now() + 300 }))
        await fails(late, 'DEADLINE_EXCEEDED', /ran out of its time/, own)
        await eventually('it is gone too', async () => (await own.running()) === 0)
        assert.ok(own.proxy.statements.some((each) => /^(CANCEL|KILL QUERY \d+)$/.test(each)))
        expectReadOnly(own)
      } finally {
        await own[Symbol.asyncDispose]()
      }
    })

    it('a statement that takes too long is stopped by the server, and the next one answers', async () => {
      const quick = database.open({ statementTimeoutMs: 300, pool: { max: 1 } })
      const began = performance.now()
      await fails(ask(quick, dialect.sleep), 'SOURCE_TIMEOUT', /within its time limit/, database)
      assert.ok(performance.now() - began < 1_200, 'the server itself stopped it')
      assert.deepEqual(await ask(quick, 'SELECT code FROM item'), [['A1']])
    })

    it('a lock of another program is told apart', async () => {
      const own = await withSlowTable(kind)
      try {
        const waiting = own.open({ statementTimeoutMs: 1_500 })
        await ask(waiting, 'SELECT id FROM item')
        await own.owner(
          ...(kind === 'postgresql' ? ['BEGIN', 'LOCK TABLE item'] : ['LOCK TABLES item WRITE']),
        )
        const words = /another program has locked/
        await fails(ask(waiting, 'SELECT id FROM item'), 'SOURCE_TIMEOUT', words, own)
        await own.owner(kind === 'postgresql' ? 'ROLLBACK' : 'UNLOCK TABLES')
        assert.equal((await ask(waiting, 'SELECT id FROM item')).length, 1)
      } finally {
        await own[Symbol.asyncDispose]()
      }
    })

    it('a table that is gone and a column that is renamed are told, until they are back', async () => {
      await database.owner('CREATE TABLE changing (id int PRIMARY KEY, total int)')
      const statement = 'SELECT total FROM changing'
      assert.deepEqual(await ask(source, statement), [])
      await database.owner('ALTER TABLE changing RENAME COLUMN total TO sum')
      await fails(ask(source, statement), 'MAPPING_INVALID', /lacks a column/, database)
      await database.owner('ALTER TABLE changing RENAME TO changed')
      await fails(ask(source, statement), 'MAPPING_INVALID', /lacks a table/, database)
      await database.owner(
        'ALTER TABLE changed RENAME TO changing',
        'ALTER TABLE changing RENAME COLUMN sum TO total',
      )
      assert.deepEqual(await ask(source, statement), [])
    })

    it('a table that the account may not read is told', async () => {
      const others = kind === 'postgresql' ? 'pg_authid' : 'mysql.global_priv'
      const refused = ask(source, `SELECT * FROM ${others}`)
      await fails(refused, 'MAPPING_INVALID', /does not let its account read/, database)
    })

    it('a value with which a mapping cannot reckon is told', async () => {
      const statement =
        kind === 'postgresql'
          ? `SELECT (price / 0) FROM item`
          : `SELECT id * 9007199254740993 FROM item` // MySQL divides by zero to NULL
      await fails(ask(source, statement), 'SOURCE_DATA_INVALID', /cannot reckon/, database)
    })

    it('a wrong account, a wrong database and a server without encryption are told', async () => {
      const stranger = new URL(database.url)
      stranger.username = 'isthmus_nobody'
      const account = database.open({ url: stranger.href })
      await fails(ask(account, 'SELECT 1'), 'SOURCE_UNAVAILABLE', /user and password/, database)
      const elsewhere = new URL(database.ownerUrl)
      elsewhere.pathname = '/isthmus_nowhere'
      const absent = database.open({ url: elsewhere.href })
      await fails(ask(absent, 'SELECT 1'), 'SOURCE_UNAVAILABLE', /under the name/, database)
      const named = database.url.replace('127.0.0.1', 'localhost')
      const tls = database.open({ url: named, tls: { ca: 'no certificate' } })
      await fails(ask(tls, 'SELECT 1'), 'SOURCE_UNAVAILABLE', /encryption or certif/, database)
    })

    if (kind === 'mysql') {
      it('a certificate is never compared with another name than that of the host', () => {
        assert.throws(
          () => database.open({ tls: {} }),
          /^AppError: .* has an IP address, with which/,
        )
        database.open({ tls: { rejectUnauthorized: false } })
      })
    }

    it('statements share the connections that the server grants', async () => {
      const account = `${database.reader}_few`
      await database.owner(
        ...(kind === 'postgresql'
          ? [
              `CREATE ROLE ${account} LOGIN CONNECTION LIMIT 2 PASSWORD '${account}'`,
              `GRANT SELECT ON item TO ${account}`,
            ]
          : [
              `CREATE USER '${account}'@'%' IDENTIFIED BY '${account}' WITH MAX_USER_CONNECTIONS 2`,
              `GRANT SELECT ON ${database.name}.item TO '${account}'@'%'`,
            ]),
      )
      const url = new URL(database.url)
      url.username = url.password = account
      const first = openSource(kind, { system: 'erp', url: url.href, pool: { max: 6 } })
      try {
        const all = Array.from({ length: 30 }, () => ask(first, 'SELECT code FROM item'))
        assert.deepEqual(await Promise.all(all), Array(30).fill([['A1']]))
        const second = openSource(kind, { system: 'erp', url: url.href, pool: { max: 2 } })
        const refused = ask(second, 'SELECT 1')
        await fails(refused, 'SOURCE_UNAVAILABLE', /accepts no more connections/, database)
        await second[Symbol.asyncDispose]()
      } finally {
        await first[Symbol.asyncDispose]()
        const gone = kind === 'postgresql' ? `DROP OWNED BY ${account}` : 'SELECT 1'
        await database.owner(
          gone,
          kind === 'postgresql' ? `DROP ROLE ${account}` : `DROP USER '${account}'@'%'`,
        )
      }
    })

    it('a server that restarts in the middle of a statement is told, and answers when it is back', async () => {
      const own = await withSlowTable(kind)
      try {
        const one = own.open({ pool: { max: 1 } })
        const broken = one.run(own.sleep, limits())
        await eventually('it runs', async () => (await own.running()) === 1)
        own.proxy.refuses = true
        own.proxy.cut()
        await fails(broken, 'SOURCE_UNAVAILABLE', /broke off the connection/, own)

        const before = own.proxy.accepted
        for (let times = 0; times < 100; times += 1) {
          const away = ask(one, 'SELECT id FROM item')
          await fails(away, 'SOURCE_UNAVAILABLE', /broke off|cannot be reached/, own)
          await delay(5)
        }
        const attempts = own.proxy.accepted - before
        assert.ok(attempts >= 2 && attempts <= 8, `${attempts} attempts in half a second`)

        own.proxy.refuses = false
        await eventually('it answers again', () =>
          ask(one, 'SELECT id FROM item').then(
            () => true,
            () => false,
          ),
        )
        // A connection that broke while nobody used it costs nobody an answer.
        own.proxy.cut()
        assert.equal((await ask(one, 'SELECT id FROM item')).length, 1)
        await own.owner(
          kind === 'postgresql'
            ? `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '${own.reader}'`
            : `KILL USER '${own.reader}'`,
        )
        assert.equal((await ask(one, 'SELECT id FROM item')).length, 1)
      } finally {
        await own[Symbol.asyncDispose]()
      }
    })

    it('a server that is not there is told', async () => {
      const url = new URL(database.url)
      url.port = '1'
      const nowhere = database.open({ url: url.href })
      await fails(ask(nowhere, 'SELECT 1'), 'SOURCE_UNAVAILABLE', /cannot be reached/, database)
    })

    it('a server that falls silent is given up, in a statement and while connecting', async () => {
      const own = await withSlowTable(kind)
      try {
        const one = own.open({ statementTimeoutMs: 300, pool: { max: 1 } })
        await ask(one, 'SELECT id FROM item')
        own.proxy.stalls = true
        await fails(ask(one, 'SELECT id FROM item'), 'SOURCE_TIMEOUT', /time limit/, own)
        const another = own.open({ statementTimeoutMs: 10_000 })
        const connecting = ask(another, 'SELECT id FROM item')
        await fails(connecting, 'SOURCE_UNAVAILABLE', /cannot be reached/, own)
        own.proxy.stalls = false
        await eventually('it answers again', () =>
          ask(one, 'SELECT id FROM item').then(
            () => true,
            () => false,
          ),
        )
      } finally {
        await own[Symbol.asyncDispose]()
      }
    })

    it('who waits for a connection too long, or gives up, is told', async () => {
      const own = await withSlowTable(kind)
      try {
        const one = own.open({ statementTimeoutMs: 600, pool: { max: 1 } })
        const slow = assert.rejects(one.run(own.sleep, limits()))
        await eventually('it runs', async () => (await own.running()) === 1)
        const gone = new AbortController()
        const leaving = one.run(own.sleep, limits({ signal: gone.signal }))
        gone.abort()
        await fails(leaving, 'CANCELLED', /was cancelled/, own)
        const late = one.run(own.sleep, limits({ deadlineAt: performance.now() + 50 }))
        await fails(late, 'DEADLINE_EXCEEDED', /ran out of its time/, own)
        await slow
      } finally {
        await own[Symbol.asyncDispose]()
      }
    })

    it('text that is not well formed is told', async () => {
      const [encoding, value] =
        kind === 'postgresql'
          ? [`ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`, `E'M\\xfcller'`]
          : ['', `'M\\0ller'`]
      await using own = await testDatabase(kind, { encoding })
      await own.owner(
        'CREATE TABLE person (name varchar(20))',
        `INSERT INTO person VALUES (${value})`,
      )
      const broken = ask(own.open(), 'SELECT name FROM person')
      await fails(broken, 'SOURCE_DATA_INVALID', /not well formed/, own)
    })

    it('the statements of all of this only read', () => {
      expectReadOnly(database)
    })
  })
}

/** A database of its own, where nothing else is running. */
async function withSlowTable(kind: ServerKind) {
  const own = await testDatabase(kind)
  await own.owner(sql[kind].table, sql[kind].row)
  return { ...own, sleep: { sql: sql[kind].sleep, parameters: [] } }
}

/** What tests do on purpose, and the server refused. */
const refusedOnPurpose = /^(INSERT INTO item|CREATE TABLE more|DELETE FROM item|SELECT 1; SELECT 2)/

const allowed = /^\s*(SELECT\b|SET SESSION\b|KILL QUERY \d+$|CANCEL$)/

function expectReadOnly({ proxy }: Pick<TestDatabase, 'proxy'>): void {
  assert.ok(proxy.statements.length > 0, 'the proxy heard nothing')
  const others = proxy.statements.filter((each) => !allowed.test(each))
  assert.deepEqual(
    others.filter((each) => !refusedOnPurpose.test(each)),
    [],
  )
}
