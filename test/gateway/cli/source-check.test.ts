/** What `isthmus source check` reads and how often, where a database does not answer, and odd names. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { AppError } from '#shared/errors.ts'
import type { SourceKind } from '#shared/sources/connection.ts'
import { scanMapping } from '#shared/sources/mapping-text.ts'
import { databaseName } from '../../../gateway/cli/commands/source/address.ts'
import { textFindings } from '../../../gateway/cli/commands/source/check/text.ts'
import { openMapping } from '../../../gateway/cli/commands/source/opened.ts'
import { takeSnapshot } from '../../../gateway/cli/commands/source/snapshot.ts'
import { isthmus } from '../../support/cli.ts'
import { checkOpened } from '../../support/checked-source.ts'

const mappings: Readonly<Record<string, string>> = {
  'source.yaml': 'kind: sqlite\nfile: ../shop.sqlite\nparameters: { least: 1, note: "$1" }\n',
  'customer.sql':
    'SELECT c.id AS "erpCustomerNo", c.name, c.currency FROM clients c WHERE c.id >= :least',
  'sales_order.sql': `SELECT o.id AS "orderNo", o.client AS "erpCustomerNo", o.state AS status,
    '$1' AS currency FROM orders o WHERE o.id >= :least`,
}

describe('isthmus source check', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-check-'))
  const set = join(folder, 'shop')
  const env = { ISTHMUS_DATA: join(folder, 'data') }

  /** Checks with a connection that says what is sent, and does not answer what `isSlow`. */
  async function checked(isSlow: (sql: string) => boolean = () => false) {
    await using opened = await openMapping({ system: 'erp', mapping: set }, env)
    const { connection } = opened
    const sent: string[] = []
    const described: string[] = []
    const { report, tables, codes } = await checkOpened(
      {
        ...opened,
        connection: {
          ...connection,
          run: (statement, limits) => {
            sent.push(statement.sql)
            return isSlow(statement.sql)
              ? Promise.reject(new AppError('SOURCE_TIMEOUT', 'It did not answer.'))
              : connection.run(statement, limits)
          },
          describe: (statement) => {
            described.push(statement.sql)
            return connection.describe(statement)
          },
        },
      },
      env,
    )
    const findings = report.relations.flatMap((each) =>
      each.findings.map(({ level, text }) => `${each.relation}: ${level}: ${text}`),
    )
    return { report, findings, sent, described, snapshot: takeSnapshot(tables, codes) }
  }

  before(() => {
    const database = new DatabaseSync(join(folder, 'shop.sqlite'))
    database.exec(`
      CREATE TABLE clients (id INTEGER PRIMARY KEY, name TEXT NOT NULL, currency TEXT NOT NULL);
      CREATE TABLE orders (id INTEGER PRIMARY KEY, client INTEGER NOT NULL, state TEXT COLLATE NOCASE);
      INSERT INTO clients VALUES (1, 'Adler', 'EUR');
      INSERT INTO orders VALUES (1, 1, 'SHIPPED'), (2, 1, 'shipped'), (3, 1, 'shipped')`)
    database.close()
    mkdirSync(set)
    for (const [name, text] of Object.entries(mappings)) writeFileSync(join(set, name), text)
  })
  after(() => rmSync(folder, { recursive: true }))

  it('counts the codes of a column once, for the report and for the next comparison', async () => {
    const { sent, snapshot } = await checked()
    const counts = sent.filter((sql) => /m\."status".*GROUP BY/s.test(sql))
    assert.equal(counts.length, 1, counts.join('\n'))
    assert.deepEqual(snapshot.codes['sales_order'], { status: ['SHIPPED', 'shipped'] })
  })

  it('tells codes apart by their exact text, whatever the column compares by', async () => {
    const { findings } = await checked()
    const told = findings.find((text) => text.includes('"status"')) ?? ''
    assert.match(told, /values that are none of ours: "shipped" \(2 rows\)\. Ours are/)
  })

  it('goes on where a column cannot be counted in time, and keeps the rest', async () => {
    const { report, findings, snapshot } = await checked((sql) =>
      /m\."status".*GROUP BY/s.test(sql),
    )
    assert.deepEqual(
      findings.filter((text) => text.includes('longer than a minute')),
      ['sales_order: warning: not all was counted: it took longer than a minute'],
    )
    assert.equal(report.relations.length, 2)
    assert.deepEqual(snapshot.codes['sales_order'], {})
    assert.deepEqual(Object.keys(snapshot.tables), ['clients', 'orders'])
  })

  it('asks the database about a mapping as often with many relations as with one', async () => {
    const { described } = await checked()
    const times = described.filter((sql) => sql.includes('FROM clients')).length
    // Once for the check, and once for what is read as the graph reads it.
    assert.equal(times, 2)
  })

  it('says when a column has more codes than were looked at', async () => {
    const mapping = join(set, 'sales_order.sql')
    writeFileSync(
      mapping,
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
        SELECT i AS "orderNo", 1 AS "erpCustomerNo", 'S' || i AS status, 'EUR' AS currency FROM n`,
    )
    const { findings } = await checked()
    writeFileSync(mapping, mappings['sales_order.sql'] ?? '')
    assert.ok(
      findings.some((text) => /warning: "status" has 1000 different codes or more/.test(text)),
      findings.join('\n'),
    )
  })

  it('prints the report even where nothing can be kept for the next comparison', async () => {
    const data = join(folder, 'full')
    mkdirSync(data)
    writeFileSync(join(data, 'sources'), 'a file where the folder should be')
    const { code, stdout } = await isthmus(
      ['source', 'check', '--system', 'erp', '--mapping', set],
      { ISTHMUS_DATA: data },
    )
    assert.equal(code, 1)
    assert.match(stdout, /^ok {2}customer \(shop\/customer\.sql\): 1 rows$/m)
  })
})

describe('the text of a mapping', () => {
  const secrets = new Set(['password_hash'])
  const findingsOf = (text: string, kind: SourceKind) =>
    textFindings(
      {
        relation: 'customer',
        file: 'customer.sql',
        text: scanMapping(text, kind),
        parameters: [],
        codes: new Map(),
      },
      secrets,
    ).map((each) => each.text)

  it('reads a secret behind a name with an apostrophe too', () => {
    const text = `SELECT c."it's", c.password_hash, 'x' FROM clients c`
    assert.deepEqual(findingsOf(text, 'postgresql'), [
      'it reads "password_hash", which looks like a secret',
    ])
  })

  it('reads no secret in a comment of MySQL', () => {
    assert.deepEqual(findingsOf('SELECT c.name # no password_hash\nFROM clients c', 'mysql'), [])
  })
})

describe('the name of a mapping set', () => {
  it('comes from a file whose name only looks encoded', () => {
    assert.equal(databaseName({ kind: 'sqlite', url: null, file: '/data/100%.sqlite' }), '100')
    assert.equal(databaseName({ kind: 'sqlite', url: null, file: '/data/a%20b.db' }), 'a-20b')
    const url = 'postgresql://u@h:5432/my%20shop'
    assert.equal(databaseName({ kind: 'postgresql', url, file: null }), 'my-shop')
  })
})
