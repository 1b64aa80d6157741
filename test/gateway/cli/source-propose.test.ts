/** What `isthmus source init` leaves open: what a web shop's tables look like, and do not mean. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { isthmus } from '../../support/cli.ts'

/** Amounts in cents, orders that refer to orders, articles as products with variants. */
const tables = `
  CREATE TABLE customer (id INTEGER PRIMARY KEY, name varchar NOT NULL);
  CREATE TABLE "order" (id INTEGER PRIMARY KEY, code varchar NOT NULL, state varchar NOT NULL,
    currencyCode varchar NOT NULL, aggregateOrderId INTEGER REFERENCES "order", customerId INTEGER REFERENCES customer,
    subTotal INTEGER NOT NULL);
  CREATE TABLE order_line (id INTEGER PRIMARY KEY, orderId INTEGER REFERENCES "order", quantity INTEGER NOT NULL, net INTEGER NOT NULL);
  INSERT INTO customer VALUES (1, 'Adler'), (2, 'Brandt'), (3, 'Brandt');
  INSERT INTO "order" VALUES (1, 'A1', 'SHIPPED', 'USD', NULL, 1, 129900);
  INSERT INTO order_line VALUES (1, 1, 2, 129900);`

describe('a proposal for a web shop', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-propose-'))
  const env = { ISTHMUS_DATA: join(folder, 'data') }
  const set = join(folder, 'shop')
  const read = (name: string) => readFileSync(join(set, name), 'utf8')
  let printed = ''
  before(async () => {
    using database = new DatabaseSync(join(folder, 'shop.sqlite'))
    database.exec(tables)
    const file = join(folder, 'shop.sqlite')
    const ran = await isthmus(
      ['source', 'init', '--url', file, '--system', 'erp', '--out', set],
      env,
    )
    assert.equal(ran.code, 0, ran.stderr)
    printed = ran.stdout
  })
  after(() => rmSync(folder, { recursive: true }))

  it('leaves amounts in whole numbers open: they may be cents; counts are what they are', () => {
    assert.match(
      read('sales_order.sql'),
      /^ {2}-- , t\."subTotal" AS "net" -- 70 %: by name, whole numbers: of which unit\?$/m,
    )
    assert.match(read('sales_order_line.sql'), /^ {2}, t\."quantity" AS "quantity" -- /m)
  })

  it('takes the key of orders for no key of shipments', () => {
    assert.match(printed, /^draft {3}shipment_order /m)
    assert.doesNotMatch(read('shipment_order.sql.draft'), /AS "shipmentId"/)
  })

  it('whose key is not unique is told with some of its values', async () => {
    writeFileSync(
      join(set, 'customer.sql'),
      `SELECT name AS "erpCustomerNo", name AS "name" FROM customer`,
    )
    const args = ['source', 'check', '--system', 'erp', '--mapping', set]
    const { code, stdout } = await isthmus(args, env)
    assert.equal(code, 1)
    assert.match(
      stdout,
      /problem: the key \(erpCustomerNo\) is not unique: 1 values of it have several rows, such as \(Brandt\)$/m,
    )
  })
})
