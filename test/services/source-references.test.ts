/** References between systems on real servers: orders in one kind of database, people in the other. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openMapping } from '../../gateway/cli/commands/source/opened.ts'
import { checkOpened } from '../support/checked-source.ts'
import { testDatabase, type ServerKind, type TestDatabase } from '../support/database-servers.ts'

const orders = 30_000

for (const [kind, other] of [
  ['postgresql', 'mysql'],
  ['mysql', 'postgresql'],
] as const) {
  describe(`keys of orders in ${kind} for people in ${other}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-references-'))
    const env: Record<string, string> = {
      ISTHMUS_DATA: join(folder, 'data'),
      ISTHMUS_CONFIG: join(folder, 'config.yaml'),
    }
    let erp: TestDatabase
    let hr: TestDatabase
    const checked = async () => {
      await using opened = await openMapping({ system: 'erp' }, env)
      const { report } = await checkOpened(opened, env)
      const order = report.relations.find(({ relation }) => relation === 'sales_order')
      assert.ok(order)
      return { report, order }
    }

    before(async () => {
      erp = await testDatabase(kind)
      hr = await testDatabase(other)
      const n = series(kind)
      await erp.owner(
        'CREATE TABLE clients (id int PRIMARY KEY, name varchar(40) NOT NULL)',
        'CREATE TABLE orders (id int PRIMARY KEY, client int NOT NULL, seller varchar(9))',
        `INSERT INTO clients SELECT ${n.name}, 'Adler' FROM ${n.rows}`,
        `INSERT INTO orders SELECT ${n.name}, ${n.name}, concat('S', ${n.name} % 200) FROM ${n.rows}`,
        `DELETE FROM clients WHERE id % 100 = 0`,
        // The same name in another case: nobody's key, whatever a collation takes for equal.
        `INSERT INTO orders VALUES (${orders + 1}, 1, 's1'), (${orders + 2}, 1, NULL)`,
      )
      const m = series(other)
      await hr.owner(
        'CREATE TABLE staff (no varchar(9) PRIMARY KEY, name varchar(40) NOT NULL)',
        `INSERT INTO staff SELECT concat('S', ${m.name}), 'Mei' FROM ${m.rows} WHERE ${m.name} < 200`,
        `INSERT INTO staff VALUES ('S0', 'Wei')`,
      )
      for (const [system, database, files] of [
        [
          'erp',
          erp,
          {
            'customer.sql': 'SELECT id AS "erpCustomerNo", name FROM clients',
            'sales_order.sql':
              'SELECT id AS "orderNo", client AS "erpCustomerNo", seller AS "salespersonNo" FROM orders',
          },
        ],
        [
          'hr',
          hr,
          { 'employee.sql': 'SELECT no AS "employeeNo", name AS "displayName" FROM staff' },
        ],
      ] as const) {
        mkdirSync(join(folder, system))
        const written = {
          'source.yaml': `kind: ${database.kind}\nurl: ${database.url}\n`,
          ...files,
        }
        for (const [file, text] of Object.entries(written)) {
          const quoted = database.kind === 'mysql' ? text.replaceAll('"', '`') : text
          writeFileSync(join(folder, system, file), quoted)
        }
      }
      writeFileSync(
        join(folder, 'config.yaml'),
        'systems:\n  erp: { mapping: ./erp }\n  hr: { mapping: ./hr }\n',
      )
    })
    after(async () => {
      await erp[Symbol.asyncDispose]()
      await hr[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    })

    it('are told in percent, exactly and by a sample, with the first that lead nowhere', async () => {
      const { order } = await checked()
      const [customer, salesperson] = order.references
      assert.deepEqual(salesperson, {
        column: 'salespersonNo',
        to: 'hr.employee.employeeNo',
        keys: 201,
        lookedFor: 201,
        found: 200,
        percent: 99.5,
        missing: ['s1'],
      })
      assert.ok(customer)
      assert.deepEqual([customer.keys, customer.lookedFor], [orders, 10_000])
      assert.ok(Math.abs((customer.percent ?? 0) - 99) < 0.5, String(customer.percent))
      assert.ok((customer.missing?.length ?? 0) > 0)
      for (const key of customer.missing ?? []) assert.equal(Number(key) % 100, 0)
      assert.deepEqual(
        order.findings.filter(({ text }) => text.includes(' leads ')).map(({ level }) => level),
        ['warning', 'warning'],
      )
    })

    it('are looked for by few statements of many keys each', async () => {
      const earlier = hr.proxy.statements.length
      await checked()
      const sent = hr.proxy.statements.slice(earlier).filter((sql) => sql.includes('staff'))
      assert.ok(sent.length > 0 && sent.length <= 4, sent.join('\n'))
    })

    it('are not looked for in a server that is gone, and the rest is checked', async () => {
      hr.proxy.refuses = true
      const { report, order } = await checked()
      hr.proxy.refuses = false
      const warnings = report.findings.filter(({ text }) => text.startsWith('keys of hr '))
      assert.equal(warnings.length, 1)
      assert.equal(warnings[0]?.level, 'warning')
      assert.deepEqual(
        order.references.map(({ column }) => column),
        ['erpCustomerNo'],
      )
      const [unchecked] = order.referencesNotChecked
      assert.deepEqual(
        [unchecked?.column, unchecked?.to],
        ['salespersonNo', 'hr.employee.employeeNo'],
      )
    })
  })
}

/** Whole numbers from 1, as a table. */
const series = (kind: ServerKind) =>
  kind === 'postgresql'
    ? { name: 'i', rows: `generate_series(1, ${orders}) AS i` }
    : { name: 'seq', rows: `seq_1_to_${orders}` }
