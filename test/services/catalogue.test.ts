/** What database servers say of themselves, on real ones, to an account that may only SELECT. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { catalogueOf, type Catalogue } from '#shared/sources/catalogue.ts'
import { serverKinds, testDatabase, type TestDatabase } from '../support/database-servers.ts'

const forever = { signal: new AbortController().signal, deadlineAt: Infinity }

for (const kind of serverKinds) {
  describe(`the catalogue of ${kind}`, () => {
    let database: TestDatabase
    let catalogue: Catalogue
    const [q, one] = kind === 'postgresql' ? ['"', '$1'] : ['`', '?']

    before(async () => {
      database = await testDatabase(kind)
      await database.owner(
        `CREATE TABLE customer (id int PRIMARY KEY, code varchar(9) NOT NULL UNIQUE, ${q}Password Hash${q} varchar(60))`,
        `CREATE TABLE ${q}sales-order${q} (
          company int, no bigint, customer_id int NOT NULL, ${q}order${q} varchar(2), total decimal(12,2),
          made timestamp NULL, PRIMARY KEY (company, no),
          FOREIGN KEY (customer_id) REFERENCES customer (id))`,
        `CREATE INDEX by_total ON ${q}sales-order${q} (total, no)`,
        `CREATE VIEW big AS SELECT * FROM ${q}sales-order${q} WHERE total > 100`,
        kind === 'postgresql'
          ? `INSERT INTO customer SELECT i, 'C' || i, 'x' FROM generate_series(1, 500) i`
          : `INSERT INTO customer SELECT seq, concat('C', seq), 'x' FROM seq_1_to_500`,
        kind === 'postgresql'
          ? `INSERT INTO "sales-order" SELECT 1, i, 1 + i % 500, chr(65 + i % 3), i, now() FROM generate_series(1, 20000) i`
          : 'INSERT INTO `sales-order` SELECT 1, seq, 1 + seq % 500, char(65 + seq % 3), seq, now() FROM seq_1_to_20000',
        ...(kind === 'postgresql'
          ? ['GRANT SELECT ON big TO PUBLIC', 'ANALYZE']
          : ['ANALYZE TABLE customer, `sales-order`']),
      )
      catalogue = catalogueOf(database.open(), forever)
    })
    after(() => database[Symbol.asyncDispose]())

    it('tables come with columns, keys, indexes and estimated rows', async () => {
      const tables = new Map((await catalogue.tables()).map((table) => [table.name, table]))
      assert.deepEqual([...tables.keys()], ['big', 'customer', 'sales-order'])
      const order = tables.get('sales-order')
      assert.ok(order)
      assert.deepEqual(
        order.columns.map(({ name, type, nullable }) => [name, type, nullable]),
        [
          ['company', 'integer', false],
          ['no', 'integer', false],
          ['customer_id', 'integer', false],
          ['order', 'text', true],
          ['total', 'decimal', true],
          ['made', kind === 'postgresql' ? 'timestamp' : 'timestamptz', true],
        ],
      )
      assert.match(order.columns[4]?.native ?? '', /^(numeric|decimal)\(12,2\)$/)
      assert.deepEqual(order.primaryKey, ['company', 'no'])
      assert.deepEqual(order.foreignKeys, [
        { table: 'customer', columns: ['customer_id'], references: ['id'] },
      ])
      assert.ok(order.indexes.some((index) => index.columns.join() === 'total,no'))
      assert.ok(order.rows !== null && order.rows > 15_000 && order.rows < 25_000)
      assert.deepEqual(tables.get('customer')?.uniqueKeys, [['code']])
      assert.deepEqual(
        ['big', 'customer'].map((name) => tables.get(name)?.isView),
        [true, false],
      )
    })

    it('the codes of a column are few, or none; secrets are not read', async () => {
      assert.deepEqual(await catalogue.codes('sales-order', 'order'), ['A', 'B', 'C'])
      assert.equal(await catalogue.codes('sales-order', 'total'), null)
      await assert.rejects(catalogue.codes('customer', 'Password Hash'), /looks like a secret/)
      assert.ok(!database.proxy.statements.some((each) => each.includes('Password Hash')))
    })

    it('a plan says which tables are read whole, and which indexes serve', async () => {
      const orders = `${q}sales-order${q}`
      const scan = await catalogue.explain({
        sql: `SELECT o.no, c.code FROM ${orders} AS o LEFT JOIN customer c ON c.id = o.customer_id WHERE o.${q}order${q} = ${one}`,
        parameters: ['A'],
      })
      assert.ok(scan.fullScans.some(({ table, rows }) => table === 'sales-order' && rows !== null))
      const indexed = await catalogue.explain({
        sql: `SELECT o.no FROM ${orders} o WHERE o.total = ${one} ORDER BY o.no LIMIT 5`,
        parameters: [5],
      })
      assert.deepEqual(indexed, { fullScans: [], indexesUsed: ['by_total'] })
    })

    it('an account that may write is told apart from one that only reads', async () => {
      assert.deepEqual(await catalogue.writes(), [])
      const owner = catalogueOf(database.open({ url: database.ownerUrl }), forever)
      assert.ok((await owner.writes()).length > 0)
      await database.owner(
        kind === 'postgresql'
          ? `GRANT UPDATE ON customer TO ${database.reader}`
          : `GRANT UPDATE (code) ON customer TO '${database.reader}'@'%'`,
      )
      const [told] = await catalogue.writes()
      assert.match(told ?? '', kind === 'postgresql' ? /write to 1 tables/ : /it has UPDATE on/)
    })

    it('only the catalogue was read', () => {
      assert.deepEqual(
        database.proxy.statements.filter(
          (each) => !/^\s*(SELECT|EXPLAIN|SHOW GRANTS|SET SESSION)\b/.test(each),
        ),
        [],
      )
    })
  })
}
