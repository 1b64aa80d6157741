/** The demo data: complete, coherent across the systems, and the same on every run. */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, it } from 'node:test'
import {
  checksum,
  countRows,
  demoState,
  seedDemo,
  seedSteps,
} from '../../../subgraphs/demo/seed.ts'
import { databases, openDemo, type DemoDatabases } from './databases.ts'

function setMeta(path: string, key: string, value: string): void {
  using file = new DatabaseSync(path)
  file.prepare('UPDATE isthmus_meta SET value = ? WHERE key = ?').run(value, key)
}

describe('the demo data', () => {
  let demo: DemoDatabases
  let data: string
  before(() => {
    demo = openDemo()
    ;({ data } = demo)
  })
  after(() => demo[Symbol.dispose]())
  const value = (sql: string) => demo.value(sql)
  const none = (sql: string) => demo.none(sql)
  const some = (sql: string) => demo.some(sql)

  it('has the size that is promised, and rows in every relation', () => {
    assert.equal(value('SELECT count(*) FROM crm.customer'), 2_000)
    assert.equal(value(`SELECT count(*) FROM erp.sales_order WHERE orderNo LIKE 'SO-%'`), 20_000)
    const { customers, orders } = countRows(data)
    assert.deepEqual([customers, orders], [2_000, value('SELECT count(*) FROM erp.sales_order')])
    for (const [database, relations] of Object.entries(databases)) {
      for (const relation of Object.keys(relations)) {
        // What a match leaves behind is not there before the first one.
        const isOfMatch = database === 'identity' && relation !== 'identity_link'
        if (!isOfMatch) some(`SELECT 1 FROM ${database}."${relation}"`)
      }
    }
  })

  it('is the same again, on this machine and on every other', () => {
    const again = mkdtempSync(join(tmpdir(), 'isthmus-test-'))
    seedDemo({ data: again, size: 'small' })
    const sum = checksum(again)
    rmSync(again, { recursive: true })
    assert.equal(sum, checksum(data))
    // Who changes the demo data on purpose writes down what `npm run seed -- --checksum` prints.
    assert.equal(sum, '6707b70fbb19a6ef03159f3df038ca0c81d0ac1ce3dc3c6d256e690b8ebc88d7')
  })

  it('is another one for another business date', () => {
    const other = mkdtempSync(join(tmpdir(), 'isthmus-test-'))
    seedDemo({ data: other, size: 'small', asOf: '2026-03-31' })
    assert.notEqual(checksum(other), checksum(data))
    assert.equal(demoState(other).state, 'current')
    rmSync(other, { recursive: true })
  })

  it('tells an absent value from an empty text', () => {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-test-'))
    cpSync(data, folder, { recursive: true })
    using file = new DatabaseSync(join(folder, 'erp.sqlite'))
    file.exec(`UPDATE task SET orderNo = '' WHERE orderNo IS NULL`)
    assert.notEqual(checksum(folder), checksum(data))
    rmSync(folder, { recursive: true })
  })

  it('leaves the folder as it was when it is stopped in the middle', () => {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-test-'))
    const steps = seedSteps({ data: folder, size: 'small' })
    while (!/^writing orders/.test(String(steps.next().value)));
    assert.deepEqual(
      readdirSync(folder).filter((name) => /\.sqlite$/.test(name)),
      [],
    )
    assert.equal(demoState(folder).state, 'absent')
    steps.return()
    assert.deepEqual(readdirSync(folder), [])
    rmSync(folder, { recursive: true })
  })

  it('adds up: orders, invoices, payments and commission', () => {
    none(
      'SELECT o.orderNo FROM erp.sales_order o JOIN erp.sales_order_line l USING (orderNo) GROUP BY o.orderNo HAVING sum(l.net) <> o.net OR sum(l.shippedNet) <> o.shippedNet',
    )
    none(
      'SELECT i.invoiceNo FROM finance.invoice i JOIN finance.invoice_line l USING (invoiceNo) GROUP BY i.invoiceNo HAVING sum(l.net) <> i.net',
    )
    none('SELECT 1 FROM finance.invoice WHERE net + tax <> gross')
    none(
      `SELECT i.invoiceNo FROM finance.invoice i LEFT JOIN finance.payment_allocation a USING (invoiceNo) WHERE i.status <> 'WRITTEN_OFF' GROUP BY i.invoiceNo HAVING gross - coalesce(sum(a.amount), 0) <> openAmount`,
    )
    none(
      'SELECT s.employeeNo FROM finance.commission_statement s JOIN finance.commission_line l USING (employeeNo, periodKey) GROUP BY s.employeeNo, s.periodKey HAVING sum(l.amount) <> s.earned OR sum(l.base) <> s.base',
    )
  })

  it('refers across the systems to what is there', () => {
    none(
      'SELECT 1 FROM erp.sales_order WHERE salespersonNo IS NOT NULL AND salespersonNo NOT IN (SELECT employeeNo FROM hr.employee)',
    )
    none(
      'SELECT 1 FROM finance.invoice_line WHERE orderNo IS NOT NULL AND orderNo NOT IN (SELECT orderNo FROM erp.sales_order)',
    )
    none(
      'SELECT 1 FROM crm.service_case WHERE orderNo IS NOT NULL AND orderNo NOT IN (SELECT orderNo FROM erp.sales_order)',
    )
    none('SELECT 1 FROM crm.quote_line WHERE sku NOT IN (SELECT sku FROM erp.product)')
    none(
      'SELECT 1 FROM crm.customer WHERE ownerLoginId IS NOT NULL AND ownerLoginId NOT IN (SELECT loginId FROM hr.employee WHERE loginId IS NOT NULL)',
    )
    none(
      `SELECT 1 FROM identity.identity_link WHERE system = 'CRM' AND value NOT IN (SELECT crmAccountId FROM crm.customer)`,
    )
    none(
      'SELECT 1 FROM crm.sales_order_origin WHERE orderNo NOT IN (SELECT orderNo FROM erp.sales_order)',
    )
    none(
      'SELECT 1 FROM erp.complaint_record WHERE caseNo NOT IN (SELECT caseNo FROM crm.service_case)',
    )
  })

  it('ends at its business date', () => {
    none(`SELECT 1 FROM erp.sales_order WHERE orderedOn > '2026-06-30'`)
    none(`SELECT 1 FROM finance.invoice WHERE issuedOn > '2026-06-30'`)
    none(`SELECT 1 FROM finance.payment WHERE receivedOn > '2026-06-30'`)
    none(`SELECT 1 FROM crm.service_case WHERE openedOn > '2026-06-30'`)
    none(`SELECT 1 FROM erp.shipment WHERE deliveredOn > '2026-06-30'`)
  })

  it('has the oddities of real systems on purpose', () => {
    some(
      `SELECT 1 FROM crm.customer WHERE crmAccountId NOT IN (SELECT own.value FROM identity.identity_link own JOIN identity.identity_link erp ON erp.customerId = own.customerId AND erp.system = 'ERP' WHERE own.system = 'CRM')`,
    )
    some(
      `SELECT value FROM identity.identity_link WHERE system = 'ERP' GROUP BY value HAVING count(*) > 1`,
    )
    assert.equal(
      value(
        `SELECT count(*) FROM identity.identity_link WHERE customerId = 'C000001' AND system = 'ERP'`,
      ),
      3,
    )
    some(`SELECT 1 FROM hr.employee WHERE leftOn IS NOT NULL`)
    some(`SELECT 1 FROM finance.debtor WHERE creditLimit IS NULL`)
    some(`SELECT 1 FROM erp.product WHERE sku NOT IN (SELECT sku FROM erp.product_cost)`)
    for (const currency of ['TWD', 'USD', 'EUR', 'JPY', 'KWD'])
      some(`SELECT 1 FROM finance.invoice WHERE currency = '${currency}'`)
    none(`SELECT 1 FROM finance.invoice WHERE currency = 'JPY' AND gross % 10000 <> 0`)
  })

  it('has everybody that the demo identities are', () => {
    for (const login of ['mei.lin', 'wei.chen', 'ana.hsu', 'rita.wu', 'kao.admin']) {
      assert.equal(value(`SELECT count(*) FROM hr.employee WHERE loginId = '${login}'`), 1)
    }
    assert.equal(
      value(`SELECT kind FROM crm.customer WHERE crmAccountId = 'A000001'`),
      'DISTRIBUTOR',
    )
  })

  it('says what is wrong with a folder that it cannot use', () => {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-test-'))
    assert.equal(demoState(folder).state, 'absent')
    writeFileSync(
      join(folder, 'crm.sqlite'),
      'no database at all, but long enough to look like one'.repeat(50),
    )
    const damaged = demoState(folder)
    assert.equal(damaged.state === 'unusable' ? damaged.error.code : '', 'DATABASE_INVALID')
    cpSync(data, folder, { recursive: true })
    rmSync(join(folder, 'hr.sqlite'))
    const missing = demoState(folder)
    assert.equal(missing.state === 'unusable' ? missing.error.code : '', 'DATABASE_MISSING')
    cpSync(data, folder, { recursive: true })
    setMeta(join(folder, 'erp.sqlite'), 'asOf', '2026-03-31')
    const mixed = demoState(folder)
    assert.match(mixed.state === 'unusable' ? mixed.error.message : '', /interrupted/)
    cpSync(data, folder, { recursive: true })
    setMeta(join(folder, 'erp.sqlite'), 'layout', 'older')
    const outdated = demoState(folder)
    assert.equal(outdated.state === 'unusable' ? outdated.error.code : '', 'DATABASE_OUTDATED')
    assert.match(outdated.state === 'unusable' ? outdated.error.message : '', /npm run seed/)
    rmSync(folder, { recursive: true })
  })

  it('takes data whose crosswalk was made by an older version', () => {
    const folder = mkdtempSync(join(tmpdir(), 'isthmus-test-'))
    cpSync(data, folder, { recursive: true })
    const path = join(folder, 'identity.sqlite')
    const file = new DatabaseSync(path)
    file.exec(
      'DROP TABLE identity_request; DROP INDEX identity_decision_number; ALTER TABLE identity_decision DROP COLUMN number',
    )
    file.close()
    setMeta(path, 'layout', 'older')
    assert.equal(demoState(folder).state, 'current')
    rmSync(folder, { recursive: true })
  })
})
