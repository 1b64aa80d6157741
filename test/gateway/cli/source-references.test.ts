/** What `isthmus source check` says of keys that lead to rows of another system, in another database. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openMapping } from '../../../gateway/cli/commands/source/opened.ts'
import { checkOpened } from '../../support/checked-source.ts'
import { isthmus, repository } from '../../support/cli.ts'
import { systems, unpack, variableOf } from '../../fixtures/adventureworks/unpack.ts'

const orders = 25_000
const folder = mkdtempSync(join(tmpdir(), 'isthmus-references-'))
const env = { ISTHMUS_DATA: join(folder, 'data'), ISTHMUS_CONFIG: join(folder, 'config.yaml') }

/** Of each system: its tables in a SQLite file, and the SELECTs over them. */
const shops: Readonly<Record<string, { tables: string; files: Readonly<Record<string, string>> }>> =
  {
    erp: {
      // Every order has a customer of its own; one in ten customers is gone. Seller 9 never worked here.
      tables: `
        CREATE TABLE clients (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, client INTEGER NOT NULL, seller TEXT);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${orders})
          INSERT INTO orders SELECT i, i, CASE i % 100 WHEN 0 THEN NULL ELSE 'S' || (i % 10) END FROM n;
        INSERT INTO clients SELECT id, 'Adler' FROM orders WHERE id % 10 <> 0;`,
      files: {
        'customer.sql': `SELECT id AS "erpCustomerNo", name FROM clients`,
        'sales_order.sql': `SELECT id AS "orderNo", client AS "erpCustomerNo", seller AS "salespersonNo" FROM orders`,
      },
    },
    hr: {
      tables: `
        CREATE TABLE staff (no TEXT PRIMARY KEY, unit TEXT, boss TEXT);
        INSERT INTO staff VALUES ('S0', 'SALES', NULL), ('S1', 'SALES', 'S0'), ('S2', 'SALES', 'S0'), ('S3', 'SALES', 'S0'),
          ('S4', 'SALES', 'S0'), ('S5', 'SALES', 'S0'), ('S6', 'SALES', 'S0'), ('S7', 'SALES', 'S0'), ('S8', 'SALES', 'S0'),
          ('s9', 'SALES', 'S0');`,
      files: {
        'employee.sql': `SELECT no AS "employeeNo", unit AS "departmentCode", boss AS "managerNo" FROM staff`,
      },
    },
    finance: {
      tables: `
        CREATE TABLE accounts (no INTEGER PRIMARY KEY, client INTEGER);
        CREATE TABLE paid (person TEXT, month TEXT, line INTEGER, sold TEXT);
        INSERT INTO accounts VALUES (1, 1), (2, 10), (3, 11);
        INSERT INTO paid VALUES ('S1', '2026-01', 1, '7'), ('S7', '2026-01', 2, '0008'), ('S7', '2026-01', 3, 'private-deal');`,
      files: {
        'debtor.sql': `SELECT no AS "debtorNo", client AS "erpCustomerNo" FROM accounts`,
        'commission_line.sql': `SELECT person AS "employeeNo", month AS "periodKey", line AS "lineNo", sold AS "orderNo" FROM paid`,
      },
    },
  }

function configure(...named: readonly string[]): void {
  const lines = named.map((name) => `  ${name}: { mapping: ./${name} }\n`)
  writeFileSync(env.ISTHMUS_CONFIG, named.length === 0 ? '' : `systems:\n${lines.join('')}`)
}

async function checked(mapping: string, leastPercent?: number, system = mapping) {
  await using opened = await openMapping({ system, mapping: join(folder, mapping) }, env)
  const { report } = await checkOpened(opened, env, leastPercent)
  const of = (relation: string) => {
    const found = report.relations.find((each) => each.relation === relation)
    assert.ok(found, relation)
    return found
  }
  return { report, of }
}

const told = (findings: readonly { level: string; text: string }[], column: string) =>
  findings
    .filter(({ text }) => text.startsWith(`"${column}" leads`))
    .map(({ level, text }) => `${level}: ${text}`)

