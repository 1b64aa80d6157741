/**
 * The twenty questions over the original tables of AdventureWorks: what each answers is what plain SQL
 * over these tables says, and what it does not answer is what the data does not have.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ExecutionResult } from 'graphql'
import { covered, coverageTable, type Covered } from '../fixtures/adventureworks/coverage.ts'
import { tableIn } from '../fixtures/adventureworks/page.ts'
import {
  adventureWorksQuestions,
  openAdventureWorks,
  type AdventureWorks,
} from '../support/adventureworks.ts'
import { at, list, type Any } from '../support/walk.ts'

/** Money as a whole number of its smallest places, so that sums are exact. */
const units = (amount: unknown): number => Math.round(Number(amount) * 10_000)
const unitsOf = (money: unknown): number => units(at(money, 'amount'))

/** Sums of money by currency, as `[currency, units]`. */
const sums = (money: unknown): readonly (readonly [unknown, number])[] =>
  list(money)
    .map((each) => [each['currency'], unitsOf(each)] as const)
    .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1))

const displayName = `trim(FirstName || ' ' || coalesce(MiddleName || ' ', '') || LastName)`

const checks: Readonly<Record<string, (data: Any, graph: AdventureWorks) => void>> = {
  'bom-cost': ({ product }, { sql }) => {
    const [row = {}] = sql(
      'erp',
      `SELECT ProductID, Name, round(StandardCost * 10000) AS cost FROM Production_Product WHERE ProductNumber = 'BK-M82S-38'`,
    )
    assert.equal(at(product, 'name'), row['Name'])
    assert.equal(units(at(product, 'standardCost.amount')), row['cost'])
    const rows = list(at(product, 'bom.explosion'))
    const top = sql(
      'erp',
      `SELECT p.ProductNumber AS sku, b.PerAssemblyQty * 10 AS quantity
       FROM Production_BillOfMaterials b JOIN Production_Product p ON p.ProductID = b.ComponentID
       WHERE b.ProductAssemblyID = ? AND b.EndDate IS NULL ORDER BY p.ProductNumber`,
      row['ProductID'] ?? null,
    )
    assert.deepEqual(
      rows
        .filter((each) => each['level'] === 1)
        .map((each) => [at(each, 'component.sku'), Number(at(each, 'quantity.value'))]),
      top.map((each) => [each['sku'], each['quantity']]),
    )
    const [all = {}] = sql(
      'erp',
      `WITH RECURSIVE tree(id, quantity) AS (
         SELECT ComponentID, PerAssemblyQty * 10 FROM Production_BillOfMaterials
         WHERE ProductAssemblyID = ? AND EndDate IS NULL
         UNION ALL
         SELECT b.ComponentID, tree.quantity * b.PerAssemblyQty
         FROM tree JOIN Production_BillOfMaterials b ON b.ProductAssemblyID = tree.id AND b.EndDate IS NULL)
       SELECT count(*) AS parts, round(sum(quantity * StandardCost) * 10000) AS cost
       FROM tree JOIN Production_Product p ON p.ProductID = tree.id`,
      row['ProductID'] ?? null,
    )
    assert.equal(rows.length, all['parts'])
    const costs = rows.filter((each) => at(each, 'cost') !== null)
    assert.equal(
      costs.reduce((sum, each) => sum + units(at(each, 'cost.amount')), 0),
      all['cost'],
    )
    assert.ok(costs.length < rows.length, 'there are components without cost')
    for (const each of rows) {
      const offers = sql(
        'erp',
        `SELECT v.AccountNumber AS no FROM Purchasing_ProductVendor o
         JOIN Purchasing_Vendor v ON v.BusinessEntityID = o.BusinessEntityID
         JOIN Production_Product p ON p.ProductID = o.ProductID
         WHERE p.ProductNumber = ? ORDER BY v.PreferredVendorStatus DESC, o.StandardPrice, v.AccountNumber`,
        String(at(each, 'component.sku')),
      )
      assert.deepEqual(
        list(at(each, 'component.suppliers')).map((offer) => at(offer, 'supplier.supplierNo')),
        offers.map((offer) => offer['no']),
      )
    }
  },
  'campaign-return': (data, { sql }) => {
    const offers = sql(
      'crm',
      `SELECT SpecialOfferID AS id, Description AS name, date(EndDate) < '2014-06-30' AS over
       FROM Sales_SpecialOffer WHERE Type NOT IN ('No Discount', 'Volume Discount')
       ORDER BY StartDate DESC, SpecialOfferID DESC`,
    )
    assert.equal(offers.length, 10)
    assert.deepEqual(
      list(at(data, 'campaigns.nodes')).map((row) => [row['id'], row['name'], row['status']]),
      offers.map((row) => [String(row['id']), row['name'], row['over'] === 1 ? 'FINISHED' : '-']),
    )
  },
  'commission-statement': ({ employee }) => {
    assert.deepEqual([at(employee, 'employeeNo'), at(employee, 'displayName')], linda)
  },
  'credit-exposure': (data, { sql }) => {
    const stores = sql(
      'crm',
      `SELECT s.BusinessEntityID AS id, s.Name AS name, (
         SELECT max(AccountNumber) FROM Sales_Customer c WHERE c.StoreID = s.BusinessEntityID) AS debtor
       FROM Sales_Store s WHERE s.Demographics LIKE '%<BusinessType>BM</BusinessType>%'`,
    )
    const open = new Map(
      sql('finance', openByAccount).map((row) => [row['account'], Number(row['open'])]),
    )
    const nodes = list(at(data, 'customers.nodes'))
    assert.equal(nodes.length, stores.length)
    const answered = new Map(nodes.map((row) => [String(row['id']), row]))
    for (const { id, name, debtor } of stores) {
      const row = answered.get(String(id))
      assert.deepEqual([row?.['name'], row?.['debtorNo']], [name, debtor])
      if (row?.['openReceivables'] === null) {
        const billed = sql(
          'finance',
          'SELECT 1 AS one FROM derived_CustomerInvoice WHERE CustomerAccountNumber = ?',
          debtor ?? null,
        )
        assert.equal(billed.length, 0, `${String(name)} was billed`)
        continue
      }
      const owed = open.get(debtor ?? '') ?? 0
      assert.deepEqual(sums(row?.['openReceivables']), owed === 0 ? [] : [['USD', owed]])
      assert.deepEqual(sums(row?.['overdue']), owed === 0 ? [] : [['USD', owed]])
      // All orders are shipped.
      assert.ok(sums(row?.['openOrderValue']).every(([, amount]) => amount === 0))
    }
  },
  'customer-360': ({ customer }, { sql }) => {
    assert.equal(at(customer, 'name'), 'Next-Door Bike Store')
    const [owner = {}] = sql(
      'hr',
      `SELECT ${displayName} AS name, JobTitle AS title FROM Person_Person JOIN HumanResources_Employee USING (BusinessEntityID) WHERE BusinessEntityID = 279`,
    )
    assert.deepEqual(
      [at(customer, 'owner.displayName'), at(customer, 'owner.jobTitle')],
      [owner['name'], owner['title']],
    )
    const contacts = sql(
      'crm',
      `SELECT ${displayName} AS name, t.Name AS role FROM Person_BusinessEntityContact b
       JOIN Person_Person p ON p.BusinessEntityID = b.PersonID JOIN Person_ContactType t USING (ContactTypeID)
       WHERE b.BusinessEntityID = 292 ORDER BY 1`,
    )
    assert.deepEqual(
      list(at(customer, 'contacts.nodes')).map((row) => [row['name'], row['role']]),
      contacts.map((row) => [row['name'], row['role']]),
    )
    const orders = sql(
      'erp',
      `SELECT SalesOrderNumber AS no, date(OrderDate) AS day, round(SubTotal * 10000) AS net
       FROM Sales_SalesOrderHeader WHERE CustomerID = 29484 ORDER BY OrderDate DESC LIMIT 5`,
    )
    assert.deepEqual(
      list(at(customer, 'orders.nodes')).map((row) => [
        ...[row['orderNo'], row['orderedOn'], row['status'], unitsOf(row['net'])],
      ]),
      orders.map((row) => [row['no'], row['day'], 'SHIPPED', row['net']]),
    )
    const invoices = sql(
      'finance',
      `SELECT InvoiceNumber AS no, date(DueDate) AS due, round(TotalDue * 10000) AS open,
         CAST(julianday('2014-06-30') - julianday(DueDate) AS INTEGER) AS days
       FROM derived_CustomerInvoice i WHERE CustomerAccountNumber = 'AW00029484'
         AND NOT EXISTS (SELECT 1 FROM derived_Payment p WHERE p.InvoiceID = i.InvoiceID)
       ORDER BY InvoiceDate DESC`,
    )
    assert.equal(invoices.length, 7)
    assert.deepEqual(
      list(at(customer, 'invoices.nodes')).map((row) => [
        ...[row['invoiceNo'], row['dueOn'], row['daysOverdue'], unitsOf(row['open'])],
      ]),
      invoices.map((row) => [row['no'], row['due'], row['days'], row['open']]),
    )
    const total = invoices.reduce((sum, row) => sum + Number(row['open']), 0)
    assert.deepEqual(sums(at(customer, 'openReceivables')), [['USD', total]])
    const [ageing = {}] = list(at(customer, 'ageing'))
    assert.deepEqual(
      [unitsOf(at(ageing, 'over90Days')), unitsOf(at(ageing, 'total'))],
      [total, total],
    )
  },
  'headcount-cost': (data, { sql }) => {
    const nodes = list(at(data, 'departments.nodes'))
    const names = sql(
      'hr',
      `SELECT DepartmentID AS code, Name AS name FROM HumanResources_Department
       UNION ALL SELECT DISTINCT GroupName, GroupName FROM HumanResources_Department`,
    )
    assert.deepEqual(
      nodes.map((row) => [row['code'], row['name']]),
      names
        .map(({ code, name }) => [String(code), name])
        .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    )
    for (const row of nodes) {
      const people = sql(
        'hr',
        `SELECT count(*) AS people FROM HumanResources_EmployeeDepartmentHistory h
         JOIN HumanResources_Department d USING (DepartmentID) JOIN HumanResources_Employee e USING (BusinessEntityID)
         WHERE h.EndDate IS NULL AND e.HireDate <= '2014-06-30' AND (d.GroupName = ? OR CAST(d.DepartmentID AS TEXT) = ?)`,
        ...[String(row['code']), String(row['code'])],
      )
      assert.equal(row['headcount'], people[0]?.['people'])
      for (const [field, accounts, sign] of ledgerFields) {
        const posted = sql(
          'finance',
          `SELECT CASE o.CurrencyKey WHEN 6 THEN 'AUD' WHEN 19 THEN 'CAD' WHEN 36 THEN 'EUR' ELSE 'USD' END AS currency,
             sum(round(${sign} * f.Amount * 10000)) AS amount
           FROM dw_FactFinance f JOIN dw_DimAccount a USING (AccountKey) JOIN dw_DimOrganization o USING (OrganizationKey)
           JOIN dw_DimDepartmentGroup g USING (DepartmentGroupKey)
           WHERE f.ScenarioKey = 1 AND substr(f.Date, 1, 4) = '2011' AND g.DepartmentGroupName = ? AND (${accounts})
           GROUP BY 1 ORDER BY 1`,
          String(row['code']),
        )
        assert.deepEqual(
          sums(row[field]),
          posted.map((each) => [each['currency'], each['amount']]),
          `${field} of ${String(row['code'])}`,
        )
      }
      const budget = sql(
        'finance',
        `SELECT CASE o.CurrencyKey WHEN 6 THEN 'AUD' WHEN 19 THEN 'CAD' WHEN 36 THEN 'EUR' ELSE 'USD' END AS currency,
           sum(round(f.Amount * 10000)) AS amount
         FROM dw_FactFinance f JOIN dw_DimAccount a USING (AccountKey) JOIN dw_DimOrganization o USING (OrganizationKey)
         JOIN dw_DimDepartmentGroup g USING (DepartmentGroupKey)
         WHERE f.ScenarioKey = 2 AND substr(f.Date, 1, 4) = '2011' AND g.DepartmentGroupName = ? AND a.AccountType = 'Expenditures'
         GROUP BY 1 ORDER BY 1`,
        String(row['code']),
      )
      assert.deepEqual(
        sums(row['budget']),
        budget.map((each) => [each['currency'], each['amount']]),
      )
    }
  },
  'margin-by-customer': (data, { sql }) => {
    const billed = sql(
      'finance',
      `SELECT CustomerAccountNumber AS debtor, CurrencyCode AS currency, count(*) AS invoices,
         sum(round((SubTotal + Freight) * 10000)) AS net
       FROM derived_CustomerInvoice WHERE date(InvoiceDate) BETWEEN '2013-07-01' AND '2014-06-30'
       GROUP BY 1, 2 ORDER BY net DESC`,
    )
    const rows = list(at(data, 'revenueAggregates.rows'))
    assert.deepEqual(
      rows.map((row) => [
        ...[at(row, 'customer.debtorNo'), row['currency'], row['invoices'], unitsOf(row['net'])],
      ]),
      billed.map((row) => [row['debtor'], row['currency'], row['invoices'], row['net']]),
    )
    const names = new Map(
      sql(
        'crm',
        `SELECT c.AccountNumber AS debtor, s.Name AS name FROM Sales_Customer c JOIN Sales_Store s ON s.BusinessEntityID = c.StoreID`,
      ).map((row) => [row['debtor'], row['name']]),
    )
    for (const row of rows) {
      assert.equal(at(row, 'customer.name'), names.get(String(at(row, 'customer.debtorNo'))))
    }
  },
  'my-work-today': ({ viewer }) => {
    assert.equal(at(viewer, 'subject'), 'adventure-works\\linda3')
    assert.deepEqual([at(viewer, 'employee.employeeNo'), at(viewer, 'employee.displayName')], linda)
  },
  'order-to-cash': (data, { sql }) => {
    const orders = sql(
      'erp',
      `SELECT SalesOrderNumber AS no, CustomerID AS customer, SalesPersonID AS seller, round(SubTotal * 10000) AS net,
         round((SubTotal + Freight) * 10000) AS invoiced, round(TotalDue * 10000) AS paid
       FROM Sales_SalesOrderHeader WHERE date(OrderDate) BETWEEN '2014-03-01' AND '2014-05-31'`,
    )
    const expected = new Map(orders.map((row) => [row['no'], row]))
    const nodes = list(at(data, 'salesOrders.nodes'))
    assert.equal(nodes.length, orders.length)
    const sellers = new Map(
      sql('hr', `SELECT BusinessEntityID AS id, ${displayName} AS name FROM Person_Person`).map(
        (row) => [row['id'], row['name']],
      ),
    )
    for (const row of nodes) {
      const order = expected.get(String(row['orderNo'])) ?? {}
      assert.deepEqual(
        [unitsOf(row['net']), unitsOf(row['shippedNet']), at(row, 'salesperson.displayName')],
        [order['net'], order['net'], sellers.get(order['seller'] ?? null)],
      )
      const no = String(row['orderNo']).replace('SO', 'IN')
      assert.deepEqual(
        list(row['invoices']).map((invoice) => [invoice['invoiceNo'], invoice['status']]),
        [[no, 'PAID']],
      )
      assert.deepEqual(
        [at(row, 'billing.state'), units(at(row, 'billing.invoiced.amount'))],
        ['PAID', order['invoiced']],
      )
      assert.equal(units(at(row, 'billing.paid.amount')), order['paid'])
      assert.equal(list(row['shipments']).length, 1)
    }
  },
  'pipeline-actual-quota': (data, { sql }) => {
    const people = sql(
      'hr',
      `SELECT h.BusinessEntityID AS no, ${displayName} AS name FROM HumanResources_EmployeeDepartmentHistory h
       JOIN Person_Person p USING (BusinessEntityID) WHERE h.DepartmentID = 3 AND h.EndDate IS NULL ORDER BY 2`,
    )
    assert.equal(people.length, 18)
    assert.deepEqual(
      list(at(data, 'employees.nodes')).map((row) => [
        ...[row['employeeNo'], row['displayName'], at(row, 'department.name')],
      ]),
      people.map((row) => [String(row['no']), row['name'], 'Sales']),
    )
  },
  'receivables-ageing': (data, { sql }) => {
    const open = sql('finance', openByAccount)
    assert.deepEqual(
      list(at(data, 'receivableAggregates.rows')).map((row) => [
        ...[at(row, 'customer.debtorNo'), row['bucket'], row['currency'], row['invoices']],
        ...[unitsOf(row['open']), unitsOf(row['overdue'])],
      ]),
      open.map((row) => [
        ...[row['account'], 'OVER_90_DAYS', 'USD', row['invoices'], row['open'], row['open']],
      ]),
    )
    const [row = {}] = list(at(data, 'receivableAggregates.rows'))
    assert.deepEqual(at(row, 'customer.segment'), { code: 'BM', name: 'Bicycle manufacturer' })
    assert.equal(at(row, 'customer.name'), 'Next-Door Bike Store')
    const [owner = {}] = sql(
      'hr',
      `SELECT ${displayName} AS name FROM Person_Person WHERE BusinessEntityID = 279`,
    )
    assert.equal(at(row, 'customer.owner.displayName'), owner['name'])
  },
  'stuck-orders': (data, { sql }) => {
    const [open = {}] = sql(
      'erp',
      'SELECT count(*) AS orders FROM Sales_SalesOrderHeader WHERE Status IN (1, 2, 3)',
    )
    assert.equal(list(at(data, 'salesOrders.nodes')).length, open['orders'])
  },
}

