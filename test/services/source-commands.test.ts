/** What `isthmus source` does, on real servers, with an account that may only SELECT. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openConnection } from '#shared/sources/open-connection.ts'
import { catalogueOf } from '#shared/sources/catalogue.ts'
import { readConfig } from '../../gateway/config.ts'
import { problemsIn } from '../../gateway/cli/commands/source/check/report.ts'
import { changesOf } from '../../gateway/cli/commands/source/diff.ts'
import { openMapping } from '../../gateway/cli/commands/source/opened.ts'
import { filesOf } from '../../gateway/cli/commands/source/propose/files.ts'
import { propose } from '../../gateway/cli/commands/source/propose/propose.ts'
import { takeSnapshot } from '../../gateway/cli/commands/source/snapshot.ts'
import { declaredSystem } from '../../gateway/cli/systems.ts'
import { checkOpened } from '../support/checked-source.ts'
import { serverKinds, testDatabase, type TestDatabase } from '../support/database-servers.ts'

const silent = () => undefined

for (const kind of serverKinds) {
  describe(`isthmus source on ${kind}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-source-'))
    const set = join(folder, 'shop')
    const env: Record<string, string> = { ISTHMUS_DATA: join(folder, 'data') }
    let database: TestDatabase
    const numbers = kind === 'postgresql' ? 'generate_series(1, 20000) AS i' : 'seq_1_to_20000'
    const n = kind === 'postgresql' ? 'i' : 'seq'
    const checked = async () => {
      await using opened = await openMapping({ system: 'erp', mapping: set }, env)
      return await checkOpened(opened, env)
    }
    const findingsOf = async (relation: string) =>
      (await checked()).report.relations.find((each) => each.relation === relation)?.findings ?? []

    before(async () => {
      database = await testDatabase(kind)
      env['ERP_DATABASE_URL'] = database.url
      await database.owner(
        `CREATE TABLE customers (id int PRIMARY KEY, name varchar(40) NOT NULL, currency char(3) NOT NULL,
          password_hash varchar(60))`,
        `CREATE TABLE products (id int PRIMARY KEY, name varchar(40) NOT NULL, uom varchar(9) NOT NULL)`,
        `CREATE TABLE sales_orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers (id),
          order_date timestamp NOT NULL, status varchar(20) NOT NULL, net decimal(14,2) NOT NULL,
          currency char(3) NOT NULL, FOREIGN KEY (customer_id) REFERENCES customers (id))`,
        `CREATE TABLE sales_order_lines (order_id int NOT NULL, line_no int NOT NULL, product_id int NOT NULL,
          quantity decimal(9,3) NOT NULL, PRIMARY KEY (order_id, line_no),
          FOREIGN KEY (order_id) REFERENCES sales_orders (id), FOREIGN KEY (product_id) REFERENCES products (id))`,
        `INSERT INTO customers SELECT ${n}, 'Adler', 'EUR', 'hunter2' FROM ${numbers}`,
        `INSERT INTO products VALUES (1, 'Pump', 'PCE')`,
        `INSERT INTO sales_orders SELECT ${n}, ${n}, '2026-03-01 08:00:00', 'confirmed', 12.5, 'EUR' FROM ${numbers}`,
        `INSERT INTO sales_order_lines SELECT ${n}, 1, 1, 2 FROM ${numbers}`,
        ...(kind === 'postgresql'
          ? ['ANALYZE']
          : ['ANALYZE TABLE customers, products, sales_orders, sales_order_lines']),
      )
    })
    after(async () => {
      await database[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    })

    it('a proposal is made that fits as it is, without reading a secret', async () => {
      const config = readConfig(env)
      const { relations } = await declaredSystem('erp', config)
      await using connection = await openConnection(
        {
          kind,
          url: database.url,
          file: null,
          csvFolder: null,
          statementTimeoutMs: 60_000,
          pool: undefined,
          tls: undefined,
        },
        { system: 'erp', timeZone: config.timeZone },
      )
      const catalogue = catalogueOf(connection, {
        signal: new AbortController().signal,
        deadlineAt: Infinity,
      })
      const proposal = await propose({
        system: 'erp',
        relations,
        kind,
        catalogue,
        onProgress: silent,
      })
      const usable = proposal.relations
        .filter(({ isUsable }) => isUsable)
        .map(({ relation }) => relation)
      assert.deepEqual(usable, ['customer', 'product', 'sales_order', 'sales_order_line'])
      mkdirSync(set)
      const files = filesOf(proposal, {
        system: 'erp',
        name: 'shop',
        kind,
        address: '${ERP_DATABASE_URL}',
      })
      for (const [file, text] of files) writeFileSync(join(set, file), text)

      const { report } = await checked()
      assert.equal(problemsIn(report), 0, JSON.stringify(report, null, 1))
      assert.deepEqual(report.findings, [])
      assert.deepEqual(
        report.relations.map(({ relation, rows }) => [relation, rows]),
        [
          ['customer', 20_000],
          ['product', 1],
          ['sales_order', 20_000],
          ['sales_order_line', 20_000],
        ],
      )
      assert.ok(![...files.values()].some((text) => text.includes('password')))
    })

    it('a large table that is read whole is named, with the index that would help', async () => {
      const findings = await findingsOf('sales_order')
      assert.ok(
        findings.some(
          ({ level, text }) =>
            level === 'warning' &&
            /^rows by orderedOn reads all of sales_orders, about \d+ rows: an index/.test(text),
        ),
        JSON.stringify(findings),
      )
      assert.ok(!findings.some(({ text }) => text.startsWith('rows by orderNo ')))
      // MySQL makes an index for a foreign key by itself, PostgreSQL does not.
      assert.equal(
        findings.some(({ text }) =>
          /^rows by erpCustomerNo .*: an index on sales_orders \(customer_id\) would help$/.test(
            text,
          ),
        ),
        kind === 'postgresql',
      )
    })

    it('what no longer fits is told with what the database says', async () => {
      const file = join(set, 'product.sql')
      const good = readFileSync(file, 'utf8')
      writeFileSync(file, good.replace(/^FROM/m, ', t.absent AS category\nFROM'))
      const [finding] = (await findingsOf('product')).filter(({ level }) => level === 'problem')
      assert.match(finding?.text ?? '', /the database says: .*absent/)
      writeFileSync(file, good)
    })

    it('a changed type and a new code are told, with whom they concern', async () => {
      const snapshot = async () => {
        await using opened = await openMapping({ system: 'erp', mapping: set }, env)
        const { tables, codes } = await checkOpened(opened, env)
        const taken = takeSnapshot(tables, codes)
        return { taken, mappings: [...opened.set.mappings.values()] }
      }
      const { taken: before_ } = await snapshot()
      await database.owner(
        kind === 'postgresql'
          ? 'ALTER TABLE sales_orders ALTER net TYPE numeric(16,2)'
          : 'ALTER TABLE sales_orders MODIFY net decimal(16,2)',
        `UPDATE sales_orders SET status = 'parked' WHERE id = 7`,
      )
      const { taken, mappings } = await snapshot()
      assert.deepEqual(
        changesOf(before_, taken, mappings).map(({ what, where, concerns }) => [
          what,
          where,
          concerns,
        ]),
        [
          ['type changed', 'sales_orders.net', ['sales_order']],
          ['code new', 'sales_order.status', ['sales_order']],
        ],
      )
    })

    it('codes that differ in their case only are told apart, as the graph tells them apart', async () => {
      await database.owner(`UPDATE sales_orders SET status = 'Parked' WHERE id IN (8, 9)`)
      const [told] = (await findingsOf('sales_order')).filter(({ text }) => /"status"/.test(text))
      assert.match(told?.text ?? '', /"Parked" \(2 rows\), "parked" \(1 rows\)\. Ours are/)
    })

    it('an account that may write fails the check', async () => {
      await database.owner(
        kind === 'postgresql'
          ? `GRANT DELETE ON customers TO ${database.reader}`
          : `GRANT DELETE ON customers TO '${database.reader}'@'%'`,
      )
      const { report } = await checked()
      assert.match(
        report.findings[0]?.text ?? '',
        /^the account should only read, but it (may write|has DELETE)/,
      )
    })

    it('nothing but reading was sent, and no secret was read', () => {
      const { statements } = database.proxy
      const reads = /^\s*(SELECT|WITH|EXPLAIN|SHOW GRANTS|SET SESSION)\b/i
      assert.deepEqual(
        statements.filter((each) => !reads.test(withoutComments(each))),
        [],
      )
      assert.ok(!statements.some((each) => each.includes('password_hash')))
    })
  })
}

const withoutComments = (statement: string): string => statement.replaceAll(/--[^\n]*\n/g, '')