describe('references of a mapping set', () => {
  before(() => {
    for (const [system, { tables, files }] of Object.entries(shops)) {
      using database = new DatabaseSync(join(folder, `${system}.sqlite`))
      database.exec(tables)
      mkdirSync(join(folder, system))
      for (const [file, text] of Object.entries({
        ...files,
        'source.yaml': `kind: sqlite\nfile: ../${system}.sqlite\n`,
      }))
        writeFileSync(join(folder, system, file), text)
    }
    configure('erp', 'hr', 'finance')
  })
  after(() => rmSync(folder, { recursive: true }))

  it('are looked for by the ids of the graph where a system has several sources', async () => {
    for (const [name, database, prefix] of [
      ['erp-tw', 'erp', 'tw'],
      ['erp-de', 'hr', 'de'],
    ] as const) {
      mkdirSync(join(folder, name))
      const files: Readonly<Record<string, string>> =
        prefix === 'tw'
          ? (shops['erp']?.files ?? {})
          : { 'customer.sql': `SELECT 7 AS "erpCustomerNo", 'Only here' AS name` }
      for (const [file, text] of Object.entries({
        ...files,
        'source.yaml': `kind: sqlite\nfile: ../${database}.sqlite\nprefix: ${prefix}\n`,
      }))
        writeFileSync(join(folder, name, file), text)
    }
    const source = join(folder, 'finance/source.yaml')
    const plain = `kind: sqlite\nfile: ../finance.sqlite\n`
    writeFileSync(source, `${plain}references: { Customer.erpCustomerNo: tw }\n`)
    try {
      writeFileSync(
        env.ISTHMUS_CONFIG,
        'systems:\n  erp: { mapping: [./erp-tw, ./erp-de] }\n  finance: { mapping: ./finance }\n',
      )
      const found = (await checked('finance')).of('debtor').references
      assert.deepEqual(
        found.map(({ column, percent, missing }) => ({ column, percent, missing })),
        [{ column: 'erpCustomerNo', percent: 66.6, missing: ['tw:10'] }],
      )
      const within = (await checked('erp-tw', undefined, 'erp')).of('sales_order').references
      const customer = within.find(({ column }) => column === 'erpCustomerNo')
      assert.ok((customer?.percent ?? 0) > 85, 'those of the same source begin with its name')
    } finally {
      writeFileSync(source, plain)
      configure('erp', 'hr', 'finance')
    }
  })

  it('are looked for in the other system, exactly as the graph looks for them', async () => {
    const { of } = await checked('erp')
    const order = of('sales_order')
    const salesperson = order.references.find(({ column }) => column === 'salespersonNo')
    assert.deepEqual(salesperson, {
      column: 'salespersonNo',
      to: 'hr.employee.employeeNo',
      keys: 10,
      lookedFor: 10,
      found: 9,
      percent: 90,
      missing: ['S9'],
    })
    assert.deepEqual(told(order.findings, 'salespersonNo'), [
      'warning: "salespersonNo" leads to a row of hr.employee.employeeNo for 90 % of 10 different keys; lead nowhere: "S9"',
    ])
  })

  it('are looked for in the same system too, by a spread sample where there are many', async () => {
    const { of } = await checked('erp')
    const customer = of('sales_order').references.find(({ column }) => column === 'erpCustomerNo')
    assert.ok(customer)
    assert.equal(customer.keys, orders)
    assert.ok(
      customer.lookedFor <= 10_000 && customer.lookedFor >= 5_000,
      String(customer.lookedFor),
    )
    assert.ok(Math.abs((customer.percent ?? 0) - 90) < 0.5, String(customer.percent))
    assert.equal(customer.missing?.length, 5)
    for (const key of customer.missing ?? []) assert.equal(Number(key) % 10, 0)
  })

  it('below the least share are a problem, and otherwise a warning', async () => {
    const strict = await checked('erp', 95)
    assert.match(
      told(strict.of('sales_order').findings, 'salespersonNo').join(),
      /^problem: .* for 90 % .*At least 95 % must$/,
    )
    const lax = await checked('erp', 0)
    assert.match(told(lax.of('sales_order').findings, 'salespersonNo').join(), /^warning: /)
    const { of } = await checked('finance', 50)
    assert.deepEqual(told(of('debtor').findings, 'erpCustomerNo'), [
      'warning: "erpCustomerNo" leads to a row of erp.customer.erpCustomerNo for 66.6 % of 3 different keys; lead nowhere: "10"',
    ])
  })

  it('that stand in a protected relation are counted, and not shown', async () => {
    const { report, of } = await checked('finance', 100)
    assert.doesNotMatch(JSON.stringify(report), /private-deal/)
    const order = of('commission_line').references.find(({ column }) => column === 'orderNo')
    assert.deepEqual(order, {
      column: 'orderNo',
      to: 'erp.sales_order.orderNo',
      keys: 3,
      lookedFor: 3,
      // An order 8 is there; nobody calls it 0008.
      found: 1,
      percent: 33.3,
      missing: null,
    })
    assert.match(
      told(of('commission_line').findings, 'orderNo').join(),
      /for 33\.3 % of 3 different keys\. At least 100 % must$/,
    )
  })

  it('to what is not mapped or not configured are told apart', async () => {
    const { of } = await checked('hr')
    const employee = of('employee')
    assert.deepEqual(
      employee.references.map(({ column, percent }) => [column, percent]),
      [['managerNo', 100]],
    )
    assert.deepEqual(employee.referencesNotChecked, [
      {
        column: 'departmentCode',
        to: 'hr.department.code',
        reason: 'hr.department.code is not mapped',
      },
    ])
    configure()
    const alone = await checked('erp')
    configure('erp', 'hr', 'finance')
    assert.deepEqual(alone.of('sales_order').referencesNotChecked, [
      {
        column: 'salespersonNo',
        to: 'hr.employee.employeeNo',
        reason: 'the configuration names no mapping for "hr"',
      },
    ])
    assert.ok(!alone.report.findings.some(({ text }) => text.includes('hr')))
  })

  it('to a system that cannot be read are one warning, and the rest is checked', async () => {
    const file = join(folder, 'hr', 'source.yaml')
    writeFileSync(file, 'kind: postgresql\nurl: postgresql://nobody@127.0.0.1:1/none\n')
    const { report, of } = await checked('erp')
    writeFileSync(file, 'kind: sqlite\nfile: ../hr.sqlite\n')
    const [warning, ...more] = report.findings.filter(({ text }) => text.includes('hr'))
    assert.deepEqual(more, [])
    assert.equal(warning?.level, 'warning')
    assert.match(warning.text, /^keys of hr could not be looked for: /)
    assert.deepEqual(
      of('sales_order').references.map(({ column }) => column),
      ['erpCustomerNo'],
    )
  })

  it('decide the exit code of the command, and are in its JSON and its text', async () => {
    const check = (...more: string[]) =>
      isthmus(['source', 'check', '--system', 'hr', ...more], env)
    const text = await check()
    assert.match(
      text.stdout,
      /^ {6}"managerNo" leads to a row of hr\.employee\.employeeNo for 100 % of 1 different keys$/m,
    )
    assert.match(
      text.stdout,
      /^ {6}not looked for: departmentCode \(hr\.department\.code is not mapped\)$/m,
    )
    using database = new DatabaseSync(join(folder, 'hr.sqlite'))
    database.exec(`UPDATE staff SET boss = 'X1' WHERE no = 'S8'`)
    const failed = await check('--json')
    const { problems, relations } = JSON.parse(failed.stdout) as {
      problems: number
      relations: { references: { percent: number }[] }[]
    }
    assert.deepEqual([failed.code, problems], [1, text.code === 0 ? 1 : problems])
    assert.equal(relations[0]?.references[0]?.percent, 50)
    const refused = await check('--min-references', '101')
    assert.equal(refused.code, 2)
    assert.match(refused.stderr, /"101" is no number from 0 to 100/)
  })
})