const linda = ['276', 'Linda C Mitchell']

/** What was billed and never paid: the day of all of it was over 90 days before the end of the data. */
const openByAccount = `SELECT CustomerAccountNumber AS account, count(*) AS invoices, sum(round(TotalDue * 10000)) AS open
  FROM derived_CustomerInvoice i WHERE NOT EXISTS (SELECT 1 FROM derived_Payment p WHERE p.InvoiceID = i.InvoiceID)
  AND date(DueDate) < date('2014-06-30', '-90 days') GROUP BY 1 ORDER BY open DESC`

/** The costs of a department, the accounts they stand on, and the sign of what is positive. */
const ledgerFields = [
  ['personnelCost', 'a.AccountCodeAlternateKey IN (6000, 6020, 6040, 6100)', '1'],
  [
    'operatingCost',
    `a.AccountType = 'Expenditures' AND a.AccountCodeAlternateKey NOT IN (4130, 4140, 6000, 6020, 6040, 6100, 6200, 6210, 6220, 6230, 6240, 6300, 6310)`,
    '1',
  ],
  [
    'revenue',
    `a.AccountType = 'Revenue' OR a.AccountCodeAlternateKey IN (4130, 4140)`,
    `CASE WHEN a.AccountType = 'Revenue' THEN 1 ELSE -1 END`,
  ],
] as const

