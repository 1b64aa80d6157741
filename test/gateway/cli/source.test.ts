/** `isthmus source` on a SQLite file that is not ours: proposed, checked, compared, looked at. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isthmus } from '../../support/cli.ts'

const tables = `
  CREATE TABLE clients (
    client_no INTEGER PRIMARY KEY, client_name TEXT NOT NULL, curr TEXT NOT NULL, region TEXT,
    password_hash TEXT, api_token TEXT);
  CREATE TABLE articles (article_id INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT);
  CREATE TABLE orders (
    order_no INTEGER PRIMARY KEY, client_no INTEGER NOT NULL REFERENCES clients, order_date DATETIME NOT NULL,
    state TEXT NOT NULL, subtotal NUMERIC(12,2) NOT NULL, currency TEXT NOT NULL, "ship to" TEXT);
  CREATE TABLE order_items (
    order_no INTEGER NOT NULL REFERENCES orders, line_no INTEGER NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles, qty NUMERIC(9,3) NOT NULL, PRIMARY KEY (order_no, line_no));
  INSERT INTO clients VALUES (1, 'Adler', 'EUR', 'north', 'hunter2', 'tok-1'), (2, 'Brandt', 'EUR', NULL, 'hunter3', 'tok-2');
  INSERT INTO articles VALUES (10, 'Pump', 'PCE'), (11, 'Seal', 'PCE');
  INSERT INTO orders VALUES
    (100, 1, '2026-03-01 08:15:00', 'confirmed', 12.5, 'EUR', NULL),
    (101, 2, '2026-03-02 09:00:00', 'shipped', 1200, 'EUR', 'dock 3');
  INSERT INTO order_items VALUES (100, 1, 10, 2), (100, 2, 11, 4.5), (101, 1, 10, 1);
`

describe('isthmus source', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-source-'))
  const file = join(folder, 'shop.sqlite')
  const set = join(folder, 'shop')
  const env = { ISTHMUS_DATA: join(folder, 'data') }
  const source = (...args: readonly string[]) => isthmus(['source', ...args], env)
  const check = (...args: readonly string[]) =>
    source('check', '--system', 'erp', '--mapping', set, ...args)
  const change = (sql: string) => {
    const database = new DatabaseSync(file)
    database.exec(`PRAGMA foreign_keys = OFF; ${sql}`)
    database.close()
  }
  const read = (name: string) => readFileSync(join(set, name), 'utf8')

  before(() => change(tables))
  after(() => rmSync(folder, { recursive: true }))

  it('init proposes what names, types and keys say, and leaves open what they do not', async () => {
    const { code, stdout, stderr } = await source(
      'init',
      '--url',
      file,
      '--system',
      'erp',
      '--out',
      set,
    )
    assert.equal(code, 0, stderr)
    assert.match(stdout, /^mapped {2}customer +clients \(\d+ %\)/m)
    assert.match(stdout, /^mapped {2}sales_order_line +order_items /m)
    assert.match(stdout, /^missing market_datum$/m)
    assert.match(stderr, /source check --system erp --mapping/)

    assert.match(read('source.yaml'), /^kind: sqlite\nfile: "\.\.\/shop\.sqlite"$/m)
    const order = read('sales_order.sql')
    assert.match(order, /^ +t\."order_no" AS "orderNo"/m)
    assert.match(order, /^ +, t\."client_no" AS "erpCustomerNo" -- \d+ %: refers to clients$/m)
    assert.match(order, /^ +, date\(t\."order_date"\) AS "orderedOn"/m)
    assert.match(order, /^ +, ROUND\(t\."subtotal", 4\) AS "net"/m)
    assert.match(order, /^-- Not found: .*promisedOn/m)
    assert.match(read('customer.sql'), /t\."curr" AS "currency"/)
    assert.match(read('sales_order_line.sql'), /, t\."article_id" AS "sku"/)
    assert.match(read('codes.yaml'), /status:\n +"confirmed": CONFIRMED\n +"shipped": SHIPPED/)
    assert.match(read('README.md'), /\| sales_order \| orders \| \d+ % \| mapped \|/)
    for (const name of ['customer.sql', 'README.md', 'codes.yaml']) {
      assert.doesNotMatch(read(name), /password_hash|api_token|hunter2|tok-1/)
    }
  })

  it('init never writes over a file, unless it is told to', async () => {
    writeFileSync(join(set, 'README.md'), 'mine')
    const again = await source('init', '--url', file, '--system', 'erp', '--out', set)
    assert.equal(again.code, 1)
    assert.match(again.stderr, /^BAD_USER_INPUT: There are files already in .*README\.md/m)
    assert.equal(read('README.md'), 'mine')
    await source('init', '--url', file, '--system', 'erp', '--out', set, '--force')
    assert.notEqual(read('README.md'), 'mine')
  })

  it('check finds nothing wrong with a proposal that fits', async () => {
    const { code, stdout, stderr } = await check()
    assert.equal(code, 0, stdout + stderr)
    assert.match(stdout, /^ok {2}sales_order \(shop\/sales_order\.sql\): 2 rows$/m)
    assert.match(stdout, /No problems\.\n$/)
    assert.match(stderr, /^checks sales_order$/m)
  })

  it('check tells each kind of problem, as JSON too', async () => {
    change(`
      INSERT INTO orders VALUES (102, 9, 'yesterday', 'parked', 1.23456, 'EUR', NULL);
      INSERT INTO articles VALUES (12, 'Valve', NULL)`)
    const mapped = read('product.sql')
    writeFileSync(
      join(set, 'product.sql'),
      mapped.replace('FROM', ', t.absent AS "category"\nFROM'),
    )
    writeFileSync(
      join(set, 'customer.sql'),
      'SELECT 1 AS "erpCustomerNo", c.password_hash AS name, c.curr AS currency FROM clients c',
    )
    writeFileSync(
      join(set, 'sales_order.sql'),
      read('sales_order.sql').replace(/ROUND\((.*), 4\)/, '$1'),
    )
    const { code, stdout } = await check('--json')
    assert.equal(code, 1)
    const report = JSON.parse(stdout) as {
      problems: number
      relations: { relation: string; findings: { level: string; text: string }[] }[]
    }
    const texts = new Map(
      report.relations.map(({ relation, findings }) => [
        relation,
        findings.map(({ level, text }) => `${level}: ${text}`).join('\n'),
      ]),
    )
    assert.match(
      texts.get('product') ?? '',
      /problem: .*\(the database says: no such column: t\.absent\)/,
    )
    assert.match(texts.get('customer') ?? '', /reads "password_hash", which looks like a secret/)
    assert.match(texts.get('customer') ?? '', /the key \(erpCustomerNo\) is not unique/)
    const order = texts.get('sales_order') ?? ''
    assert.match(order, /"net" does not fit in 1 of 3 rows: it has more than 4 places/)
    assert.match(order, /"orderedOn" is NULL in 1 of 3 rows/)
    assert.match(
      order,
      /"status" has codes that codes\.yaml does not list: "parked" \(1 rows\)\. Ours are/,
    )
    assert.match(
      order,
      /problem: "erpCustomerNo" leads to a row of erp\.customer\.erpCustomerNo for 33\.3 % of 3 different keys; lead nowhere: "2", "9"\. At least 80 % must/,
    )
    assert.doesNotMatch(stdout, /hunter2/)
    assert.ok(report.problems >= 5, String(report.problems))
  })

  it('diff tells what changed since the last check, and whom it concerns', async () => {
    await source('init', '--url', file, '--system', 'erp', '--out', set, '--force')
    await check()
    const same = await source('diff', '--system', 'erp', '--mapping', set)
    assert.equal(same.code, 0, same.stderr)
    assert.match(same.stdout, /^Nothing changed since /)
    change(`
      ALTER TABLE clients RENAME COLUMN region TO area;
      ALTER TABLE orders DROP COLUMN "ship to";
      CREATE TABLE notes (id INTEGER);
      INSERT INTO orders VALUES (103, 1, '2026-03-03', 'lost', 1, 'EUR')`)
    const { code, stdout } = await source('diff', '--system', 'erp', '--mapping', set)
    assert.equal(code, 1)
    // The codes of orders are not mapped: one of them means nothing to anybody.
    assert.deepEqual(stdout.trim().split('\n'), [
      'column gone: clients.region; read by customer',
      'column new: clients.area',
      'column gone: orders.ship to',
      'table new: notes',
    ])
  })

  it('sample prints rows as the graph sees them, with what is sensitive masked', async () => {
    const { code, stdout } = await source(
      'sample',
      'sales_order_line',
      '--system',
      'erp',
      '--mapping',
      set,
    )
    assert.equal(code, 0)
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    assert.equal(rows.length, 3)
    assert.deepEqual(rows[1], { orderNo: '100', lineNo: 2, sku: '11', quantity: '4.5' })

    writeFileSync(
      join(set, 'product_cost.sql'),
      'SELECT article_id AS sku, 17.5 AS "standardCost", \'EUR\' AS currency FROM articles',
    )
    const costs = await source('sample', 'product_cost', '--system', 'erp', '--mapping', set)
    assert.match(costs.stdout, /"standardCost":"•••"/)
    assert.doesNotMatch(costs.stdout, /17\.5/)
    const unknown = await source('sample', 'nothing', '--system', 'erp', '--mapping', set)
    assert.equal(unknown.code, 1)
    assert.match(
      unknown.stderr,
      /^NOT_FOUND: "nothing" is no relation of erp; there are customer, /,
    )
  })

  it('a draft is not read until somebody takes it over', async () => {
    writeFileSync(join(set, 'site.sql.draft'), 'SELECT 1 AS id, 2 AS name')
    assert.doesNotMatch((await check()).stdout, /\bsite \(/)
    renameSync(join(set, 'site.sql.draft'), join(set, 'site.sql'))
    assert.match((await check()).stdout, /site \(shop\/site\.sql\): 1 rows/)
  })
})
