/**
 * AdventureWorks loaded unchanged into PostgreSQL (ERP, finance) and MariaDB (CRM, HR) answers what it
 * answers from the SQLite files, by accounts that may only SELECT.
 */
import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fillMysql } from '../fixtures/adventureworks/load-mysql.ts'
import { fillPostgresql } from '../fixtures/adventureworks/load-postgresql.ts'
import { unpack, type System } from '../fixtures/adventureworks/unpack.ts'
import {
  adventureWorksQuestions,
  openAdventureWorks,
  type AdventureWorks,
} from '../support/adventureworks.ts'
import { testDatabase, type ServerKind } from '../support/database-servers.ts'

const folder = join(tmpdir(), 'isthmus-adventureworks')

describe('AdventureWorks on PostgreSQL and MariaDB', () => {
  const opened: AsyncDisposable[] = []
  let files: AdventureWorks
  let servers: AdventureWorks

  before(async () => {
    const unpacked = unpack(folder)
    const load = async (system: System, kind: ServerKind) => {
      const database = await testDatabase(kind, {
        encoding: kind === 'mysql' ? 'CHARACTER SET utf8mb4' : '',
      })
      opened.push(database)
      const fill = kind === 'mysql' ? fillMysql : fillPostgresql
      await fill(database.ownerUrl, unpacked[system])
      return { set: kind, url: database.url }
    }
    const [erp, finance, crm, hr] = await Promise.all([
      load('erp', 'postgresql'),
      load('finance', 'postgresql'),
      load('crm', 'mysql'),
      load('hr', 'mysql'),
    ])
    files = await openAdventureWorks({ folder })
    servers = await openAdventureWorks({ folder, servers: { erp, finance, crm, hr } })
    opened.push(files, servers)
  })
  after(async () => {
    for (const each of opened.toReversed()) await each[Symbol.asyncDispose]()
  })

  for (const { name, operation, ...options } of adventureWorksQuestions()) {
    it(name, async () => {
      assert.deepEqual(await servers.ask(operation, options), await files.ask(operation, options))
    })
  }

  // Beyond the twenty: lists in every order, pages, filters by code, text and money, aggregates.
  const questions: Readonly<Record<string, string>> = {
    'customers by name, page by page': `{
      customers(first: 1000) { nodes { id name region kind segment { code } addresses { kind line1 city region country location { lat lon } } } } }`,
    'contacts with what they agreed to': `{
      contacts(first: 500) { nodes { id name role email phone consents { channel granted } } } }`,
    'a name in part': `{ customers(filter: { nameContains: "bike" }, first: 300) { nodes { id name } } }`,
    'orders of a range of money': `{
      salesOrders(filter: { net: { currency: "CAD", gte: "50000", lte: "60000.5" } }, orderBy: { field: NET, direction: ASC }, first: 100) { nodes { orderNo net { amount } } } }`,
    'lines of an order with cost': `{
      salesOrder(orderNo: "SO43661") { orderedAt cost { amount } lines(first: 100) { nodes { lineNo quantity { value unit } netPrice { amount } net { amount } cost { amount } } } } }`,
    'sales by category and quarter': `{
      salesOrderLineAggregates(groupBy: [CATEGORY, ORDER_PERIOD], bucket: QUARTER, first: 1000) { rows { category currency quantity ordered { amount } cost { amount } } } }`,
    'purchase on its way': `{
      purchaseOrders(filter: { status: [ORDERED] }, first: 100) { nodes { poNo orderedOn status total { amount } lines { lineNo received { value unit } } } } }`,
    'work orders by day': `{
      productionOrders(filter: { due: { from: "2014-06-01" } }, first: 500) { nodes { id status dueOn quantity { value unit } product { sku } } } }`,
    'postings by account and month': `{
      ledgerAggregates(filter: { posted: { from: "2012-01-01", to: "2012-12-31" } }, groupBy: [ACCOUNT, PERIOD], bucket: MONTH, first: 1000) { rows { account currency debit { amount } credit { amount } } } }`,
    'employees by name with their managers': `{
      employees(first: 300) { nodes { employeeNo loginId displayName jobFamily manager { employeeNo } department { code name } salary { amount } } } }`,
    'rates of a day': `{
      a: exchangeRate(from: "USD", to: "EUR", kind: AVERAGE, at: "2012-02-29") c: exchangeRate(from: "USD", to: "GBP", kind: CLOSING) }`,
  }
  for (const [name, question] of Object.entries(questions)) {
    it(name, async () => {
      const expected = await files.ask(question)
      assert.deepEqual(expected.errors ?? [], [])
      assert.deepEqual(await servers.ask(question), expected)
    })
  }
})