describe('the twenty questions over AdventureWorks', () => {
  let graph: AdventureWorks
  const answers = new Map<string, ExecutionResult>()
  const coverage: Covered[] = []
  before(async () => {
    graph = await openAdventureWorks()
    for (const { name, operation, ...options } of adventureWorksQuestions()) {
      const answer = await graph.ask(operation, options)
      answers.set(name, answer)
      coverage.push(covered(name, answer))
    }
  })
  after(() => graph[Symbol.asyncDispose]())

  it('are answered as far as docs/adventureworks.md says', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/adventureworks.md'), 'utf8')
    assert.equal(coverageTable(coverage), tableIn(page))
  })

  it('say once for each field what the systems do not have, and for how many rows', () => {
    for (const [name, { errors = [] }] of answers) {
      const fields = errors.map(({ path = [] }) =>
        path.filter((step) => typeof step === 'string').join('.'),
      )
      assert.deepEqual(fields, [...new Set(fields)], name)
      for (const { path = [], extensions } of errors) {
        assert.ok(Number(extensions?.['rows']) >= 1, `${name}: ${path.join('.')}`)
      }
    }
  })

  it('are checked wherever they answer anything', () => {
    assert.deepEqual(
      coverage.filter((row) => row.coverage !== 'not').map(({ question }) => question),
      Object.keys(checks).toSorted(),
    )
  })

  for (const [name, check] of Object.entries(checks)) {
    it(name, () => {
      check((answers.get(name)?.data ?? {}) as Any, graph)
    })
  }
})