describe('references of AdventureWorks, between four databases', () => {
  it('all lead to a row but a department of finance that people do not have', async () => {
    const data = mkdtempSync(join(tmpdir(), 'isthmus-references-'))
    const files = unpack(join(tmpdir(), 'isthmus-adventureworks'))
    const mappings = join(repository, 'test/fixtures/adventureworks/mappings')
    const config = join(data, 'config.yaml')
    writeFileSync(
      config,
      `systems:\n${systems.map((name) => `  ${name}: { mapping: ${mappings}/${name}/sqlite }\n`).join('')}`,
    )
    const given = Object.fromEntries(systems.map((name) => [variableOf(name, 'FILE'), files[name]]))
    const all = { ...given, ISTHMUS_DATA: data, ISTHMUS_CONFIG: config }
    const found: string[] = []
    const lost: string[] = []
    for (const system of systems) {
      await using opened = await openMapping({ system }, all)
      const { report } = await checkOpened(opened, all)
      for (const { relation, references } of report.relations) {
        for (const { column, to, percent, missing } of references) {
          if (percent === 100 && !to.startsWith(`${system}.`))
            found.push(`${system}.${relation}.${column} → ${to}`)
          if (percent !== null && percent < 100)
            lost.push(`${system}.${relation}.${column} ${percent} % ${missing?.join() ?? '•'}`)
        }
      }
    }
    rmSync(data, { recursive: true })
    assert.deepEqual(found, [
      'crm.customer.ownerLoginId → hr.employee.loginId',
      'erp.purchase_order.buyerNo → hr.employee.employeeNo',
      'erp.sales_order.salespersonNo → hr.employee.employeeNo',
      'finance.debtor.erpCustomerNo → erp.customer.erpCustomerNo',
      'finance.invoice_line.orderNo → erp.sales_order.orderNo',
      'finance.supplier_invoice.supplierNo → erp.supplier.supplierNo',
    ])
    assert.deepEqual(lost, [
      'finance.budget.departmentCode 85.7 % Corporate',
      'finance.ledger_posting.departmentCode 85.7 % Corporate',
    ])
  })
})
