/**
 * What the twenty questions do not touch: the bridges between the four systems, codes, trees, money of
 * several currencies and places, all compared with plain SQL over the original tables.
 */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { openAdventureWorks, type AdventureWorks, type SqlRow } from '../support/adventureworks.ts'
import { at, list, type Any } from '../support/walk.ts'

const units = (amount: unknown): number => Math.round(Number(amount) * 10_000)

describe('AdventureWorks', () => {
  let graph: AdventureWorks
  before(async () => {
    graph = await openAdventureWorks()
  })
  after(() => graph[Symbol.asyncDispose]())

  const data = async (document: string, variables: Readonly<Record<string, unknown>> = {}) => {
    const { data: answer, errors } = await graph.ask(document, { variables })
    assert.deepEqual(errors ?? [], [])
    return answer as Any
  }
  const one = (...[system, statement, ...parameters]: Parameters<AdventureWorks['sql']>): SqlRow =>
    graph.sql(system, statement, ...parameters)[0] ?? {}

  it('a store is one customer by its account, both of its numbers, and its debtor number', async () => {
    const answer = await data(`{
      byAccount: customer(crmAccountId: "934") { ...ids }
      byOrdering: customer(erpCustomerNo: "29773") { ...ids }
      byOther: customer(erpCustomerNo: "1") { ...ids }
      byDebtor: customer(debtorNo: "AW00029773") { ...ids }
      nobody: customer(erpCustomerNo: "029773") { id }
    } fragment ids on Customer {
      id name erpCustomerNo debtorNo externalIds { system value isPrimary matchedBy }
      orders(first: 1000) { totalCount }
    }`)
    const { byAccount } = answer
    const [orders] = graph.sql(
      'erp',
      'SELECT count(*) AS orders FROM Sales_SalesOrderHeader WHERE CustomerID IN (1, 29773)',
    )
    assert.deepEqual(byAccount, {
      ...{ id: '934', name: 'A Bike Store', erpCustomerNo: '29773', debtorNo: 'AW00029773' },
      externalIds: [
        { system: 'CRM', value: '934', isPrimary: true, matchedBy: 'RULE' },
        { system: 'ERP', value: '29773', isPrimary: true, matchedBy: 'RULE' },
        { system: 'ERP', value: '1', isPrimary: false, matchedBy: 'RULE' },
        { system: 'FINANCE', value: 'AW00029773', isPrimary: true, matchedBy: 'RULE' },
        { system: 'FINANCE', value: 'AW00000001', isPrimary: false, matchedBy: 'RULE' },
      ],
      orders: { totalCount: orders?.['orders'] },
    })
    for (const name of ['byOrdering', 'byOther', 'byDebtor'])
      assert.deepEqual(at(answer, name), byAccount)
    assert.equal(answer['nobody'], null)
  })

  it('a customer number is recognised by the address that its last order was billed to', async () => {
    const { erpCustomerRecords } = await data(`{
      erpCustomerRecords(first: 1000) { nodes {
        erpCustomerNo particulars { line1 city postalCode } customer { addresses { line1 city postalCode } }
      } }
    }`)
    const billed = graph.sql(
      'erp',
      `SELECT h.CustomerID AS no, a.AddressLine1 AS line1, a.City AS city, a.PostalCode AS postalCode
       FROM Sales_SalesOrderHeader h JOIN Person_Address a ON a.AddressID = h.BillToAddressID
       WHERE h.SalesOrderID IN (SELECT max(SalesOrderID) FROM Sales_SalesOrderHeader GROUP BY CustomerID)`,
    )
    const rows = list(at(erpCustomerRecords, 'nodes'))
    assert.equal(rows.length, billed.length)
    assert.deepEqual(
      new Map(rows.map((row) => [row['erpCustomerNo'], row['particulars']])),
      new Map(billed.map(({ no, ...address }) => [String(no), address])),
    )
    // What the ERP knows by its orders is what the CRM has of the store: a match can compare it.
    const known = rows.filter((row) =>
      list(at(row, 'customer.addresses')).some((each) =>
        isDeepStrictEqual(each, row['particulars']),
      ),
    )
    assert.equal(known.length, rows.length)
  })

  it('what the ERP says of an order’s currency is what finance says of its invoice', async () => {
    const { salesOrderAggregates, invoiceAggregates } = await data(`{
      salesOrderAggregates(groupBy: [STATUS]) { rows { status currency count ordered { amount } } }
      invoiceAggregates(groupBy: [STATUS]) { rows { currency status count gross { amount } } }
    }`)
    const orders = graph.sql(
      'finance',
      `SELECT CurrencyCode AS currency, count(*) AS count, sum(round(SubTotal * 10000)) AS ordered
       FROM derived_CustomerInvoice GROUP BY 1 ORDER BY 1`,
    )
    const byCurrency = (a: Any, b: Any) => (String(a['currency']) < String(b['currency']) ? -1 : 1)
    assert.deepEqual(
      list(at(salesOrderAggregates, 'rows'))
        .toSorted(byCurrency)
        .map((row) => [
          ...[row['status'], row['currency'], row['count'], units(at(row, 'ordered.amount'))],
        ]),
      orders.map((row) => ['SHIPPED', row['currency'], row['count'], row['ordered']]),
    )
    assert.equal(
      list(at(invoiceAggregates, 'rows')).reduce((sum, row) => sum + Number(row['count']), 0),
      3806,
    )
  })

  it('raw codes are found by our words, and money keeps its four places', async () => {
    const { purchaseOrders, salesOrderLine } = await data(`{
      purchaseOrders(filter: { status: [CONFIRMED] }, first: 100) { nodes { poNo status total { amount } } }
      salesOrderLine(orderNo: "SO43881", lineNo: 881) { quantity { value unit } net { amount currency } netPrice { amount } product { sku } }
    }`)
    assert.deepEqual(
      list(at(purchaseOrders, 'nodes'))
        .map((row) => [Number(row['poNo']), row['status'], units(at(row, 'total.amount'))])
        .toSorted(([a], [b]) => Number(a) - Number(b)),
      graph
        .sql(
          'erp',
          'SELECT PurchaseOrderID AS no, round(SubTotal * 10000) AS total FROM Purchasing_PurchaseOrderHeader WHERE Status = 2 ORDER BY 1',
        )
        .map((row) => [row['no'], 'CONFIRMED', row['total']]),
    )
    const line = one(
      'erp',
      `SELECT d.OrderQty AS quantity, round(d.LineTotal * 10000 + 0.001) AS net, p.ProductNumber AS sku
       FROM Sales_SalesOrderDetail d JOIN Production_Product p USING (ProductID) WHERE d.SalesOrderDetailID = 881`,
    )
    assert.deepEqual(
      [Number(at(salesOrderLine, 'quantity.value')), units(at(salesOrderLine, 'net.amount'))],
      [line['quantity'], line['net']],
    )
    assert.equal(at(salesOrderLine, 'product.sku'), line['sku'])
  })

  it('margins are those of dollars, where every product had a cost on the day', async () => {
    const { salesOrderAggregates } = await data(
      '{ salesOrderAggregates(groupBy: [CHANNEL]) { rows { currency cost { amount } margin { amount } } } }',
    )
    const costed = one(
      'erp',
      `WITH line AS (
         SELECT h.SalesOrderID AS id, h.SubTotal AS net, d.OrderQty * c.StandardCost AS cost
         FROM Sales_SalesOrderHeader h JOIN Sales_SalesOrderDetail d USING (SalesOrderID)
         LEFT JOIN Production_ProductCostHistory c ON c.ProductID = d.ProductID
           AND h.OrderDate BETWEEN c.StartDate AND coalesce(c.EndDate, '9999-12-31')
         WHERE h.CurrencyRateID IS NULL),
       whole AS (SELECT id, net, sum(cost) AS cost FROM line GROUP BY id HAVING count(*) = count(cost))
       SELECT sum(round(cost * 10000)) AS cost, sum(round(net * 10000)) - sum(round(cost * 10000)) AS margin FROM whole`,
    )
    const rows = list(at(salesOrderAggregates, 'rows'))
    assert.ok(rows.some(({ currency }) => currency === 'USD') && rows.length > 1)
    for (const row of rows) {
      if (row['currency'] !== 'USD') {
        assert.deepEqual([row['cost'], row['margin']], [null, null])
        continue
      }
      assert.deepEqual(
        [units(at(row, 'cost.amount')), units(at(row, 'margin.amount'))],
        [costed['cost'], costed['margin']],
      )
    }
  })

  it('people are found by login and number, with manager, department and pay', async () => {
    const { employee, department } = await data(`{
      employee(loginId: "adventure-works\\\\david0") {
        employeeNo displayName jobTitle jobFamily hiredOn
        department { code name parent { code name } }
        manager { displayName manager { displayName manager { displayName } } }
        salary { amount currency }
      }
      department(code: "Manufacturing") { name children(first: 10) { nodes { code name } } }
    }`)
    const row = one(
      'hr',
      `SELECT e.BusinessEntityID AS no, e.JobTitle AS title, e.HireDate AS hired, e.OrganizationNode AS node,
         d.DepartmentID AS code, d.Name AS department, d.GroupName AS "group",
         (SELECT round(Rate * 2080.0 / 12.0 * 10000) FROM HumanResources_EmployeePayHistory p
          WHERE p.BusinessEntityID = e.BusinessEntityID ORDER BY RateChangeDate DESC LIMIT 1) AS salary
       FROM HumanResources_Employee e JOIN HumanResources_EmployeeDepartmentHistory h USING (BusinessEntityID)
       JOIN HumanResources_Department d USING (DepartmentID) WHERE e.LoginID = 'adventure-works\\david0' AND h.EndDate IS NULL`,
    )
    assert.deepEqual(
      [at(employee, 'employeeNo'), at(employee, 'jobTitle'), at(employee, 'hiredOn')],
      [String(row['no']), row['title'], row['hired']],
    )
    assert.deepEqual(at(employee, 'department'), {
      ...{ code: String(row['code']), name: row['department'] },
      parent: { code: row['group'], name: row['group'] },
    })
    assert.equal(units(at(employee, 'salary.amount')), row['salary'])
    const parts = String(row['node'])
      .split('/')
      .filter((part) => part !== '')
    const managers = parts.map((_, depth) => {
      const node = parts.slice(0, depth)
      return one(
        'hr',
        `SELECT trim(FirstName || ' ' || coalesce(MiddleName || ' ', '') || LastName) AS name
         FROM Person_Person JOIN HumanResources_Employee USING (BusinessEntityID) WHERE OrganizationNode = ?`,
        node.length === 0 ? '/' : `/${node.join('/')}/`,
      )['name']
    })
    const answered = ['manager', 'manager.manager', 'manager.manager.manager']
      .map((path) => at(employee, `${path}.displayName`))
      .filter((name) => name !== null && name !== undefined)
    assert.deepEqual(answered, managers.toReversed().slice(0, 3))
    assert.deepEqual(list(at(department, 'children.nodes')), [
      { code: '7', name: 'Production' },
      { code: '8', name: 'Production Control' },
    ])
  })

  it('prices and rates hold on their days', async () => {
    const { product, average, closing } = await data(`{
      product(sku: "HL-U509-R") {
        first: listPrice(currency: "USD", at: "2012-05-29") { amount }
        second: listPrice(currency: "USD", at: "2012-05-30") { amount }
        now: listPrice(currency: "USD") { amount }
        foreign: listPrice(currency: "EUR") { amount }
        before: listPrice(currency: "USD", at: "2011-05-30") { amount }
      }
      average: exchangeRate(from: "USD", to: "CAD", kind: AVERAGE, at: "2013-01-15")
      closing: exchangeRate(from: "USD", to: "CAD", kind: CLOSING)
    }`)
    const prices = graph.sql(
      'erp',
      'SELECT round(ListPrice * 10000) AS price FROM Production_ProductListPriceHistory WHERE ProductID = 707 ORDER BY StartDate',
    )
    assert.deepEqual(
      ['first', 'second', 'now'].map((name) => units(at(product, `${name}.amount`))),
      prices.map((row) => row['price']),
    )
    assert.deepEqual([at(product, 'foreign'), at(product, 'before')], [null, null])
    const rate = one(
      'finance',
      `SELECT (SELECT AverageRate FROM Sales_CurrencyRate WHERE ToCurrencyCode = 'CAD' AND date(CurrencyRateDate) = '2013-01-15') AS average,
         (SELECT EndOfDayRate FROM Sales_CurrencyRate WHERE ToCurrencyCode = 'CAD' ORDER BY CurrencyRateDate DESC LIMIT 1) AS closing`,
    )
    assert.deepEqual([Number(average), Number(closing)], [rate['average'], rate['closing']])
  })

  it('a page of orders goes on where the last one ended, with equal days and all', async () => {
    const numbers: string[] = []
    let cursor: string | null = null
    do {
      const { salesOrders } = await data(
        `query ($after: String) { salesOrders(filter: { ordered: { from: "2014-01-01" } }, first: 200, after: $after) {
           nodes { orderNo } pageInfo { hasNextPage endCursor } } }`,
        { after: cursor },
      )
      numbers.push(...list(at(salesOrders, 'nodes')).map((row) => String(row['orderNo'])))
      cursor = at(salesOrders, 'pageInfo.hasNextPage')
        ? String(at(salesOrders, 'pageInfo.endCursor'))
        : null
    } while (cursor !== null)
    const expected = graph.sql(
      'erp',
      `SELECT SalesOrderNumber AS no FROM Sales_SalesOrderHeader WHERE OrderDate >= '2014-01-01' ORDER BY OrderDate DESC, SalesOrderNumber DESC`,
    )
    assert.deepEqual(
      numbers,
      expected.map((row) => row['no']),
    )
  })
})
